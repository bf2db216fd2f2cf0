import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import type { OnLogin, ScalekitAuthOptions } from '../../src/index.ts'
import { emulatorWebhookSecret as secret } from '../../src/lib/ground/sample-secrets.ts'
import { type SignInOptions, signIn } from '../../src/testing.ts'
import { type ApplicationParts, applicationSession, mountAtRoot } from '../support/application.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { start } from '../support/start.ts'
import { navigation } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

/** An application, and `signIn()` for it as its README says for its kind of session. */
async function started(parts: ApplicationParts = {}) {
  const application = await start(parts)
  const { app, auth, visitor } = application
  const options = isExpressSession || parts.options?.session === 'express-session' ? { app } : {}
  return {
    ...application,
    signIn: (who: Parameters<typeof signIn>[1] = ada, more: SignInOptions = {}) =>
      signIn(auth, who, { ...options, ...more }),
    /** Who the application says is asking. */
    async principalOf({ headers }: { headers: { cookie: string } }) {
      return (await visitor().call('/public', headers).expect(200)).body
    },
  }
}

function startedWith(options: ScalekitAuthOptions) {
  return started({ options })
}

/** Without what is new in every session. */
function lasting({ sessionId, startedAt, expiresAt, ...principal }: Record<string, unknown>) {
  expect([sessionId, startedAt, expiresAt]).not.toContain(undefined)
  return principal
}

describe('signIn() for a test', () => {
  it('signs in the same user as a browser does', async () => {
    const { visitor, signIn, principalOf } = await started()
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const { body } = await browser.call('/public').expect(200)
    expect(lasting(await principalOf(await signIn()))).toEqual(lasting(body))
    expect(body).toMatchObject({ status: 'signed-in', roles: ['admin'], user: { email: ada } })
  })

  it('lets a guard pass, over HTTP, by its headers alone', async () => {
    const { url, signIn } = await started()
    const { headers, cookie } = await signIn()
    expect(headers).toEqual({ cookie })
    expect((await fetch(`${url}/app`, { headers })).status).toBe(200)
    expect((await fetch(`${url}/app`)).status).toBe(401)
  })

  it('begins a new session each time', async () => {
    const { signIn, principalOf } = await started()
    const [first, second] = [await signIn(), await signIn()]
    const ids = [first, second].map(async (session) => (await principalOf(session)).sessionId)
    expect(new Set(await Promise.all(ids)).size).toBe(2)
  })

  it('keeps the tokens, so that a sign-out ends the session at Scalekit, too', async () => {
    const { signIn, visitor, emulator, principalOf } = await started()
    const session = await signIn()
    const { headers } = await visitor().post('/logout', { ...click, ...session.headers })
    const end = new URL(headers.location ?? '')
    expect(end.origin).toBe(emulator.url)
    expect(end.searchParams.get('id_token_hint')).toMatch(/^ey/)
    expect((await principalOf(session)).status).toBe('signed-out')
  })

  it('makes a session that began after what ended the ones before', async () => {
    let now = Date.now()
    const { auth, signIn, principalOf } = await startedWith({ clock: () => now })
    const before = await signIn()
    await auth.revoke({ userId: (await principalOf(before)).user.id })
    expect((await principalOf(before)).reason).toBe('revoked')
    now += 1
    expect((await principalOf(await signIn())).status).toBe('signed-in')
  })

  it('makes a session that ends when its user is removed from the directory', async () => {
    const { emulator, url, signIn, principalOf } = await startedWith({ webhooks: { secret } })
    emulator.subscribe({ url: `${url}/webhooks` })
    const session = await signIn()
    expect((await principalOf(session)).status).toBe('signed-in')
    const directory = emulator.directory(emulator.organizations[0]!.directory!.id)
    directory.deleteUser(directory.users.find(({ email }) => email === ada)!.id)
    await emulator.settled()
    expect(await principalOf(session)).toEqual({ status: 'signed-out', reason: 'revoked' })
  })

  it('signs in to the organization that was asked for, by either id', async () => {
    const { emulator, signIn, principalOf } = await started()
    const globex = emulator.organizations[1]!
    const grace = 'grace@acme.example'
    for (const organization of [globex.id, globex.externalId!]) {
      const principal = await principalOf(await signIn(grace, { organization }))
      expect(principal).toMatchObject({ organizationId: globex.id, roles: ['advisor'] })
    }
    const principal = await principalOf(await signIn(grace))
    expect(principal).toMatchObject({ organizationId: emulator.organizations[0]!.id })
  })

  it('signs in a person of a social provider', async () => {
    const { signIn, principalOf } = await started()
    const principal = await principalOf(await signIn('sam@mail.example'))
    expect(principal.user.name).toBe('Sam Rivera')
    expect(principal.organizationId).toBeUndefined()
  })

  it('makes a session whose time is over', async () => {
    const { signIn, principalOf } = await started()
    const session = await signIn(ada, { expired: true })
    expect(await principalOf(session)).toEqual({ status: 'signed-out', reason: 'expired' })
    expect(session.storageState.cookies).toHaveLength(1)
  })

  it('makes a session that was ended', async () => {
    const { signIn, principalOf } = await started()
    const session = await signIn(ada, { revoked: true })
    expect(await principalOf(session)).toEqual({ status: 'signed-out', reason: 'revoked' })
    expect((await principalOf(await signIn())).status).toBe('signed-in')
  })

  it('says when the user authenticated, if that was asked for', async () => {
    const { signIn, visitor } = await started({
      mount(app, auth) {
        app.use(auth)
        app.use('/recent', auth.requireRecentAuth({ maxAgeSeconds: 60 }))
        mountAtRoot(app, auth)
      },
    })
    const now = Date.now()
    const asked: [SignInOptions, number][] = [
      [{}, 401],
      [{ authenticatedAt: now - 120_000 }, 401],
      [{ authenticatedAt: now - 20_000 }, 404],
      [{ authenticatedAt: new Date(now - 20_000) }, 404],
    ]
    for (const [options, status] of asked) {
      const { headers } = await signIn(ada, options)
      await visitor().call('/recent', headers).expect(status)
    }
  })

  it('asks Scalekit nothing over a network', async () => {
    const { signIn, principalOf } = await startedWith({
      http: { fetch: () => Promise.reject(new Error('There is no network')) },
    })
    expect((await principalOf(await signIn())).status).toBe('signed-in')
  })

  it('changes nothing for requests that come over a network', async () => {
    const { signIn, visitor } = await startedWith({
      http: { fetch: () => Promise.reject(new Error('There is no network')) },
    })
    await signIn()
    const login = await visitor().call('/login?organization_id=acme', navigation)
    expect(login.status).toBe(503)
  })
})

