import request from 'supertest'
import { describe, expect, it, vi } from 'vitest'
import { type ScalekitAuthOptions, scalekitAuth } from '../../../../src/index.ts'
import { signInterceptor } from '../../../../src/webhooks.ts'
import type { ApplicationParts } from '../../../support/application.ts'
import { start } from '../../../support/start.ts'
import { inVirtualTime } from '../../../support/virtual-time.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

type InterceptorOptions = NonNullable<ScalekitAuthOptions['interceptors']>

/** What Scalekit asks before a session begins. */
const call = {
  display_name: 'Pre session creation',
  trigger_point: 'PRE_SESSION_CREATION',
  interceptor_context: {
    environment_id: 'env_1',
    user_id: 'usr_1',
    user_email: 'ada@acme.example',
    organization_id: 'org_1',
  },
  data: { user: { id: 'usr_1', memberships: [] } },
}

/** Where it is asked, and what is wrong with how that is signed. */
interface Sending {
  readonly path?: string
  readonly secret?: string
  readonly timestamp?: number
}

/** An application that is asked, and how to ask it. */
async function asked(interceptors: InterceptorOptions, parts: ApplicationParts = {}) {
  const options = { ...parts.options, interceptors: { secret, ...interceptors } }
  const application = await start({ ...parts, options })
  function ask(changes: object = {}, sending: Sending = {}) {
    const { path = '/interceptors', ...signing } = sending
    const body = JSON.stringify({ ...call, ...changes })
    return request(application.url)
      .post(path)
      .type('application/json')
      .set(signInterceptor({ id: 'int_1', body, secret, ...signing }))
      .send(body)
  }
  return { ...application, ask }
}

describe('a handler', () => {
  it('is told who asks for what', async () => {
    const onPreSessionCreation = vi.fn()
    const { ask } = await asked({ onFailure: 'deny', onPreSessionCreation })
    await ask().expect(200, { decision: 'ALLOW' })
    expect(onPreSessionCreation.mock.calls).toEqual([
      [call, { interceptionId: 'int_1', signal: expect.any(AbortSignal), log: expect.anything() }],
    ])
  })

  it.each<[string, InterceptorOptions, object]>([
    ['allows', { onPreSessionCreation: () => ({ decision: 'ALLOW' }) }, { decision: 'ALLOW' }],
    [
      'adds claims',
      { onPreSessionCreation: async () => ({ decision: 'ALLOW', response: { claims: { a: 1 } } }) },
      { decision: 'ALLOW', response: { claims: { a: 1 } } },
    ],
    ['denies', { onPreSessionCreation: () => ({ decision: 'DENY' }) }, { decision: 'DENY' }],
    [
      'denies and says why',
      { onPreSessionCreation: () => ({ decision: 'DENY', message: 'Not on Sundays' }) },
      { decision: 'DENY', error: { message: 'Not on Sundays' } },
    ],
  ])('%s, in Scalekit’s shape', async (_what, handlers, answer) => {
    const { ask } = await asked({ onFailure: 'deny', ...handlers })
    await ask().expect(200, answer)
  })

  it.each([
    ['PRE_SIGNUP', 'onPreSignup'],
    ['PRE_SESSION_CREATION', 'onPreSessionCreation'],
    ['PRE_USER_INVITATION', 'onPreUserInvitation'],
    ['PRE_M2M_TOKEN_CREATION', 'onPreM2mTokenCreation'],
  ])('of %s is called %s', async (trigger_point, name) => {
    const handler = vi.fn(() => ({ decision: 'DENY' }))
    const { ask } = await asked({ onFailure: 'allow', [name]: handler })
    await ask({ trigger_point }).expect(200, { decision: 'DENY' })
    expect(handler).toHaveBeenCalledTimes(1)
    await ask({ trigger_point: 'PRE_SOMETHING_NEW' }).expect(200, { decision: 'ALLOW' })
  })
})

