import { describe, expect, it, vi } from 'vitest'
import type {
  AuthorizationResolve,
  LoginDecision,
  ScalekitAuthOptions,
} from '../../../../src/index.ts'
import type { EmulatorSeed } from '../../../../src/testing.ts'
import { showPrincipal } from '../../../support/application.ts'
import type { HostApp } from '../../../support/hosts.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'
const home = '/login?organization_id=acme&return_to=/app'
/** Modular SSO, whose tokens say nothing about what a user may do. */
const sso: EmulatorSeed = { product: 'sso' }

/** An application with a page behind each guard, and Ada after her sign-in. */
async function signedIn(options: ScalekitAuthOptions, seed: EmulatorSeed = {}) {
  const application = await start({
    options,
    seed,
    mount(app: HostApp, auth) {
      app.use(auth)
      const guards = {
        '/role': auth.requireRole('billing'),
        '/permission': auth.requirePermission('invoices:write'),
        '/scope': auth.requireScope('invoices'),
        '/app': auth.requireAuth(),
      }
      for (const [path, guard] of Object.entries(guards)) {
        app.use(path, guard)
        app.use(path, showPrincipal)
      }
    },
  })
  const browser = application.visitor()
  const landed = await browser.trySignIn(home, ada)
  const statuses = async () => {
    const paths = ['/role', '/permission', '/scope', '/app']
    const answers = await Promise.all(paths.map((path) => browser.call(path)))
    return answers.map(({ status }) => status)
  }
  return { ...application, browser, landed, statuses }
}

describe('authorization.resolve', () => {
  const all = { roles: ['billing'], permissions: ['invoices:write'], scopes: ['invoices'] }

  it('gives users of Modular SSO what its tokens do not', async () => {
    const without = await signedIn({}, sso)
    expect(await without.statuses()).toEqual([403, 403, 403, 200])
    const { statuses, browser } = await signedIn({ authorization: { resolve: () => all } }, sso)
    expect(await statuses()).toEqual([200, 200, 200, 200])
    expect((await browser.call('/app')).body).toMatchObject(all)
  })

  it('is asked once, with what the session holds, the reason and the access token', async () => {
    const resolve = vi.fn<AuthorizationResolve>(async () => all)
    const { emulator } = await signedIn({
      authorization: { resolve },
      login: { onLogin: () => ({ user: { number: 7 } }) },
      session: { claims: ['plan'] },
    })
    expect(resolve).toHaveBeenCalledTimes(1)
    const [identity, context] = resolve.mock.calls[0]!
    expect(identity).toMatchObject({
      email: ada,
      organizationId: emulator.organizations[0]!.id,
      roles: ['admin'],
      user: { number: 7 },
    })
    // As it will be later: what the session does not keep would not be there then.
    expect(identity.claims).not.toHaveProperty('iss')
    expect(context).toEqual({ reason: 'sign-in', accessToken: expect.stringMatching(/^ey/) })
    expect(Object.isFrozen(identity.roles)).toBe(true)
  })

  it('replaces what it names, and leaves the rest to the token', async () => {
    const { browser } = await signedIn({
      authorization: { resolve: () => ({ roles: [], claims: { plan: 'pro', secret: 'x' } }) },
      session: { claims: ['plan'] },
    })
    const { body } = await browser.call('/app').expect(200)
    expect(body).toMatchObject({ roles: [], scopes: ['openid', 'email', 'profile'] })
    expect(body.claims).toMatchObject({ name: 'Ada Lovelace', plan: 'pro' })
    expect(body.claims).not.toHaveProperty('secret')
  })

  it('comes after onLogin, and is not asked about a user who was refused', async () => {
    const resolve = vi.fn<AuthorizationResolve>(() => all)
    const onLogin = () => ({ deny: 'no seat left' })
    const { landed } = await signedIn({ authorization: { resolve }, login: { onLogin } })
    expect(landed.status).toBe(403)
    expect(resolve).not.toHaveBeenCalled()
  })

  it.each<[string, AuthorizationResolve]>([
    ['throws', () => Promise.reject(new Error('the database is down'))],
    ['returns nothing', () => undefined as never],
    ['misspells a member', () => ({ role: ['admin'] }) as never],
  ])('answers 503 where it %s, and no session begins', async (_case, resolve) => {
    const { landed, browser, log } = await signedIn({ authorization: { resolve } })
    expect(landed.status).toBe(503)
    expect(landed.headers['retry-after']).toBe('5')
    expect(landed.text).toContain('<code>authorization_unavailable</code>')
    expect(browser.cookieNames().filter((name) => name.includes('session'))).toEqual([])
    await browser.call('/app').expect(401)
    expect(log.join('\n')).toMatch(/^error sign-in.* failed: authorization_unavailable: /m)
  })

  it('refuses a sign-in, and tells the reason to the log alone', async () => {
    const resolve = () => ({ deny: 'left the company' })
    const { landed, browser, log } = await signedIn({ authorization: { resolve } })
    expect(landed.status).toBe(403)
    expect(landed.text).toContain('<code>login_denied</code>')
    expect(landed.text).not.toContain('left the company')
    expect(log.join('\n')).toContain('login_denied')
    expect(log.join('\n')).toContain('left the company')
    await browser.call('/app').expect(401)
  })

  it('leaves the session before as it is where it fails', async () => {
    let isDown = false
    const resolve = () => (isDown ? Promise.reject(new Error('down')) : { roles: ['billing'] })
    const { browser } = await signedIn({ authorization: { resolve } })
    isDown = true
    expect((await browser.trySignIn(home, 'grace@acme.example')).status).toBe(503)
    const { body } = await browser.call('/role').expect(200)
    expect(body.user.email).toBe(ada)
  })
})

