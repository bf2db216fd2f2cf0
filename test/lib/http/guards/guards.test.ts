import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import request from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  getAuth,
  type Middleware,
  memoryStore,
  requireAuth,
  requireOrganization,
  requirePermission,
  requireRecentAuth,
  requireRole,
  requireScope,
  type ScalekitAuthOptions,
  scalekitAuth,
} from '../../../../src/index.ts'
import type { EmulatorSeed } from '../../../../src/testing.ts'
import { type ApplicationParts, showPrincipal } from '../../../support/application.ts'
import { eventually } from '../../../support/eventually.ts'
import type { HostApp } from '../../../support/hosts.ts'
import { recordingLogger } from '../../../support/recording-logger.ts'
import { isExpressSession } from '../../../support/session-cookie.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { background, handedOn, navigation } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const acme = 'org_69615647365005430'
const globex = 'org_70087756662964366'

/** An application with one page behind `guard`, and somebody of Acme signed in. */
async function behind(guard: Middleware, { who = ada, options = {} as ScalekitAuthOptions } = {}) {
  const application = await start({
    options,
    mount(app, auth) {
      app.use(auth)
      app.use('/page', guard)
      app.use('/page', showPrincipal)
    },
  })
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', who)
  return { ...application, browser }
}

describe('requireAuth', () => {
  it('lets through who is signed in, and keeps the answer out of caches', async () => {
    const { browser } = await behind(requireAuth())
    const answer = await browser.call('/page').expect(200)
    expect(answer.body).toMatchObject({ status: 'signed-in', user: { email: ada } })
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.vary).toContain('Cookie')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('sends a person who opens a page to sign in, and back to it', async () => {
    const { visitor } = await behind(requireAuth())
    const answer = await visitor().open('/page?a=1&b=2').expect(302)
    expect(answer.headers.location).toBe('/login?return_to=%2Fpage%3Fa%3D1%26b%3D2')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('answers everything else with 401 and what to do', async () => {
    const { visitor } = await behind(requireAuth())
    const answer = await visitor().call('/page').expect(401)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['www-authenticate']).toBeUndefined()
    expect(answer.body).toEqual({
      title: 'Unauthorized',
      status: 401,
      code: 'not_signed_in',
      detail: expect.any(String),
      hint: expect.any(String),
      loginUrl: '/login',
    })
  })

  it.each([
    ['fetch()', background],
    ['no headers at all', {}],
    ['curl', { Accept: '*/*' }],
    ['a program that takes JSON', { Accept: 'application/json' }],
    ['a program that prefers JSON', { Accept: 'text/html;q=0.5, application/json' }],
    ['an image', { ...navigation, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    ['a frame', { ...navigation, 'Sec-Fetch-Dest': 'iframe' }],
    ['a prefetch', { ...navigation, 'Sec-Purpose': 'prefetch' }],
    ['a link with `download`', { ...handedOn, Accept: '*/*' }],
    ['a script library', { Accept: 'text/html', 'X-Requested-With': 'XMLHttpRequest' }],
  ])('does not redirect %s', async (_what, headers) => {
    const { url } = await behind(requireAuth())
    await request(url).get('/page').set(headers).expect(401)
  })

  it.each([
    ['an old browser', { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
    ['a browser', navigation],
    ['a browser by way of a service worker', handedOn],
    ['a page inside an Android app', { ...navigation, 'X-Requested-With': 'com.example.app' }],
    ['a browser whose proxy empties X-Requested-With', { ...navigation, 'X-Requested-With': '' }],
  ])('redirects %s', async (_what, headers) => {
    const { url } = await behind(requireAuth())
    await request(url).get('/page').set(headers).expect(302)
  })

  // Not by fetch(), which says itself that it is no navigation.
  it.each(['post', 'put', 'delete', 'patch', 'options', 'head'] as const)(
    'refuses an anonymous %s without a redirect',
    async (method) => {
      const { url } = await behind(requireAuth())
      await request(url)[method]('/page').set(navigation).expect(401)
    },
  )

  it('hands a refusal to the error handler when asked to', async () => {
    const { visitor } = await behind(requireAuth({ refuse: 'next' }))
    const answer = await visitor().open('/page').expect(401)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'not_signed_in' })
  })

  it('mounted uncalled says so, and leaves no request waiting', async () => {
    const mounted = requireAuth as unknown as Middleware
    const { visitor } = await start({ mount: (app) => app.use('/page', mounted) })
    const answer = await visitor().call('/page').expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'config_invalid' })
    expect(() => requireAuth({ headers: {}, method: 'GET' } as object)).toThrow(
      'requireAuth was mounted without being called: write requireAuth()',
    )
  })

  it.each(['/logout', '/callback', '/me'])('does not send back to %s', async (path) => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth.session())
        app.use(path, auth.requireAuth())
      },
    })
    const answer = await visitor().open(`${path}/?x=1`).expect(302)
    expect(answer.headers.location).toBe('/login')
  })
})