describe('what onLogin returns', () => {
  const withOnLogin = (onLogin: OnLogin) => startedWith({ login: { onLogin } })

  it('is kept with the session, where it is { user }', async () => {
    const { signIn, principalOf } = await withOnLogin(({ identity }) => ({
      user: { plan: 'pro', of: identity.email },
    }))
    const { user } = await principalOf(await signIn())
    expect(user).toMatchObject({ plan: 'pro', of: ada })
  })

  it('leads elsewhere, where it is { returnTo }', async () => {
    const { signIn } = await withOnLogin(() => ({ returnTo: '/welcome?first=1' }))
    expect((await signIn()).returnTo).toBe('/welcome?first=1')
    expect((await (await started()).signIn()).returnTo).toBe('/')
  })

  it.each<[string, OnLogin, string]>([
    ['{ deny }', () => ({ deny: 'not invited' }), 'login_denied'],
    ['false', () => false as never, 'on_login_failed'],
    ['a misspelled member', () => ({ denied: true }) as never, 'on_login_failed'],
    ['a user that is no object', () => ({ user: 'pro' }) as never, 'on_login_failed'],
    ['a throw', () => Promise.reject(new Error('Out of order')), 'on_login_failed'],
  ])('rejects with the error of the sign-in, where it is %s', async (_what, onLogin, code) => {
    const { signIn, log } = await withOnLogin(onLogin)
    await expect(signIn()).rejects.toMatchObject({ name: 'LoginError', code })
    expect(log.filter((line) => line.includes(code))).toHaveLength(1)
  })

  it('has the reason as the cause', async () => {
    const { signIn } = await withOnLogin(() => ({ deny: 'not invited' }))
    await expect(signIn()).rejects.toMatchObject({ cause: { message: 'not invited' } })
  })

  it('is asked for once, about the tokens and a request to the callback', async () => {
    const asked: unknown[] = []
    const { signIn } = await withOnLogin(({ req, tokens, returnTo }) => {
      asked.push([new URL(req.url!, 'http://app').pathname, typeof tokens.idToken, returnTo])
    })
    await signIn()
    expect(asked).toEqual([['/callback', 'string', '/']])
  })
})

