import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import {
  requireAuth,
  type ScalekitAuth,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'

/** What a customer pays for; `ended` when they no longer pay. */
export type Plan = 'free' | 'team' | 'ended'

/** Reads the plan of an organization from your own database. */
export type PlanOf = (organizationId: string | undefined, signal: AbortSignal) => Promise<Plan>

declare module 'express-scalekit' {
  interface User {
    /** Kept by `onLogin` below. */
    readonly plan?: Plan
  }
}

/** Scalekit asks before a sign-up, a session and an invitation; the application decides. */
export function createApp(planOf: PlanOf, options: ScalekitAuthOptions = {}): Express {
  const app = express()
  const auth: ScalekitAuth = scalekitAuth({
    ...options,
    interceptors: {
      ...options.interceptors,
      // What Scalekit is told when a handler throws or takes too long.
      onFailure: 'deny',
      onPreSignup({ interceptor_context: { user_email = '' } }) {
        if (!isFreeMail(user_email)) return
        return { decision: 'DENY', message: 'Please sign up with your work email.' }
      },
      async onPreSessionCreation({ interceptor_context: { organization_id } }, { signal }) {
        const plan = await planOf(organization_id, signal)
        if (plan === 'ended') return { decision: 'DENY', message: 'Your plan has ended.' }
        return { decision: 'ALLOW', response: { claims: { plan } } }
      },
      async onPreUserInvitation({ data: { organization } }, { signal }) {
        if ((await planOf(organization.id, signal)) !== 'free') return
        return { decision: 'DENY', message: 'The free plan has one seat.' }
      },
    },
    login: {
      ...options.login,
      async onLogin({ tokens }) {
        const { custom_claims } = await auth.client.validateToken(tokens.accessToken)
        return { user: { plan: (custom_claims as { plan?: Plan } | undefined)?.plan } }
      },
    },
  })
  app.use(auth)
  app.get('/', requireAuth(), (req, res) => {
    res.json({ name: req.scalekit.user?.name, plan: req.scalekit.user?.plan })
  })
  return app
}

function isFreeMail(email: string): boolean {
  return /@(gmail|outlook|yahoo)\./i.test(email)
}

/** Stands for your database. */
const plans = new Map<string | undefined, Plan>([['org_69615647365005430', 'team']])

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp(async (organizationId) => plans.get(organizationId) ?? 'ended').listen(
    process.env.PORT ?? 3000,
  )
}