describe('onLogin', () => {
  it('may say which roles and permissions the user has', async () => {
    const decision = { roles: ['billing'], permissions: ['invoices:write'] }
    const { statuses } = await signedIn({ login: { onLogin: () => decision } }, sso)
    expect(await statuses()).toEqual([200, 200, 403, 200])
  })

  it('leaves what it does not name to the token', async () => {
    const { browser } = await signedIn({ login: { onLogin: () => ({ permissions: [] }) } })
    const { body } = await browser.call('/app').expect(200)
    expect(body).toMatchObject({ roles: ['admin'], permissions: [] })
  })

  it.each<[string, unknown]>([
    ['a string', { roles: 'billing' }],
    ['null', { roles: null }],
    ['an array with an empty name', { permissions: ['invoices:write', ''] }],
    ['an array with a number', { permissions: [7] }],
  ])('lets no one in with %s', async (_case, decision) => {
    const onLogin = () => decision as LoginDecision
    const { landed, browser, log } = await signedIn({ login: { onLogin } })
    expect(landed.status).toBe(503)
    await browser.call('/app').expect(401)
    expect(log.join('\n')).toMatch(/on_login_failed: onLogin’s `(roles|permissions)` must be/)
  })
})

describe('the log says once that what users may do stays as it is', () => {
  const lines = (log: readonly string[]) => log.filter((line) => line.includes('authority_fixed'))
  const offline = { scopes: ['openid', 'email', 'profile', 'offline_access'] }

  it('where no source renews it', async () => {
    const { visitor, log } = await signedIn({ session: { absoluteSeconds: 7200 } })
    await visitor().signIn(home, ada)
    expect(lines(log)).toEqual([expect.stringMatching(/^info authority_fixed: .*7200 seconds/)])
  })

  it.each<[string, ScalekitAuthOptions, EmulatorSeed]>([
    ['where there is a refresh token', offline, {}],
    ['where the application is asked', { authorization: { resolve: () => ({}) } }, {}],
    ['of users who may do nothing in particular', {}, sso],
  ])('but not %s', async (_where, options, seed) => {
    expect(lines((await signedIn(options, seed)).log)).toEqual([])
  })

  it('where onLogin said it', async () => {
    const { log } = await signedIn({ login: { onLogin: () => ({ roles: ['billing'] }) } }, sso)
    expect(lines(log)).toHaveLength(1)
  })
})