describe('a sign-in that fails at the callback', () => {
  it.each<[string, Parameters<Awaited<ReturnType<typeof started>>['emulator']['fail']>[0], string]>(
    [
      ['a nonce of another sign-in', { idToken: { nonce: 'another' } }, 'id_token_invalid'],
      ['a hash of another access token', { idToken: { at_hash: 'another' } }, 'id_token_invalid'],
      ['claims of a logout token', { idToken: { events: {} } }, 'id_token_invalid'],
      ['another client', { idToken: { azp: 'skc_2' } }, 'id_token_invalid'],
      ['an access token of another', { accessToken: { sub: 'usr_2' } }, 'access_token_invalid'],
      ['another organization', { idToken: { oid: 'org_2' } }, 'login_target_mismatch'],
      ['another connection', { idToken: { amr: ['conn_2'] } }, 'login_target_mismatch'],
      ['an error of the token endpoint', { path: '/oauth/token', status: 503 }, 'provider_failed'],
      [
        'a connection that is closed',
        { path: '/oauth/token', reset: true },
        'provider_unavailable',
      ],
      ['keys that cannot be loaded', { path: '/keys', status: 503 }, 'provider_failed'],
    ],
  )('rejects with its error: %s', async (_what, fault, code) => {
    const { signIn, emulator, principalOf } = await started()
    emulator.fail(fault)
    await expect(signIn()).rejects.toMatchObject({ code })
    const session = await signIn()
    expect((await principalOf(session)).status).toBe('signed-in')
  })

  it('rejects where the emulator refuses the user', async () => {
    const { signIn } = await started()
    await expect(signIn('charles@acme.example')).rejects.toMatchObject({
      name: 'LoginError',
      code: 'login_denied',
      providerError: 'access_denied',
      hint: "This user has `refusal: 'access_denied'` in the emulator. Sign another one in, or take it out of the seed.",
    })
    await expect(signIn('hedy@acme.example')).rejects.toMatchObject({ code: 'login_denied' })
  })

  it('rejects where the connection is not active', async () => {
    const { signIn } = await started({
      seed: {
        organizations: [
          {
            displayName: 'Initech',
            domains: ['initech.example'],
            connection: { enabled: false },
            people: [{ email: 'bill@initech.example', name: 'Bill' }],
          },
        ],
      },
    })
    await expect(signIn('bill@initech.example')).rejects.toMatchObject({
      code: 'connection_unavailable',
    })
  })

  it('rejects what is older than `login.maxAgeSeconds` allows', async () => {
    const { signIn } = await startedWith({ login: { maxAgeSeconds: 300 } })
    const authenticatedAt = Date.now() - 3_600_000
    await expect(signIn(ada, { authenticatedAt })).rejects.toMatchObject({ code: 'login_too_old' })
  })
})