describe.skipIf(isExpressSession)('a sealed session cookie', () => {
  /** Every kind of damage to a good cookie. */
  const damages: readonly [string, (value: string) => string][] = [
    ['with its first character changed', (value) => `x${value.slice(1)}`],
    ['with its last character changed', (value) => value.slice(0, -1) + flip(value.at(-1)!)],
    ['with one character in the middle changed', (value) => replaceAt(value, value.length >> 1)],
    ['with another key id', (value) => replaceAt(value, 4)],
    ['with its initialization vector changed', (value) => replaceAt(value, 14)],
    ['with one character less', (value) => value.slice(0, -1)],
    ['cut in half', (value) => value.slice(0, value.length >> 1)],
    ['with something behind it', (value) => `${value}A`],
    ['with padding', (value) => `${value}==`],
    ['that is empty', () => ''],
    ['that is only its prefix', (value) => value.slice(0, 11)],
    ['that is JSON', () => encodeURIComponent('{"v":1,"sub":"admin"}')],
    ['in quotes', (value) => `"${value}"`],
    ['percent-encoded', (value) => value.replaceAll('.', '%2E')],
  ]

  it.each(damages)('%s is nobody', async (_what, damage) => {
    const { browser, visitor } = await behind(requireAuth())
    const value = browser.cookie('scalekit-session')!
    const cookie = `scalekit-session=${damage(value)}`
    await visitor().call('/page', { cookie }).expect(401)
    await visitor()
      .call('/page', { cookie: `scalekit-session=${value}` })
      .expect(200)
  })

  it('sent twice is nobody, as one of the two was planted', async () => {
    const { browser, visitor } = await behind(requireAuth())
    const good = `scalekit-session=${browser.cookie('scalekit-session')}`
    await visitor()
      .call('/page', { cookie: `${good}; scalekit-session=x` })
      .expect(401)
    await visitor()
      .call('/page', { cookie: `scalekit-session=x; ${good}` })
      .expect(401)
  })

  it('stands among others, whatever they are called', async () => {
    const { browser, visitor } = await behind(requireAuth())
    const good = `scalekit-session=${browser.cookie('scalekit-session')}`
    const others = 'a=1; my-scalekit-session=x; scalekit-session2=y; b="scalekit-session=z"'
    await visitor()
      .call('/page', { cookie: `${others}; ${good};c=2` })
      .expect(200)
  })

  it('of another instance, client or secret is nobody', async () => {
    const { browser, emulator, url } = await behind(requireAuth())
    const value = browser.cookie('scalekit-session')!
    const base = { ...emulator.options, baseUrl: url }
    const others: [string, ScalekitAuthOptions][] = [
      ['scalekit', { ...base, clientId: 'skc_other' }],
      ['scalekit', { ...base, secret: 'another secret of 32 characters or more' }],
      ['other', { ...base, name: 'other' }],
    ]
    for (const [name, options] of others) {
      const other = await start({ emulator, options })
      await other
        .visitor()
        .call('/app', { cookie: `${name}-session=${value}` })
        .expect(401)
    }
    const same = await start({ emulator, options: base })
    await same
      .visitor()
      .call('/app', { cookie: `scalekit-session=${value}` })
      .expect(200)
  })

  it('ends when nobody used it for a day, and after a week however much it was used', async () => {
    let now = Date.now()
    const { browser } = await behind(requireAuth(), { options: { clock: () => now } })
    now += 86_400_000 - 1
    const renewed = await browser.call('/page').expect(200)
    expect(String(renewed.headers['set-cookie'])).toContain('scalekit-session=')
    now += 86_400_000
    await browser.call('/page').expect(401)
  })

  it('cannot be kept past a week by using it', async () => {
    const begun = Date.now()
    let now = begun
    const { browser } = await behind(requireAuth(), { options: { clock: () => now } })
    while (now + 43_300_000 < begun + 604_800_000) {
      now += 43_300_000
      await browser.call('/page').expect(200)
    }
    now = begun + 604_800_000 + 60_000
    await browser.call('/page').expect(401)
  })

  it('is not sent again on an ordinary request', async () => {
    let now = Date.now()
    const { browser } = await behind(requireAuth(), { options: { clock: () => now } })
    now += 43_000_000
    const answer = await browser.call('/page').expect(200)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  function replaceAt(value: string, index: number) {
    return value.slice(0, index) + flip(value[index]!) + value.slice(index + 1)
  }

  function flip(character: string) {
    return character === 'A' ? 'B' : 'A'
  }
})

describe('requireOrganization', () => {
  it.each([
    ['the id itself', acme],
    ['a header', { header: 'X-Organization' }],
    ['a function', (req: IncomingMessage) => req.headers['x-organization']],
  ])('lets members through by %s', async (_what, select) => {
    const { browser } = await behind(requireOrganization(select))
    await browser.call('/page', { 'X-Organization': acme }).expect(200)
  })

  it('goes by a route parameter on Express', async () => {
    const application = await start({
      host: () => express() as unknown as HostApp,
      mount(app, auth) {
        app.use(auth)
        const routes = app as unknown as express.Express
        routes.get('/o/:org/page', auth.requireOrganization({ param: 'org' }), showPrincipal)
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.call(`/o/${acme}/page`).expect(200)
    await browser.call(`/o/${globex}/page`).expect(403)
    await browser.call('/o/__proto__/page').expect(403)
  })

  it.each([
    [true, 200, { organizationId: acme }],
    [false, 403, { hint: expect.stringContaining('mergeParams') }],
  ])('says how a Router sees a parameter above it (%j)', async (mergeParams, status, answer) => {
    const application = await start({
      host: () => express() as unknown as HostApp,
      mount(app, auth) {
        const router = express.Router({ mergeParams })
        router.use(auth.requireOrganization({ param: 'org' }), showPrincipal)
        app.use(auth)
        app.use('/o/:org', router as unknown as Middleware)
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const { body } = await browser.call(`/o/${acme}/page`).expect(status)
    expect(body).toMatchObject(answer)
  })

  it('refuses members of another organization, and says where to sign in to this one', async () => {
    const { browser } = await behind(requireOrganization(globex))
    const answer = await browser.call('/page').expect(403)
    expect(answer.body).toMatchObject({
      code: 'wrong_organization',
      loginUrl: `/login?organization_id=${globex}`,
    })
    const opened = await browser.open('/page').expect(302)
    expect(opened.headers.location).toBe(`/login?organization_id=${globex}&return_to=%2Fpage`)
  })

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['an empty text', () => ''],
    ['a list that holds it', () => [acme]],
    ['an object', () => ({ id: acme })],
    ['a number', () => 1],
  ])('refuses everybody when %s is selected', async (_what, select) => {
    const { browser } = await behind(requireOrganization(select))
    const answer = await browser.call('/page').expect(403)
    expect(answer.body.code).toBe('organization_required')
  })

  it.each([
    ['a longer id', `${acme}0`],
    ['a shorter id', acme.slice(0, -1)],
    ['another case', acme.toUpperCase()],
    ['the external id', 'acme'],
    ['a space behind it', `${acme} `],
  ])('refuses %s', async (_what, id) => {
    const { browser } = await behind(requireOrganization(id))
    await browser.call('/page').expect(403)
  })

  it.each([
    ['acme.app.example', 200],
    ['ACME.App.Example:3000', 200],
    ['globex.app.example', 403],
    ['app.example', 403],
    ['.app.example', 403],
    ['x.acme.app.example', 403],
    ['acme.app.example.evil.example', 403],
    ['acmeapp.example', 403],
    ['acme.bad.example', 403],
  ])('goes by the subdomain of %s: %i', async (Host, status) => {
    const { browser } = await behind(requireOrganization({ subdomainOf: 'app.example' }))
    await browser.call('/page', { Host }).expect(status)
  })

  it('sends who opens the subdomain of another organization to sign in there', async () => {
    const { browser } = await behind(requireOrganization({ subdomainOf: 'app.example' }))
    const answer = await browser.open('/page', { Host: 'globex.app.example' }).expect(302)
    expect(answer.headers.location).toBe('/login?organization_id=globex&return_to=%2Fpage')
  })

  it('sends nobody around in a circle where your own id stands for Scalekit’s', async () => {
    const { browser } = await behind(requireOrganization('acme'))
    await browser.open('/page').expect(403)
    const { body } = await browser.call('/page').expect(403)
    expect(body).toMatchObject({
      code: 'wrong_organization',
      hint: expect.stringContaining('externalOrganizationId'),
    })
    expect(body.loginUrl).toBeUndefined()
  })

  it('refuses a header sent twice', async () => {
    const { browser } = await behind(requireOrganization({ header: 'X-Organization' }))
    await browser.call('/page', { 'X-Organization': `${acme}, ${globex}` }).expect(403)
    await browser.call('/page').expect(403)
  })

  it('refuses who has no organization', async () => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use(
          '/page',
          auth.requireOrganization(() => undefined),
        )
      },
    })
    application.emulator.fail({ idToken: { oid: null } })
    application.emulator.fail({ accessToken: { oid: null } })
    const browser = application.visitor()
    await browser.signIn('/login?connection_id=conn_69615647365005431', ada)
    await browser.call('/page').expect(403)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty id', ''],
    ['a misspelled place', { params: 'org' }],
    ['a place without a name', { header: undefined }],
    ['two places', { param: 'org', header: 'X-Organization' }],
    [
      'a request, as it was mounted without being called',
      { headers: {}, method: 'GET', header() {} },
    ],
  ])('cannot be made with %s', (_what, select) => {
    expect(() => requireOrganization(select as string)).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringContaining("such as { param: 'org' }"),
      }),
    )
  })

  it('hands a select function that throws to the error handler, as 503', async () => {
    const { browser } = await behind(
      requireOrganization(() => {
        throw new Error('database is down')
      }),
    )
    const answer = await browser.call('/page').expect(503)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'unexpected' })
  })

  it('refuses who is not signed in with 401', async () => {
    const { visitor } = await behind(requireOrganization(acme))
    await visitor().call('/page').expect(401)
  })
})

