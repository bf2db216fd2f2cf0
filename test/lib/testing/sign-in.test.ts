import type connect from 'connect'
import type express from 'express'
import type express4 from 'express4'
import type { BrowserContextOptions } from 'playwright-core'
import { afterEach, describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'
import { type ScalekitAuthOptions, scalekitAuth } from '../../../src/index.ts'
import { type SignInOptions, signIn, startEmulator, type TestUser } from '../../../src/testing.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { start } from '../../support/start.ts'

afterEach(() => vi.unstubAllEnvs())

const ada = 'ada@acme.example'
const { logger } = recordingLogger()

/** An application of an environment that is nowhere near. */
const faraway: ScalekitAuthOptions = {
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'test_aB3dE5fG7hJ9kL1mN3pQ5rS7',
  http: { fetch: () => Promise.reject(new Error('There is no network')) },
}

/** Who an application says is asking, after a sign-in of a described user. */
async function principalOf(
  who: TestUser,
  options: ScalekitAuthOptions = faraway,
  more?: SignInOptions,
) {
  const { auth, visitor } = await start({ options })
  const { headers } = await signIn(auth, who, more)
  return (await visitor().call('/public', headers).expect(200)).body
}

describe('a described user', () => {
  it('needs no emulator, whatever environment the application has', async () => {
    const principal = await principalOf({
      email: 'eve@initech.example',
      name: 'Eve Moneypenny',
      userId: 'usr_42',
      organization: 'org_42',
      connection: 'conn_42',
      roles: ['admin'],
      permissions: ['projects:read'],
      claims: { locale: 'fr' },
    })
    expect(principal).toMatchObject({
      status: 'signed-in',
      organizationId: 'org_42',
      connectionId: 'conn_42',
      roles: ['admin'],
      permissions: ['projects:read'],
      claims: { locale: 'fr', name: 'Eve Moneypenny', given_name: 'Eve' },
      user: {
        id: 'usr_42',
        email: 'eve@initech.example',
        emailVerified: true,
        name: 'Eve Moneypenny',
      },
    })
  })

  it('has no more than was described', async () => {
    const { organizationId, roles, permissions, user } = await principalOf({
      email: 'eve@initech.example',
      emailVerified: false,
    })
    expect({ organizationId, roles, permissions }).toEqual({
      organizationId: undefined,
      roles: [],
      permissions: [],
    })
    expect(user).toMatchObject({ name: 'eve@initech.example', emailVerified: false })
  })

  it('is the same user each time', async () => {
    const [one, other, third] = await Promise.all(
      ['eve@initech.example', 'eve@initech.example', 'mallory@initech.example'].map((email) =>
        principalOf({ email, organization: 'initech' }),
      ),
    )
    expect(one.user.id).toBe(other.user.id)
    expect(one.user.id).not.toBe(third.user.id)
    expect(one).toMatchObject({
      externalOrganizationId: 'initech',
      organizationId: expect.stringMatching(/^org_\d+$/),
      connectionId: expect.stringMatching(/^conn_\d+$/),
    })
    expect(one.organizationId).toBe(third.organizationId)
  })

  it.each(['org_69615647365005430', 'acme'])(
    'is in the organization of the emulator that has the id %s',
    async (organization) => {
      const principal = await principalOf({ email: 'eve@initech.example', organization }, {})
      expect(principal).toMatchObject({
        organizationId: 'org_69615647365005430',
        externalOrganizationId: 'acme',
        connectionId: 'conn_69615647365005431',
      })
    },
  )

  it('has the subject of Modular SSO, where the emulator plays it, and no roles', async () => {
    const { auth, visitor } = await start({ seed: { product: 'sso' } })
    const who = { email: 'eve@initech.example', organization: 'acme', userId: '00u42' }
    const { headers } = await signIn(auth, who)
    const { body } = await visitor().call('/public', headers).expect(200)
    expect(body.user.id).toBe('conn_69615647365005431;00u42')
    await expect(signIn(auth, { ...who, roles: ['admin'] })).rejects.toMatchObject({
      code: 'test_sign_in_invalid',
      message: expect.stringContaining('Modular SSO'),
    })
  })

  it('gets the faults of the emulator', async () => {
    const { auth, emulator } = await start()
    emulator.fail({ idToken: { at_hash: 'another' } })
    await expect(signIn(auth, { email: 'eve@initech.example' })).rejects.toMatchObject({
      code: 'id_token_invalid',
    })
  })

  it('can have claims that no sign-in accepts', async () => {
    const { auth } = await start({ options: faraway })
    const claims = { iss: 'https://another.scalekit.com' }
    await expect(signIn(auth, { email: 'eve@initech.example', claims })).rejects.toMatchObject({
      code: 'id_token_invalid',
    })
  })

  it('signs in at an environment with a domain of its own', async () => {
    const options = { ...faraway, environmentUrl: 'https://login.acme.example' }
    const issuer = 'https://acme.scalekit.com'
    const { user } = await principalOf({ email: 'eve@initech.example' }, { ...options, issuer })
    expect(user.email).toBe('eve@initech.example')
  })

  it('is signed in by the clock of the application', async () => {
    const clock = () => Date.now() + 400 * 86_400_000
    const { status } = await principalOf({ email: 'eve@initech.example' }, { ...faraway, clock })
    expect(status).toBe('signed-in')
  })
})

describe('an emulator', () => {
  it('signs with its new key at once', async () => {
    const { auth, emulator } = await start()
    for (const overlap of [true, false]) {
      await signIn(auth, ada)
      emulator.rotateKeys({ overlap })
      await expect(signIn(auth, ada)).resolves.toBeDefined()
    }
  })

  it('notes the calls of a sign-in', async () => {
    const { auth, emulator } = await start()
    await signIn(auth, ada)
    await signIn(auth, ada)
    expect(emulator.requests.map(({ path, status }) => `${path} ${status}`)).toEqual([
      '/.well-known/openid-configuration 200',
      '/oauth/token 200',
      '/keys 200',
      '/oauth/token 200',
    ])
  })

  it('sends the event of a sign-in to those who subscribed', async () => {
    const { auth, emulator } = await start()
    emulator.subscribe({ url: 'http://localhost:9/webhooks', eventTypes: ['user.login'] } as never)
    await signIn(auth, ada)
    expect(emulator.deliveries.map(({ event }) => event.type)).toEqual(['user.login'])
  })

  it('that was closed is none', async () => {
    const emulator = await startEmulator()
    const auth = scalekitAuth({ ...emulator.options, logger })
    onTestFinished(() => auth.close())
    await signIn(auth, ada)
    await emulator.close()
    await expect(signIn(auth, ada)).rejects.toMatchObject({
      code: 'test_sign_in_invalid',
      message: `No emulator with the URL ${emulator.url} runs in this process, so signIn() does not know "${ada}"`,
      hint: expect.stringContaining('startEmulator()'),
    })
    await expect(signIn(auth, { email: ada })).resolves.toBeDefined()
  })
})

describe('a mistake in the call', () => {
  const code = 'test_sign_in_invalid'

  it.each<[string, unknown, unknown, string]>([
    ['no user', undefined, {}, 'must be an email address or an object'],
    ['no email', { name: 'Eve' }, {}, '`who.email` must be a non-empty string'],
    ['a misspelled member', { email: ada, role: ['a'] }, {}, 'did you mean `who.roles`?'],
    ['one role', { email: ada, roles: 'admin' }, {}, '`who.roles` must be an array of non-empty'],
    ['claims as a list', { email: ada, claims: [] }, {}, '`who.claims` must be an object'],
    ['an unknown option', ada, { revokd: true }, 'did you mean `options.revoked`?'],
    ['a text for a truth', ada, { expired: 'yes' }, '`options.expired` must be true or false'],
    ['no time', ada, { authenticatedAt: '2026' }, '`options.authenticatedAt` must be a Date'],
    ['a date that is none', ada, { authenticatedAt: new Date('x') }, 'must be a Date'],
    ['an application that is none', ada, { app: {} }, '`options.app` must be a function'],
    ['a user whom the emulator has not', 'eve@acme.example', {}, 'has no user "eve@acme.example"'],
    ['another organization', ada, { organization: 'globex' }, `has no user ${ada} in`],
    ['two organizations', { email: ada }, { organization: 'acme' }, 'is for users of the emulator'],
  ])('has a sentence: %s', async (_what, who, options, sentence) => {
    const { auth } = await start()
    await expect(signIn(auth, who as string, options as object)).rejects.toMatchObject({
      name: 'ConfigError',
      code,
      message: expect.stringContaining(sentence),
    })
  })

  it('names the users that there are', async () => {
    const { auth } = await start()
    await expect(signIn(auth, 'eve@acme.example')).rejects.toMatchObject({
      hint: expect.stringContaining(`Its users are ${ada}, grace@acme.example`),
    })
  })

  it.each([undefined, null, 'auth', {}, () => {}])(
    'has one for what scalekitAuth() did not return: %s',
    async (auth) => {
      await expect(signIn(auth as never, ada)).rejects.toMatchObject({
        code,
        message: expect.stringContaining('is not what scalekitAuth()'),
      })
    },
  )
})

describe('in production', () => {
  it('refuses', async () => {
    const { auth } = await start({ options: faraway })
    const asked: unknown[] = []
    const app = (req: unknown) => asked.push(req)
    vi.stubEnv('NODE_ENV', 'production')
    await expect(signIn(auth, { email: ada }, { app })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'test_sign_in_invalid',
      message: expect.stringContaining('NODE_ENV is production'),
    })
    expect(asked).toEqual([])
    vi.stubEnv('NODE_ENV', 'test')
    await expect(signIn(auth, { email: ada })).resolves.toBeDefined()
  })
})

