import express, { type Express, type Request, type Response } from 'express'
import {
  type LoginOptions,
  type Principal,
  requireAuth,
  type ScalekitAuthOptions,
  type SignedIn,
  scalekitAuth,
} from 'express-scalekit'
import { type DirectoryUser, webhooksInto } from './events.js'
import { onLogin } from './user.js'

const login: LoginOptions = { onLogin }

export function createApp(options: ScalekitAuthOptions = {}): Express {
  const users = new Map<string, DirectoryUser>()
  const webhooks = { ...options.webhooks, ...webhooksInto(users) }
  const auth = scalekitAuth({ ...options, login, webhooks })
  const app = express()
  app.use(auth)

  // A guard that is a middleware of its own cannot change the type of `req`: check `status`.
  app.get('/plan', requireAuth(), (req, res) => {
    res.json({ plan: planOf(req.scalekit) })
  })
  // Here the guard and the handler are one, so `scalekit` is a `SignedIn`.
  app.get(
    '/me/greeting',
    auth.protect<Request, Response>([], ({ scalekit }, res) => {
      res.json({ greeting: greet(scalekit) })
    }),
  )
  // The parameters of the path stay typed without type arguments.
  app.get(
    '/organizations/:id/users',
    auth.protect([auth.requireOrganization({ param: 'id' })], ({ params }, res) => {
      res.json({ organization: params.id, users: [...users.values()] })
    }),
  )
  return app
}

function planOf(principal: Principal): string | undefined {
  return principal.status === 'signed-in' ? principal.user.plan : undefined
}

function greet({ user, organizationId }: SignedIn): string {
  return `Hello ${user.name ?? user.id} of ${organizationId ?? 'no organization'}`
}
