import { fileURLToPath } from 'node:url'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { requireRole, requireThat, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'

/** What your own database knows about users and the companies that they sign in for. */
export interface Directory {
  /** Answers nothing for a user who may not get in at all. */
  roleOf(userId: string, organizationId: string): Promise<'admin' | 'member' | undefined>
  planOf(organizationId: string | undefined): Promise<'free' | 'pro'>
}

/** Modular SSO: the tokens carry no roles, so the application says which ones a user has. */
export function createApp(directory: Directory, options: ScalekitAuthOptions = {}): Express {
  const app = express()
  const auth = scalekitAuth({
    ...options,
    portal: { role: 'admin' },
    authorization: {
      async resolve({ sub, organizationId }) {
        if (organizationId === undefined) return { deny: 'signed in without an organization' }
        const role = await directory.roleOf(sub, organizationId)
        return role === undefined ? { deny: 'not a member' } : { roles: [role] }
      },
    },
  })
  app.use(auth)

  app.get(
    '/',
    auth.protect<Request, Response>([], ({ scalekit }, res) => {
      res.json({ name: scalekit.user.name, roles: scalekit.roles })
    }),
  )
  app.get('/settings', requireRole('admin'), (_req, res) => {
    res.type('html').send(settings)
  })
  const requirePro = requireThat(
    async ({ organizationId }) => (await directory.planOf(organizationId)) === 'pro',
    { code: 'plan_required', detail: 'Reports are part of the plan Pro.' },
  )
  app.get('/reports', requirePro, allowed)
  return app
}

const allowed: RequestHandler = (_req, res) => {
  res.json({ status: 'allowed' })
}

const settings = `<!doctype html>
<html lang="en">
<title>Settings</title>
<h1>Settings</h1>
<p><a href="/portal">Single sign-on and directory</a></p>
`

/** Stands for your database: Ada is an administrator of Acme, which pays for reports. */
const acme = 'org_69615647365005430'
const admins = new Set([`conn_69615647365005431;00u127064712257963281 ${acme}`])
const sample: Directory = {
  roleOf: async (userId, organizationId) =>
    admins.has(`${userId} ${organizationId}`) ? 'admin' : 'member',
  planOf: async (organizationId) => (organizationId === acme ? 'pro' : 'free'),
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp(sample).listen(process.env.PORT ?? 3000)
}