describe.skipIf(isExpressSession)('signIn() for each kind of session', () => {
  const kinds: [string, string, () => ApplicationParts][] = [
    ['a sealed cookie', 'scalekit-session', () => ({ options: { session: 'cookie' } })],
    [
      'express-session of the application',
      'connect.sid',
      () => ({
        options: { session: 'express-session' },
        mount(app, auth) {
          app.use(applicationSession())
          mountAtRoot(app, auth)
        },
      }),
    ],
    [
      'express-session that the kit mounts',
      'scalekit-session',
      () => ({ options: { session: { store: new MemoryStore() } } }),
    ],
  ]

  it.each(kinds)('in %s', async (_kind, name, parts) => {
    const { signIn, principalOf } = await started(parts())
    const session = await signIn()
    expect(session.cookie).toMatch(new RegExp(`^${name}=[^;]+$`))
    expect((await principalOf(session)).user.email).toBe(ada)
    const reasonOf = async (options: SignInOptions) =>
      (await principalOf(await signIn(ada, options))).reason
    expect(await reasonOf({ expired: true })).toBe('expired')
    expect(await reasonOf({ revoked: true })).toBe('revoked')
  })

  it('refuses claims that are too large for a cookie', async () => {
    const groups = Array.from({ length: 300 }, (_, at) => `a group with a long name, number ${at}`)
    const who = { email: 'eve@initech.example', claims: { groups } }
    const { signIn } = await started({
      options: { session: { kind: 'cookie', claims: ['groups'] } },
    })
    await expect(signIn(who)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'session_too_large',
    })
    const { signIn: signInToStore } = await started(kinds[2]![2]())
    await expect(signInToStore(who)).resolves.toBeDefined()
  })

  it('asks for the application, where sessions are in its own express-session', async () => {
    const [, , parts] = kinds[1]!
    const { auth, app, visitor } = await start(parts())
    const hint = expect.stringContaining('signIn(auth, who, { app })')
    const refusal = { name: 'ConfigError', code: 'session_not_mounted', hint }
    await expect(signIn(auth, ada)).rejects.toMatchObject(refusal)
    const { headers } = await signIn(auth, ada, { app })
    await visitor().call('/app', headers).expect(200)
  })

  it('asks for the application, where a request has shown its express-session', async () => {
    const [, , parts] = kinds[1]!
    const { auth, visitor } = await start({ ...parts(), options: { session: 'auto' } })
    await visitor().call('/public').expect(200)
    const hint = expect.stringContaining('signIn(auth, who, { app })')
    await expect(signIn(auth, ada)).rejects.toMatchObject({ code: 'session_kind_changed', hint })
  })

  it('says in the log what to pass, where a request shows it later', async () => {
    const [, , parts] = kinds[1]!
    const { auth, visitor, log } = await start({ ...parts(), options: { session: 'auto' } })
    const { headers } = await signIn(auth, ada)
    await visitor().call('/app', headers).expect(401)
    expect(log.join('\n')).toContain('signIn(auth, who, { app })')
  })
})

describe('signIn() with an application', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('Out of order')
      },
    ],
    ['rejects', () => Promise.reject(new Error('Out of order'))],
    [
      'fails',
      (_req: unknown, _res: unknown, next?: (error: Error) => void) =>
        next?.(new Error('Out of order')),
    ],
  ])('rejects with the reason where it %s', async (_how, app) => {
    const { auth } = await start()
    await expect(signIn(auth, ada, { app: app as never })).rejects.toThrow('Out of order')
  })

  it.runIf(!isExpressSession)('says why a cookie was not set', async () => {
    const parts = (baseUrl?: string): ApplicationParts => ({
      options: { session: 'express-session', ...(baseUrl && { baseUrl }) },
      mount(app, auth) {
        app.use(applicationSession(new MemoryStore(), { cookie: { secure: true } }))
        mountAtRoot(app, auth)
      },
    })
    const { auth, app } = await start(parts())
    await expect(signIn(auth, ada, { app })).rejects.toMatchObject({
      code: 'test_sign_in_invalid',
      message: expect.stringContaining('set no cookie'),
    })
    const secure = await start(parts('https://app.example'))
    const { storageState } = await signIn(secure.auth, ada, { app: secure.app })
    expect(storageState.cookies[0]).toMatchObject({ name: 'connect.sid', secure: true })
  })

  it('says where the application did not serve the callback', async () => {
    const { auth } = await start()
    const other = await start()
    const code = 'test_sign_in_invalid'
    const passedOn = (_req: unknown, _res: unknown, next?: () => void) => next?.()
    await expect(signIn(auth, ada, { app: passedOn as never })).rejects.toMatchObject({
      code,
      message: '`options.app` did not sign the user in at /callback: it passed it on',
    })
    await expect(
      signIn(auth, ada, { app: (_req, res) => res.writeHead(404).end() }),
    ).rejects.toMatchObject({ code, message: expect.stringContaining('it responded 404') })
    await expect(signIn(auth, ada, { app: other.app })).rejects.toMatchObject({
      code,
      message: expect.stringContaining('it responded 302'),
    })
  })

  it('finds the callback below the path that the kit is mounted at', async () => {
    const parts: ApplicationParts = {
      options: { basePath: '/auth' },
      callback: '/auth/callback',
      mount(app, auth) {
        app.use('/auth', auth)
        app.use(auth.session())
        mountAtRoot(app, auth)
      },
    }
    const { auth, app, visitor } = await start(parts)
    for (const options of isExpressSession ? [{ app }] : [{}, { app }]) {
      const { headers } = await signIn(auth, ada, options)
      await visitor().call('/app', headers).expect(200)
    }
  })
})
