import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { ApiError, requireAuth, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'

/** The roles of your own application. */
type Role = 'admin' | 'member'

declare module 'express-scalekit' {
  interface User {
    /** Kept by `onLogin` below. */
    readonly role?: Role
  }
}

/** Reads the role that a user has in an organization from your own database. */
export type RoleOf = (userId: string, organizationId: string) => Promise<Role>

/** Modular SSO: the tokens carry no roles, so the application keeps its own. */
export function createApp(roleOf: RoleOf, options: ScalekitAuthOptions = {}): Express {
  const app = express()
  const auth = scalekitAuth({
    ...options,
    login: {
      ...options.login,
      async onLogin({ identity: { sub, organizationId } }) {
        if (organizationId === undefined) return { deny: 'signed in without an organization' }
        return { user: { role: await roleOf(sub, organizationId) } }
      },
    },
  })
  app.use(auth)

  app.get('/', requireAuth(), (req, res) => {
    res.json({ name: req.scalekit.user?.name, role: req.scalekit.user?.role })
  })
  app.get('/settings', requireAuth(), requireOwnRole('admin'), (_req, res) => {
    res.type('html').send(settings)
  })
  app.post('/admin-portal', requireAuth(), requireOwnRole('admin'), async (req, res) => {
    const { organization } = auth.client
    const link = await organization.generatePortalLink(req.scalekit.organizationId!)
    res.set('Referrer-Policy', 'no-referrer').redirect(303, link.location)
  })
  app.use(withoutApiStatus)
  return app
}

/** A guard of your own, to stand behind `requireAuth()`. */
function requireOwnRole(role: Role): RequestHandler {
  return ({ scalekit }, res, next) => {
    if (scalekit.user?.role === role) next()
    else res.status(403).json({ code: 'role_required' })
  }
}

/** An ApiError has the status of Scalekit's response, which says nothing about this one. */
const withoutApiStatus: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof ApiError)) return next(error)
  console.error(error)
  res.status(503).type('text').send('The admin portal is not available. Please try again.')
}

const settings = `<!doctype html>
<html lang="en">
<title>Settings</title>
<h1>Settings</h1>
<form method="post" action="/admin-portal"><button>Single sign-on and directory</button></form>
`

/** Stands for your database: Ada is an administrator of Acme. */
const admins = new Set(['conn_69615647365005431;00u127064712257963281 org_69615647365005430'])

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp(async (userId, organizationId) =>
    admins.has(`${userId} ${organizationId}`) ? 'admin' : 'member',
  ).listen(process.env.PORT ?? 3000)
}