describe('requireRole', () => {
  it('lets through who has the role, or one of several', async () => {
    const { browser } = await behind(requireRole('admin'))
    await browser.call('/page').expect(200)
    const several = await behind(requireRole(['owner', 'admin']))
    await several.browser.call('/page').expect(200)
  })

  it.each([
    ['another role', 'owner'],
    ['another case', 'Admin'],
    ['a longer name', 'admins'],
    ['a list of others', ['owner', 'member']],
    ['a name of every object', 'constructor'],
  ])('refuses %s', async (_what, role) => {
    const { browser } = await behind(requireRole(role))
    const answer = await browser.call('/page').expect(403)
    expect(answer.body).toMatchObject({ code: 'role_required' })
    expect(answer.body.loginUrl).toBeUndefined()
  })

  it('shows a person a page, and does not send them around', async () => {
    const { browser } = await behind(requireRole('owner'))
    const answer = await browser.open('/page').expect(403)
    expect(answer.headers['content-type']).toMatch(/^text\/html/)
    expect(answer.text).toContain('role_required')
  })

  it.each([
    ['an empty list', []],
    ['an empty name', ''],
    ['a list with an empty name', ['admin', '']],
  ])('cannot be made of %s', (_what, role) => {
    expect(() => requireRole(role)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  it('counts the roles of the current organization, not those held elsewhere', async () => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/advisor', auth.requireRole('advisor'))
        app.use('/advisor', showPrincipal)
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?organization_id=globex', 'grace@acme.example')
    await browser.call('/advisor').expect(200)
    await browser.signIn('/login?organization_id=acme', 'grace@acme.example')
    await browser.call('/advisor').expect(403)
  })

  it.each([
    ['a text', 'admin'],
    ['an object', { 0: 'admin' }],
    ['a list of lists', [['admin']]],
    ['a list with a number', ['admin', 1]],
  ])('grants nothing when roles come as %s', async (_what, roles) => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/page', auth.requireRole('admin'))
      },
    })
    application.emulator.fail({ accessToken: { roles } })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.call('/page').expect(403)
  })
})

