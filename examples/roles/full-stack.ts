import { fileURLToPath } from 'node:url'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import {
  requirePermission,
  requireRole,
  requireScope,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'

/** Full Stack Auth: the access token lists the roles, permissions and scopes of a user. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const app = express()
  const auth = scalekitAuth({ portal: { role: 'admin' }, ...options })
  app.use(auth)

  app.get(
    '/',
    auth.protect<Request, Response>([], ({ scalekit }, res) => {
      const { roles, permissions, scopes, has } = scalekit
      const mayInvite = has({ permission: 'members:invite' })
      res.json({ roles, permissions, scopes, mayInvite })
    }),
  )
  // One of these roles is enough.
  app.get('/settings', requireRole(['admin', 'owner']), allowed)
  app.get('/projects', requirePermission('projects:read'), allowed)
  // All of these permissions are needed.
  app.post('/projects', requirePermission(['projects:read', 'projects:write']), allowed)
  app.get('/profile', requireScope('profile'), allowed)
  return app
}

const allowed: RequestHandler = (_req, res) => {
  res.json({ status: 'allowed' })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp().listen(process.env.PORT ?? 3000)
}
