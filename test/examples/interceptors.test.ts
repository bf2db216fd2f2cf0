import { expect, it } from 'vitest'
import { createApp, type Plan } from '../../examples/interceptors/app.ts'
import { type InterceptorCall, signInterceptor } from '../../src/webhooks.ts'
import { runExample } from './run.ts'

const acme = 'org_69615647365005430'
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** The example with a plan for every organization, and how Scalekit asks it. */
async function running(plan: Plan | 'unknown' = 'team') {
  const example = await runExample((options) =>
    createApp(
      async () => {
        if (plan === 'unknown') throw new Error('The database is down')
        return plan
      },
      { ...options, interceptors: { secret } },
    ),
  )
  async function ask(call: InterceptorCall, key = secret) {
    const body = JSON.stringify(call)
    const answer = await fetch(`${example.url}/interceptors`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signInterceptor({ id: 'int_1', body, secret: key }),
      },
      body,
    })
    return { status: answer.status, ...((await answer.json()) as object) }
  }
  return { ...example, ask }
}

function signUp(user_email: string): InterceptorCall {
  const interceptor_context = { environment_id: 'env_1', user_email }
  return { trigger_point: 'PRE_SIGNUP', interceptor_context, data: {} }
}

const session: InterceptorCall = {
  trigger_point: 'PRE_SESSION_CREATION',
  interceptor_context: { environment_id: 'env_1', organization_id: acme },
  data: { user: { memberships: [] } },
}

const invitation: InterceptorCall = {
  trigger_point: 'PRE_USER_INVITATION',
  interceptor_context: { environment_id: 'env_1' },
  data: { organization: { id: acme, name: 'Acme' } },
}

const ended = { decision: 'DENY', error: { message: 'Your plan has ended.' } }
const oneSeat = { decision: 'DENY', error: { message: 'The free plan has one seat.' } }
const workEmail = { decision: 'DENY', error: { message: 'Please sign up with your work email.' } }
const withPlan = { decision: 'ALLOW', response: { claims: { plan: 'team' } } }

it.each<[string, Plan, InterceptorCall, object]>([
  ['a sign-up with a work email', 'team', signUp('ada@acme.example'), { decision: 'ALLOW' }],
  ['a sign-up with a free mailbox', 'team', signUp('ada@gmail.com'), workEmail],
  ['a session of a paying customer', 'team', session, withPlan],
  ['a session of a customer whose plan has ended', 'ended', session, ended],
  ['an invitation of a paying customer', 'team', invitation, { decision: 'ALLOW' }],
  ['an invitation in the free plan', 'free', invitation, oneSeat],
])('decides on %s', async (_what, plan, call, decision) => {
  const { ask } = await running(plan)
  expect(await ask(call)).toEqual({ status: 200, ...decision })
})

it('denies while its database is down', async () => {
  const { ask } = await running('unknown')
  expect(await ask(session)).toEqual({ status: 200, decision: 'DENY' })
})

it('answers only Scalekit', async () => {
  const { ask } = await running()
  const other = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
  expect(await ask(session, other)).toMatchObject({
    status: 401,
    code: 'webhook_signature_invalid',
  })
})

/** The emulator asks the example before each session and each sign-up. */
async function asked(plan: Plan) {
  const example = await running(plan)
  const url = `${example.url}/interceptors`
  for (const triggerPoint of ['PRE_SESSION_CREATION', 'PRE_SIGNUP', 'PRE_USER_INVITATION'] as const)
    example.emulator.intercept({ triggerPoint, url, secret })
  return { ...example, browser: example.visitor() }
}

it('shows the claim that it added to the access token', async () => {
  const { browser } = await asked('team')
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  expect((await browser.call('/').expect(200)).body).toEqual({ name: 'Ada Lovelace', plan: 'team' })
})

it('keeps the users of a customer out whose plan has ended', async () => {
  const { browser, emulator } = await asked('ended')
  const { status, text } = await browser.trySignIn('/login?domain=acme.example', 'ada@acme.example')
  expect([status, text.includes('You were not signed in')]).toEqual([403, true])
  await browser.call('/').expect(401)
  expect(emulator.interceptorCalls).toMatchObject([{ answer: ended, decision: 'DENY' }])
})

it('allows one seat in the free plan', async () => {
  const { emulator } = await asked('free')
  const invited = emulator.invite({ organizationId: acme, email: 'zoe@acme.example' })
  await expect(invited).rejects.toThrow('The free plan has one seat.')
})