describe('requirePermission and requireScope', () => {
  it.each<[string, Middleware]>([
    ['a permission', requirePermission('members:manage')],
    ['several permissions', requirePermission(['members:manage', 'projects:read'])],
    ['a scope', requireScope('email')],
    ['several scopes', requireScope(['openid', 'email', 'profile'])],
  ])('let through who has %s', async (_what, guard) => {
    const application = await start({ mount: mountBehind(guard), seed: withPermissions() })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.call('/page').expect(200)
  })

  it.each<[string, Middleware, string]>([
    ['another permission', requirePermission('members:delete'), 'permission_required'],
    ['one of two', requirePermission(['members:manage', 'none']), 'permission_required'],
    ['another case', requirePermission('Members:Manage'), 'permission_required'],
    ['a part of the name', requirePermission('members'), 'permission_required'],
    ['another scope', requireScope('invoices'), 'insufficient_scope'],
    ['one of two scopes', requireScope(['email', 'invoices']), 'insufficient_scope'],
    ['two scopes in one name', requireScope('openid email'), 'insufficient_scope'],
  ])('refuse %s', async (_what, guard, code) => {
    const application = await start({ mount: mountBehind(guard), seed: withPermissions() })
    const browser = application.visitor()
    await browser.call('/page').expect(401)
    await browser.signIn('/login?domain=acme.example', ada)
    const answer = await browser.call('/page').expect(403)
    expect(answer.body.code).toBe(code)
  })

  it('say in no header which scopes are needed, where no access token counts', async () => {
    const { browser } = await behind(requireScope(['email', 'invoices']))
    const answer = await browser.call('/page').expect(403)
    expect(answer.headers['www-authenticate']).toBeUndefined()
  })

  it.each<[string, Readonly<Record<string, unknown>>, string | null, number]>([
    ['the token response alone names', { scope: null }, 'openid invoices', 200],
    ['the access token alone names', { scope: 'invoices' }, null, 200],
    ['each names one of', { scope: 'invoices' }, 'orders', 200],
    ['was asked for and neither names', { scope: null }, null, 403],
  ])('a scope that %s decides', async (_what, accessToken, scope, status) => {
    const scopes = scope === 'orders' ? ['invoices', 'orders'] : ['invoices']
    const application = await start({
      options: { scopes: ['openid', 'email', 'profile', 'invoices'] },
      seed: { scopes: ['invoices'] },
      mount: mountBehind(requireScope(scopes)),
    })
    application.emulator.fail({ accessToken })
    application.emulator.fail({ tokenResponse: { scope } })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.call('/page').expect(status)
  })

  it.each([[[]], [''], [['a', '']]])('cannot be made of %j', (names) => {
    const refused = expect.objectContaining({ code: 'config_invalid' })
    expect(() => requirePermission(names)).toThrow(refused)
    expect(() => requireScope(names)).toThrow(refused)
  })

  function mountBehind(guard: Middleware): NonNullable<ApplicationParts['mount']> {
    return (app, auth) => {
      app.use(auth)
      app.use('/page', guard)
      app.use('/page', showPrincipal)
    }
  }

  function withPermissions(): EmulatorSeed {
    const permissions = ['members:manage', 'projects:read']
    const people = [{ email: ada, name: 'Ada', permissions }]
    return { organizations: [{ displayName: 'Acme', domains: ['acme.example'], people }] }
  }
})

