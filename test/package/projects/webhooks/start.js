import { createDispatcher, signWebhook, verifyWebhook } from 'express-scalekit/webhooks'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = JSON.stringify({
  spec_version: '1',
  type: 'organization.directory.user_created',
  data: { email: 'ada@acme.example' },
})
const headers = signWebhook({ id: 'msg_1', body, secret })

const dispatcher = createDispatcher({
  onDirectoryUserCreated: ({ data }) => console.log(data.email),
})
await dispatcher.dispatch(verifyWebhook(body, headers, secret))
