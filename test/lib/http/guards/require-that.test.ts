import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import {
  AccessError,
  type AccessPredicate,
  type Next,
  type RequireThatOptions,
  requireThat,
  type ScalekitError,
  type SignedIn,
} from '../../../../src/index.ts'
import { showPrincipal } from '../../../support/application.ts'
import type { HandledError } from '../../../support/hosts.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'
const upgrade = { code: 'plan_required', detail: 'This page needs the plan <b>Pro</b>.' }

/** Pages behind the guard of an instance and behind the free one, and what error handlers got. */
async function behind(predicate: AccessPredicate, options: RequireThatOptions = upgrade) {
  const handed: ScalekitError[] = []
  const application = await start({
    mount(app, auth) {
      app.use(auth)
      app.use('/page', auth.requireThat(predicate, options))
      app.use('/free', requireThat(predicate, options))
      app.use('/handed', auth.requireThat(predicate, { ...options, refuse: 'next' }))
      app.use(showPrincipal)
      app.use((error: HandledError, _req: IncomingMessage, _res: ServerResponse, next: Next) => {
        handed.push(error as ScalekitError)
        next(error)
      })
    },
  })
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', ada)
  return { ...application, browser, handed }
}

describe('requireThat', () => {
  it.each<[string, AccessPredicate]>([
    ['at once', () => true],
    ['as a promise', async () => true],
    // biome-ignore lint/suspicious/noThenProperty: a promise of a library.
    ['as a thenable', () => ({ then: (give: (answer: boolean) => void) => give(true) }) as never],
  ])('lets users pass for whom the predicate answers true, %s', async (_how, predicate) => {
    const { browser } = await behind(predicate)
    for (const path of ['/page', '/free', '/handed']) {
      const answer = await browser.call(path).expect(200)
      expect(answer.body.user.email).toBe(ada)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it('shows the predicate who is asking and the request', async () => {
    const predicate = vi.fn<AccessPredicate>(() => true)
    const { browser } = await behind(predicate)
    await browser.call('/page?id=7').expect(200)
    const [principal, req] = predicate.mock.calls[0]!
    expect(principal).toMatchObject({ status: 'signed-in', user: { email: ada }, roles: ['admin'] })
    expect(req.method).toBe('GET')
    expect(req.url).toContain('id=7')
  })

  it.each<[string, AccessPredicate]>([
    ['at once', () => false],
    ['as a promise', async () => false],
  ])('refuses with the code of the application where it answers false, %s', async (_how, no) => {
    const { browser, handed } = await behind(no)
    for (const path of ['/page', '/free']) {
      const answer = await browser.call(path).expect(403)
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(answer.body).toEqual({
        title: 'Forbidden',
        status: 403,
        code: 'plan_required',
        detail: upgrade.detail,
      })
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['retry-after']).toBeUndefined()
    }
    await browser.call('/handed').expect(403)
    expect(handed).toEqual([expect.any(AccessError)])
    expect(handed[0]).toMatchObject({
      code: 'plan_required',
      status: 403,
      statusCode: 403,
      expose: true,
      message: upgrade.detail,
    })
  })

  it('shows a person who opens a page the sentence of the application, as text', async () => {
    const { browser } = await behind(() => false)
    const answer = await browser.open('/page').expect(403)
    expect(answer.headers.location).toBeUndefined()
    expect(answer.text).toContain('You do not have access')
    expect(answer.text).toContain('This page needs the plan &lt;b&gt;Pro&lt;/b&gt;.')
    expect(answer.text).toContain('<code>plan_required</code>')
  })

  it('has a sentence of its own where the application has none', async () => {
    const { browser } = await behind(() => false, { code: 'plan_required' })
    expect((await browser.open('/page').expect(403)).text).toContain('does not let you open this')
    const { body } = await browser.call('/page').expect(403)
    expect(body).toMatchObject({ code: 'plan_required', detail: 'The user may not do this' })
  })

  it('takes a code that every object has a member by', async () => {
    const { browser } = await behind(() => false, { code: 'constructor' })
    expect((await browser.open('/page').expect(403)).text).toContain('You do not have access')
    expect((await browser.call('/page').expect(403)).body.code).toBe('constructor')
  })

  it('asks nothing about a user who is not signed in', async () => {
    const predicate = vi.fn<AccessPredicate>(() => true)
    const { visitor } = await behind(predicate)
    const answer = await visitor().call('/page').expect(401)
    expect(answer.body.code).toBe('not_signed_in')
    expect(predicate).not.toHaveBeenCalled()
  })

  it.each<[string, unknown]>([
    [
      'throws',
      () => {
        throw new Error('the database is down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the database is down'))],
    ['answers 1', () => 1],
    ['answers "true"', () => 'true'],
    ['answers an object', async () => ({ allowed: true })],
    ['answers undefined', () => undefined],
    [
      'throws an error of the kit',
      () => {
        throw new AccessError('not_signed_in', 'no')
      },
    ],
  ])('lets no user pass where the predicate %s, and says when to try again', async (how, bad) => {
    const { browser, handed, log } = await behind(bad as AccessPredicate)
    for (const path of ['/page', '/free']) {
      const answer = await browser.call(path).expect(503)
      expect(answer.body).toMatchObject({ status: 503, code: 'authorization_unavailable' })
      expect(answer.headers['retry-after']).toBe('5')
      expect(answer.text).not.toContain('the database is down')
    }
    const page = await browser.open('/page').expect(503)
    expect(page.text).toContain('You were not signed out')
    await browser.call('/handed').expect(503)
    expect(handed).toEqual([expect.objectContaining({ code: 'authorization_unavailable' })])
    const line = 'error The predicate of requireThat() for plan_required failed: '
    const told = log.filter((each) => each.startsWith(line))
    expect(told).toHaveLength(4)
    if (/throws$|rejects/.test(how)) expect(told[0]).toContain('the database is down')
  })

  it('lets no user pass whose session was ended while the predicate took its time', async () => {
    const { auth, browser } = await behind(async ({ sessionId = '' }) => {
      await auth.revoke({ sessionId })
      return true
    })
    expect((await browser.call('/page').expect(401)).body.code).toBe('not_signed_in')
  })

  it('may be one of several guards, of which each decides', async () => {
    const isAdmin = (principal: SignedIn) => principal.has({ role: 'admin' })
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth)
        const guards = [
          auth.requireThat(isAdmin, upgrade),
          auth.requireThat(async () => false, { code: 'second' }),
        ]
        app.use('/page', auth.protect(guards, showPrincipal))
      },
    })
    const [admin, other] = [visitor(), visitor()]
    await admin.signIn('/login?domain=acme.example', ada)
    await other.signIn('/login?domain=acme.example', 'grace@acme.example')
    expect((await admin.call('/page').expect(403)).body.code).toBe('second')
    expect((await other.call('/page').expect(403)).body.code).toBe('plan_required')
  })

  it.each<[string, unknown, unknown, string]>([
    ['no function', undefined, upgrade, 'needs a function of the principal and the request'],
    ['a request, mounted without being called', { headers: {}, method: 'GET' }, {}, 'needs a func'],
    ['no options', () => true, undefined, 'must be up to 64 lower-case letters'],
    ['no code', () => true, { detail: 'no' }, 'must be up to 64 lower-case letters'],
    ['a code in camel case', () => true, { code: 'planRequired' }, 'must be up to 64 lower-case'],
    ['a code with markup', () => true, { code: '<b>' }, 'must be up to 64 lower-case letters'],
    ['a code that is too long', () => true, { code: 'a'.repeat(65) }, 'must be up to 64'],
    ['a code of the kit', () => true, { code: 'not_signed_in' }, 'cannot be not_signed_in'],
    ['an empty detail', () => true, { ...upgrade, detail: '' }, 'must be a non-empty string'],
    ['a detail that is no string', () => true, { ...upgrade, detail: 5 }, 'must be a non-empty'],
  ])('cannot be made of %s', (_what, predicate, options, problem) => {
    const make = () => requireThat(predicate as AccessPredicate, options as RequireThatOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    expect(make).toThrow(problem)
  })
})