describe('requireRecentAuth', () => {
  /** Somebody of Acme who signed in by `/login?query`, with a clock and claims of the test's. */
  async function signedInBy(
    query: string,
    idToken: object,
    at: () => number,
    proof: 'auth_time' | 'prompt' = 'auth_time',
  ) {
    const application = await start({
      options: { clock: at },
      seed: { clock: at },
      mount(app, auth) {
        app.use(auth)
        app.use('/page', auth.requireRecentAuth({ maxAgeSeconds: 300, proof }))
        app.use('/page', showPrincipal)
      },
    })
    application.emulator.fail({ idToken: { ...idToken } })
    const browser = application.visitor()
    await browser.trySignIn(`/login?organization_id=acme${query}`, ada)
    return browser
  }

  it('counts from auth_time, on both sides of the limit', async () => {
    let now = Date.now()
    const authTime = Math.floor(now / 1000)
    const browser = await signedInBy('', { auth_time: authTime }, () => now)
    now = authTime * 1000 + 300_000
    await browser.call('/page').expect(200)
    now += 1
    const answer = await browser.call('/page').expect(401)
    expect(answer.body).toMatchObject({
      code: 'recent_auth_required',
      loginUrl: `/login?organization_id=${acme}&prompt=login`,
    })
    expect(answer.headers['www-authenticate']).toBeUndefined()
    const opened = await browser.open('/page').expect(302)
    expect(opened.headers.location).toContain('prompt=login&return_to=%2Fpage')
  })

  it('counts from the auth_time that the environment sends', async () => {
    let now = Date.now()
    const clock = () => now
    const { visitor } = await start({
      options: { clock },
      seed: { clock, sendAuthTime: true },
      mount(app, auth) {
        app.use(auth)
        app.use('/page', auth.requireRecentAuth({ maxAgeSeconds: 300 }))
        app.use('/page', showPrincipal)
      },
    })
    const browser = visitor()
    await browser.signIn(`/login?organization_id=${acme}`, ada)
    now += 298_000
    await browser.call('/page').expect(200)
    now += 2_001
    await browser.call('/page').expect(401)
  })

  it('believes an auth_time ahead of our clock by a minute, and none beyond', async () => {
    const now = Math.floor(Date.now() / 1000) * 1000
    const at = () => now
    const near = await signedInBy('', { auth_time: now / 1000 + 60 }, at)
    await near.call('/page').expect(200)
    const far = await signedInBy('', { auth_time: now / 1000 + 61 }, at)
    await far.call('/page').expect(401)
    const inMilliseconds = await signedInBy('', { auth_time: now }, at)
    await inMilliseconds.call('/page').expect(401)
  })

  it('with the proof prompt counts from the start of a sign-in with prompt=login', async () => {
    let now = Date.now()
    const begun = now
    const browser = await signedInBy('&prompt=login', {}, () => now, 'prompt')
    now = begun + 300_000
    await browser.call('/page').expect(200)
    now += 1
    await browser.call('/page').expect(401)
  })

  it('is not fooled by a user who takes the prompt out of the URL', async () => {
    const now = Date.now()
    const application = await start({
      options: { clock: () => now },
      mount(app, auth) {
        app.use(auth)
        app.use('/page', auth.requireRecentAuth({ maxAgeSeconds: 300 }))
        app.use('/page', showPrincipal)
      },
    })
    const browser = application.visitor()
    const asked = await browser.begin(`/login?organization_id=acme&prompt=login`)
    expect(asked.searchParams.get('prompt')).toBe('login')
    expect(asked.searchParams.get('max_age')).toBe('0')
    asked.searchParams.delete('prompt')
    asked.searchParams.delete('max_age')
    await browser.open(await signInAt(asked.href, ada)).expect(302)
    const called = await browser.call('/page').expect(403)
    expect(called.body).toMatchObject({ code: 'auth_time_missing' })
    expect(called.body).not.toHaveProperty('loginUrl')
  })

  it('sends nobody to sign in again where Scalekit sends no auth_time', async () => {
    const now = Date.now()
    const browser = await signedInBy('', {}, () => now)
    const { headers } = await browser.open('/page').expect(401)
    expect(headers.location).toBeUndefined()
    const prompted = await signedInBy('&prompt=login', {}, () => now)
    const page = await prompted.open('/page').expect(403)
    expect(page.text).toContain('auth_time_missing')
  })

  it('refuses the session of a sign-in that was older than asked for', async () => {
    const now = Date.now()
    const old = Math.floor(now / 1000) - 3600
    const browser = await signedInBy('&prompt=login', { auth_time: old }, () => now)
    await browser.call('/page').expect(401)
  })

  it.each([
    ['nothing', {}],
    ['a text', { auth_time: String(Math.floor(Date.now() / 1000)) }],
    ['a list', { auth_time: [Math.floor(Date.now() / 1000)] }],
  ])('refuses a sign-in that says %s about it', async (_what, idToken) => {
    let now = Date.now()
    const browser = await signedInBy('', idToken, () => now)
    now += 11_000
    await browser.open('/page').expect(302)
    await browser.call('/page').expect(401)
  })

  it('sends nobody around in a circle who has just signed in without proof', async () => {
    const now = Date.now()
    const old = Math.floor(now / 1000) - 3600
    const browser = await signedInBy('', { auth_time: old }, () => now)
    const answer = await browser.open('/page').expect(401)
    expect(answer.text).toContain('recent_auth_required')
    const loginUrl = `/login?organization_id=${acme}&prompt=login`
    expect(answer.text).toContain(
      `<a class="first" href="${loginUrl}&return_to=%2Fpage">`.replaceAll('&', '&amp;'),
    )
    const called = await browser.call('/page').expect(401)
    expect(called.body.loginUrl).toBe(loginUrl)
  })

  it.each([
    undefined,
    { maxAgeSeconds: 0 },
    { maxAgeSeconds: -1 },
    { maxAgeSeconds: Number.NaN },
    { maxAgeSeconds: '300' },
    { maxAgeSeconds: 300, proof: 'password' },
  ])('cannot be made with %j', (limit) => {
    expect(() => requireRecentAuth(limit as { maxAgeSeconds: number })).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    )
  })
})

