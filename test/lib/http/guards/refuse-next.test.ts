import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  AccessError,
  type GuardOptions,
  type Middleware,
  memoryStore,
  type Next,
  type ScalekitAuth,
  ScalekitError,
} from '../../../../src/index.ts'
import { type ApplicationParts, showPrincipal } from '../../../support/application.ts'
import { createHost, type HandledError } from '../../../support/hosts.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'
const globex = 'org_70087756662964366'

type MakeGuard = (auth: ScalekitAuth, options?: GuardOptions) => Middleware

const requireAuth: MakeGuard = (auth, options) => auth.requireAuth(options)
const requireOwner: MakeGuard = (auth, options) => auth.requireRole('owner', options)

/** Guards that refuse: the first an anonymous request, the others Ada an hour after her sign-in. */
const refusing: readonly [string, number, MakeGuard][] = [
  ['requireAuth', 401, requireAuth],
  ['requireRole', 403, requireOwner],
  ['requirePermission', 403, (auth, options) => auth.requirePermission('odd', options)],
  ['requireScope', 403, (auth, options) => auth.requireScope(['email', 'odd'], options)],
  ['requireOrganization', 403, (auth, options) => auth.requireOrganization(globex, options)],
  ['a selector of none', 403, (auth, options) => auth.requireOrganization(() => '', options)],
  [
    'requireRecentAuth',
    401,
    (auth, options) => auth.requireRecentAuth({ maxAgeSeconds: 60 }, options),
  ],
]

/** Pages behind a guard that responds itself, and behind one that does not, and what `next` got. */
async function behind(make: MakeGuard, parts: ApplicationParts = {}) {
  const handed: ScalekitError[] = []
  let now = Date.now()
  const application = await start({
    options: { clock: () => now, ...parts.options },
    mount(app, auth) {
      app.use(auth)
      app.use('/answered', make(auth))
      app.use('/handed', make(auth, { refuse: 'next' }))
      app.use('/unhandled', inApplicationOfItsOwn(make(auth, { refuse: 'next' })))
      app.use((error: HandledError, _req: IncomingMessage, _res: ServerResponse, next: Next) => {
        handed.push(error as ScalekitError)
        next(error)
      })
    },
  })
  const browser = application.visitor()
  if (make !== requireAuth) await browser.signIn('/login?domain=acme.example', ada)
  now += 3_600_000
  return { browser, handed }
}

/** Without an error handler, so that the framework's own has to respond. */
function inApplicationOfItsOwn(guard: Middleware): Middleware {
  const inner = createHost()
  inner.use(guard)
  inner.use(showPrincipal)
  return (req, res) => inner(req, res)
}

describe('a refusal that next gets', () => {
  it.each(refusing)('by %s says what the response would have said', async (_who, status, make) => {
    const { browser, handed } = await behind(make)
    const { body, headers } = await browser.call('/answered').expect(status)
    await browser.call('/handed').expect(status)
    expect(handed).toEqual([expect.any(AccessError)])
    const { code, message, hint, loginUrl } = handed[0]!
    expect({ code, message, hint, loginUrl }).toEqual({
      code: body.code,
      message: body.detail,
      hint: body.hint,
      loginUrl: body.loginUrl,
    })
    expect(handed[0]).toMatchObject({ status, statusCode: status, expose: true })
    const challenge = headers['www-authenticate']
    expect(handed[0]!.headers).toEqual(challenge && { 'WWW-Authenticate': challenge })
    expect(inspect(handed[0])).not.toContain('undefined')
  })

  it('for an anonymous request names the sign-in below the base path of the kit', async () => {
    const options = { basePath: '/auth', bearer: {} }
    const { browser, handed } = await behind(requireAuth, { options })
    await browser.call('/handed').expect(401)
    expect(handed[0]).toMatchObject({
      code: 'not_signed_in',
      headers: { 'WWW-Authenticate': 'Bearer' },
      loginUrl: '/auth/login',
    })
  })

  it('names no sign-in where none would help', async () => {
    const { browser, handed } = await behind(requireOwner)
    await browser.call('/handed').expect(403)
    expect(handed[0]!.code).toBe('role_required')
    expect(handed[0]).not.toHaveProperty('loginUrl')
    expect(handed[0]).not.toHaveProperty('headers')
  })
})

describe('the error handler of the framework', () => {
  it.each(refusing)('responds to %s with %i and the challenge', async (_who, status, make) => {
    const { browser } = await behind(make)
    const { headers } = await browser.call('/answered').expect(status)
    const answer = await browser.call('/unhandled').expect(status)
    expect(answer.headers['www-authenticate']).toBe(headers['www-authenticate'])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('responds 503 while the store cannot be reached, and says when to come back', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = memoryStore()
    const { write, since: ask } = store.revocations
    let isDown = false
    const since = () => (isDown ? Promise.reject(new Error('connection refused')) : ask())
    const options = { store: { ...store, revocations: { write, since } } }
    const { browser, handed } = await behind(requireOwner, { options })
    isDown = true
    vi.advanceTimersByTime(1001)
    const answer = await browser.call('/unhandled').expect(503)
    expect(answer.headers['retry-after']).toBe('5')
    await browser.call('/handed').expect(503)
    expect(handed).toEqual([expect.any(ScalekitError)])
    expect(handed[0]).toMatchObject({ code: 'store_unavailable', statusCode: 503, expose: false })
    expect(handed[0]).not.toHaveProperty('loginUrl')
  })

  it('shows no more than the status in production', async () => {
    const { visitor } = await start({
      options: { bearer: {} },
      mount(app, auth) {
        app.use(auth)
        app.use('/page', auth.requireAuth({ refuse: 'next' }))
        app.use((error: HandledError, req: IncomingMessage, res: ServerResponse, _next: Next) =>
          finalHandler(req, res, { env: 'production' })(error),
        )
      },
    })
    const answer = await visitor().call('/page').expect(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(answer.text).toContain('<pre>Unauthorized</pre>')
    expect(answer.text).not.toMatch(/signed in|AccessError|login/)
  })
})

describe('the exception filter of NestJS', () => {
  it.each(refusing)('responds to %s with %i and the message', async (_who, status, make) => {
    const { browser, handed } = await behind(make)
    await browser.call('/handed').expect(status)
    const { message } = handed[0]!
    expect(asNestReads(handed[0])).toEqual({ statusCode: status, message })
  })
})

/** @see https://github.com/nestjs/nest/blob/master/packages/core/exceptions/base-exception-filter.ts */
function asNestReads(error: unknown): object {
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (statusCode && message) return { statusCode, message }
  return { statusCode: 500, message: 'Internal server error' }
}

type FinalHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  options: { readonly env: string },
) => (error: unknown) => void

/** What the framework of this run responds with where the application has no error handler. */
const finalHandler: FinalHandler = (() => {
  const hosts: Readonly<Record<string, string>> = { 'Express 4': 'express4', Connect: 'connect' }
  const host = hosts[process.env.TEST_HOST ?? ''] ?? 'express'
  const { resolve } = createRequire(import.meta.url)
  return createRequire(resolve(host))('finalhandler') as FinalHandler
})()
