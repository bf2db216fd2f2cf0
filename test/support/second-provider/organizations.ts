import type { IncomingMessage, ServerResponse } from 'node:http'
import { ada, katherine } from './people.ts'

const path = '/api/v1/organizations:external/'

/** The one call of Scalekit's API that a sign-in by an external id needs. */
export function organizationByExternalId(req: IncomingMessage, res: ServerResponse): void {
  const { authorization = '' } = req.headers
  const externalId = req.url?.startsWith(path) ? req.url.slice(path.length) : undefined
  const member = [ada, katherine].find((one) => one.externalOrganizationId === externalId)
  res.setHeader('Content-Type', 'application/json')
  res.statusCode = !authorization.startsWith('Bearer ') ? 401 : member ? 200 : 404
  const organization = { id: member?.organizationId, external_id: externalId }
  res.end(JSON.stringify(res.statusCode === 200 ? { organization } : { code: 5, message: 'no' }))
}