describe('a guard that cannot tell', () => {
  it('answers 500 not_mounted when the kit did not run', async () => {
    const { visitor } = await start({ mount: (app) => app.use('/page', requireAuth()) })
    const answer = await visitor().call('/page').expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'not_mounted' })
  })

  it('says what to mount, also where the kit is mounted below a path', () => {
    expect(() => getAuth({} as IncomingMessage)).toThrow(
      expect.objectContaining({
        code: 'not_mounted',
        hint: 'Put app.use(scalekitAuth()) above the routes that read the session. If the kit is mounted below a path, also add app.use(auth.session()).',
      }),
    )
  })

  it('does not believe a property that somebody else put on the request', async () => {
    const { visitor } = await start({
      mount(app) {
        app.use((req, _res, next) => {
          Object.assign(req, {
            scalekit: { status: 'signed-in', user: { id: 'admin' }, roles: ['admin'] },
          })
          next()
        })
        app.use('/page', requireRole('admin'))
      },
    })
    await visitor().call('/page').expect(500)
  })

  it('of one instance does not go by the session of another', async () => {
    const { emulator, url, visitor } = await start({
      mount(app, auth) {
        const { logger } = recordingLogger()
        const other = scalekitAuth({ ...options(), name: 'other', basePath: '/other', logger })
        app.use(auth)
        app.use(other)
        app.use('/mine', auth.requireAuth())
        app.use('/mine', showPrincipal)
        app.use('/others', other.requireAuth())
        app.use('/others', showPrincipal)
      },
    })
    function options() {
      return {
        environmentUrl: 'http://localhost:1',
        clientId: 'skc_other',
        clientSecret: 'test_other',
      }
    }
    expect(emulator.url).not.toBe(url)
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.call('/mine').expect(200)
    const refused = await browser.call('/others').expect(401)
    expect(refused.body.loginUrl).toBe('/other/login')
  })

  it('answers 503 while the revocations of other processes are out of reach, and never 401', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = memoryStore()
    let isDown = false
    const { write } = store.revocations
    const revocations = {
      write,
      since: async () => {
        if (isDown) throw new Error('connection refused')
        return {
          epoch: { id: 'epoch', isFirst: true },
          revocations: [],
          cursor: '',
          now: Date.now(),
        }
      },
    }
    const application = await start({
      options: { store: { ...store, revocations } },
      mount(app, auth) {
        app.use(auth)
        app.use('/page', auth.requireAuth())
        app.use('/page', showPrincipal)
        app.use('/handed', auth.requireAuth({ refuse: 'next' }))
        app.use('/plain', (_req: IncomingMessage, res: ServerResponse) => void res.end('plain'))
        app.use('/reads', showPrincipal)
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.call('/page').expect(200)
    isDown = true
    vi.advanceTimersByTime(1001)
    const answer = await browser.call('/page').expect(503)
    expect(answer.body.code).toBe('store_unavailable')
    expect(answer.headers['retry-after']).toBe('5')
    const handed = await browser.call('/handed').expect(503)
    expect(handed.body).toMatchObject({ handledBy: 'application', code: 'store_unavailable' })
    await browser.call('/plain').expect(200)
    await browser.call('/reads').expect(503)
    await application.visitor().call('/page').expect(401)
    isDown = false
    await eventually(() => browser.call('/page').expect(200).then())
  })
})

