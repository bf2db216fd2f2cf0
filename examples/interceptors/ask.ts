import { randomUUID } from 'node:crypto'
import { type InterceptorCall, signInterceptor } from 'express-scalekit/webhooks'

// Asks the application what Scalekit asks before a session begins.
const [organizationId = 'org_69615647365005430'] = process.argv.slice(2)
const call: InterceptorCall = {
  trigger_point: 'PRE_SESSION_CREATION',
  interceptor_context: {
    environment_id: 'env_1',
    user_email: 'ada@acme.example',
    organization_id: organizationId,
  },
  data: { user: { memberships: [] } },
}
const { APP_BASE_URL = 'http://localhost:3000', SCALEKIT_INTERCEPTOR_SECRET = '' } = process.env
const body = JSON.stringify(call)
const signature = signInterceptor({ id: randomUUID(), body, secret: SCALEKIT_INTERCEPTOR_SECRET })
const response = await fetch(`${APP_BASE_URL}/interceptors`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...signature },
  body,
})
console.log(response.status, await response.text())