describe.each([
  ['deny', 'DENY'],
  ['allow', 'ALLOW'],
] as const)('where a failure means to %s', (onFailure, decision) => {
  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('ada@acme.example is not in the database')
      },
    ],
    ['rejects', (() => Promise.reject(new Error('ada@acme.example'))) as () => never],
    ['answers something else', (() => ({ decision: 'allow' })) as () => never],
    ['never answers', (() => new Promise(() => {})) as () => never],
  ])('a handler that %s gets that answer, and nobody’s name is in the log', async (_how, fail) => {
    const { ask, log } = await asked({ onFailure, onPreSessionCreation: fail })
    await inVirtualTime(async () => ask().expect(200, { decision }))
    expect(log.filter((line) => line.includes(`so the decision is ${decision}`))).toHaveLength(1)
    expect(log.join()).not.toContain('ada@')
  })
})

it('a handler is told when nobody waits for it any more', async () => {
  const signals: AbortSignal[] = []
  const { ask } = await asked({
    onFailure: 'deny',
    timeoutSeconds: 1,
    onPreSessionCreation(_call, { signal }) {
      signals.push(signal)
      return new Promise(() => {})
    },
  })
  const waitedMs = await inVirtualTime(async () => {
    const began = performance.now()
    await ask().expect(200)
    return performance.now() - began
  })
  expect(waitedMs).toBeGreaterThanOrEqual(1000)
  expect(waitedMs).toBeLessThan(2000)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})

describe('what Scalekit did not ask', () => {
  it('is refused, and no handler hears of it', async () => {
    const onPreSessionCreation = vi.fn()
    const { ask, url } = await asked({ onFailure: 'allow', onPreSessionCreation })
    const forged = await ask({}, { secret: `whsec_${'A'.repeat(32)}` }).expect(401)
    expect(forged.body.code).toBe('webhook_signature_invalid')
    const sentAgo = (seconds: number) =>
      ask({}, { timestamp: Math.floor(Date.now() / 1000) - seconds })
    const keptBack = await sentAgo(310).expect(401)
    expect(keptBack.body.code).toBe('webhook_timestamp_invalid')
    const unsigned = await request(url).post('/interceptors').send(call).expect(400)
    expect(unsigned.body.code).toBe('webhook_headers_invalid')
    const pointless = await ask({ trigger_point: undefined }).expect(400)
    expect(pointless.body.code).toBe('webhook_body_invalid')
    await request(url).get('/interceptors').expect(405).expect('Allow', 'POST')
    expect(onPreSessionCreation).not.toHaveBeenCalled()
    await sentAgo(290).expect(200)
  })

  it('is the application’s own where nothing is expected', async () => {
    const { url } = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/interceptors', (_req, res) => void res.end('the application’s own'))
      },
    })
    expect((await request(url).get('/interceptors').expect(200)).text).toContain('own')
  })
})

describe('the route', () => {
  it.each<[string, string, ApplicationParts]>([
    [
      'alone',
      '/interceptors',
      { mount: (app, auth) => app.use('/interceptors', auth.routes.interceptors) },
    ],
    [
      'under a prefix',
      '/auth/interceptors',
      { options: { basePath: '/auth' }, mount: (app, auth) => app.use('/auth', auth) },
    ],
    ['at another path', '/ask', { options: { paths: { interceptors: '/ask' } } }],
  ])('serves %s', async (_where, path, parts) => {
    const handlers = { onPreSessionCreation: () => ({ decision: 'DENY' as const }) }
    const { ask } = await asked({ onFailure: 'allow', ...handlers }, parts)
    await ask({}, { path }).expect(200, { decision: 'DENY' })
  })

  it('has to be told its secret, and what a failure means', () => {
    const options = { clientId: 'skc_1', clientSecret: 'x', environmentUrl: 'https://a.example' }
    const onPreSignup = () => undefined
    expect(() => scalekitAuth({ ...options, interceptors: { onPreSignup } })).toThrow(
      /`interceptors.secret` is missing.*`interceptors.onFailure` is missing: write "deny" or "allow"/s,
    )
  })
})