describe('req.scalekit', () => {
  it('is frozen, and what one request does to it no other sees', async () => {
    const attempts: string[] = []
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/tamper', (req, res) => {
          const principal = getAuth(req) as unknown as Record<string, Record<string, unknown>>
          for (const part of [principal, principal.user!, principal.roles!, principal.claims!]) {
            try {
              Object.assign(part, { 0: 'owner', id: 'evil', status: 'evil' })
            } catch (error) {
              attempts.push((error as Error).name)
            }
          }
          res.end()
        })
        app.use('/page', showPrincipal)
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await browser.call('/tamper').expect(200)
    expect(attempts).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError'])
    const { body } = await browser.call('/page')
    expect(body).toMatchObject({ status: 'signed-in', roles: ['admin'] })
  })

  it('is the same object as getAuth gives, throughout a request', async () => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/page', (req, res) => {
          const shown = (req as IncomingMessage & { scalekit: unknown }).scalekit
          res.end(String(shown === getAuth(req)))
        })
      },
    })
    const answer = await visitor().call('/page')
    expect(answer.text).toBe('true')
  })
})

describe('handle', () => {
  it('runs for who is signed in and passes the guards', async () => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use(
          '/page',
          auth.protect([auth.requireRole('admin')], (req, res) => {
            res.end(req.scalekit.user.email)
          }),
        )
        app.use(
          '/owners',
          auth.protect([auth.requireRole('owner')], (_req, res) => res.end('in')),
        )
        app.use(
          '/open',
          auth.protect([], (_req, res) => res.end('in')),
        )
      },
    })
    const browser = application.visitor()
    await browser.call('/open').expect(401)
    await browser.signIn('/login?domain=acme.example', ada)
    const answer = await browser.call('/page').expect(200)
    expect(answer.text).toBe(ada)
    await browser.call('/owners').expect(403)
    await browser.call('/open').expect(200)
  })

  it.each(['throws', 'rejects'])('hands what the handler %s to the error handler', async (how) => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        app.use(
          '/page',
          auth.protect([], () => {
            if (how === 'throws') throw new Error('handler failed')
            return Promise.reject(new Error('handler failed'))
          }),
        )
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const answer = await browser.call('/page').expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', message: 'handler failed' })
  })

  it('hands what a guard rejects with to the error handler, and does not go on', async () => {
    const application = await start({
      mount(app, auth) {
        app.use(auth)
        const failing = async () => Promise.reject(new Error('guard failed'))
        app.use(
          '/page',
          auth.protect([failing], (_req, res) => res.end('in')),
        )
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const answer = await browser.call('/page').expect(500)
    expect(answer.body).toMatchObject({ handledBy: 'application', message: 'guard failed' })
  })

  it.each([undefined, null, false, ''])(
    'never goes on where the handler threw %j',
    async (thrown) => {
      const application = await start({
        mount(app, auth) {
          app.use(auth)
          app.use(
            '/page',
            auth.protect([], () => Promise.reject(thrown)),
          )
          app.use('/page', (_req, res) => res.end('the next route'))
        },
      })
      const browser = application.visitor()
      await browser.signIn('/login?domain=acme.example', ada)
      const answer = await browser.call('/page').expect(500)
      expect(answer.body).toMatchObject({ handledBy: 'application' })
    },
  )
})