it('takes the applications of each framework as they are', () => {
  type App = NonNullable<SignInOptions['app']>
  expectTypeOf<ReturnType<typeof express>>().toExtend<App>()
  expectTypeOf<ReturnType<typeof express4>>().toExtend<App>()
  expectTypeOf<ReturnType<typeof connect>>().toExtend<App>()
})

describe('the storage state', () => {
  it('is a cookie of this host alone, as a browser keeps it', async () => {
    const auth = scalekitAuth({ ...faraway, logger, baseUrl: 'https://app.example' })
    onTestFinished(() => auth.close())
    const now = Date.now() / 1000
    const { storageState, cookie } = await signIn(auth, { email: ada })
    const [stored] = storageState.cookies
    expect(storageState).toEqual({
      cookies: [
        {
          name: '__Host-scalekit-session',
          value: expect.stringMatching(/^1\./),
          domain: 'app.example',
          path: '/',
          expires: expect.any(Number),
          httpOnly: true,
          secure: true,
          sameSite: 'Lax',
        },
      ],
      origins: [],
    })
    expect(stored!.expires - now).toBeGreaterThan(604_790)
    expect(stored!.expires - now).toBeLessThan(604_830)
    expect(cookie).toBe(`__Host-scalekit-session=${stored!.value}`)
  })

  it('has both cookies of a session that needs two', async () => {
    const auth = scalekitAuth({ ...faraway, logger, session: { claims: ['groups'] } })
    onTestFinished(() => auth.close())
    const groups = Array.from({ length: 170 }, (_, at) => `a group, number ${at}`)
    const { storageState, cookie } = await signIn(auth, { email: ada, claims: { groups } })
    expect(storageState.cookies.map(({ name }) => name)).toEqual([
      'scalekit-3000-session',
      'scalekit-3000-session.1',
    ])
    expect(cookie).toContain('; scalekit-3000-session.1=')
  })

  it('is what Playwright takes', () => {
    type Taken = Exclude<BrowserContextOptions['storageState'], string | undefined>
    expectTypeOf<Awaited<ReturnType<typeof signIn>>['storageState']>().toExtend<Taken>()
  })
})
