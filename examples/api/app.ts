import { fileURLToPath } from 'node:url'
import express, { type Express, type Request, type Response } from 'express'
import {
  type Caller,
  requireAuth,
  requireScope,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'
import { reportsFor } from './as-the-user.ts'

/** People, and the clients of your customers. */
const everyone = { accepts: ['user', 'organization-client'] } as const

/** An API that browsers call with a session, mobile clients and machines with an access token. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const app = express()
  const auth = scalekitAuth({ bearer: { accepts: ['user', 'organization-client'] }, ...options })
  app.use(auth)

  // Without `accepts`, people only: by their session, or by an access token.
  app.get('/api/profile', requireAuth(), (req, res) => {
    res.json({ user: req.scalekit.user, via: req.scalekit.via })
  })
  app.get(
    '/api/orders',
    auth.protect<Request, Response>(
      [requireScope('orders:read', everyone)],
      ({ scalekit }, res) => void res.json({ of: scalekit.organizationId, by: nameOf(scalekit) }),
      everyone,
    ),
  )
  app.get('/api/reports', auth.protect<Request, Response>([], reportsFor(options)))
  return app
}

/** A machine has a client in place of a user. */
function nameOf(caller: Caller): string {
  return caller.user ? `user ${caller.user.id}` : `client ${caller.client.id}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp().listen(process.env.PORT ?? 3000)
}
