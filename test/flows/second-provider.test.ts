import type { Response } from 'supertest'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type ApplicationParts, mountAtRoot, showPrincipal } from '../support/application.ts'
import { ada, katherine, type Member, subjectOf } from '../support/second-provider/people.ts'
import { personAt } from '../support/second-provider/person.ts'
import {
  type SecondProvider,
  startRotatingProvider,
  startSecondProvider,
} from '../support/second-provider/provider.ts'
import { start } from '../support/start.ts'
import { navigation, type Visitor } from '../support/visitor.ts'

const home = '/login?return_to=/app'

/** An application that has oidc-provider for its Scalekit, and somebody with a browser. */
async function startAtSecondProvider(
  parts: ApplicationParts = {},
  startProvider: () => Promise<SecondProvider> = startSecondProvider,
) {
  const provider = await startProvider()
  onTestFinished(() => provider.close())
  const application = await start({
    ...parts,
    options: { ...provider.options, login: { fallback: 'hosted' }, ...parts.options },
  })
  provider.register(application.url)
  const newPerson = () => personWith(application.visitor(), personAt(provider.url))
  return { ...application, provider, newPerson, ...newPerson() }
}

function personWith(browser: Visitor, there: ReturnType<typeof personAt>) {
  return {
    browser,
    there,
    async signIn(loginUrl: string, { email }: Member): Promise<Response> {
      return browser.open(await there.signIn(await browser.begin(loginUrl), email))
    },
    /** Signs in by the session at the provider, which asks nothing. */
    async signInSilently(loginUrl: string): Promise<Response> {
      return browser.open(await there.pass(await browser.begin(loginUrl)))
    },
  }
}

function codeOf(answer: Response): string | undefined {
  return /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1]
}

function expectProblem(answer: Response, status: number, code: string) {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code })
  const lines = [answer.headers['set-cookie'] ?? []].flat()
  expect(lines.filter((line) => !/^[^=]+=;/.test(line))).toEqual([])
}

async function expectSignedOut(browser: Visitor) {
  await browser.call('/app').expect(401)
}

describe('at oidc-provider, a sign-in', () => {
  it.each([
    ['the organization', `organization_id=${ada.organizationId}`],
    ['the external id of the organization', 'organization_id=acme'],
    ['the connection', `connection_id=${ada.connectionId}`],
    ['the domain', `domain=${ada.domain}`],
    ['nobody in particular', `login_hint=${ada.email}`],
  ])('that names %s opens the guarded page', async (_what, target) => {
    const { browser, signIn, emulator } = await startAtSecondProvider()
    const refused = await browser.open('/app?tab=1').expect(302)
    const answer = await signIn(`${refused.headers.location}&${target}`, ada)
    expect([answer.status, answer.headers.location]).toEqual([302, '/app?tab=1'])

    const { body } = await browser.open('/app?tab=1').expect(200)
    expect(body).toMatchObject({
      status: 'signed-in',
      organizationId: ada.organizationId,
      connectionId: ada.connectionId,
      user: { id: subjectOf(ada), email: ada.email, emailVerified: true, name: ada.name },
      roles: ada.roles,
      permissions: ada.permissions,
      scopes: ['openid', 'email', 'profile'],
    })
    expect(emulator.requests).toEqual([])
  })

  it('tells the application everything that was verified', async () => {
    const seen: unknown[] = []
    const { signIn } = await startAtSecondProvider({
      options: {
        login: { fallback: 'hosted', onLogin: ({ identity }) => void seen.push(identity) },
      },
    })
    await signIn(home, ada)
    expect(seen).toEqual([
      expect.objectContaining({
        sub: subjectOf(ada),
        idpUserId: ada.idpUserId,
        externalOrganizationId: ada.externalOrganizationId,
        sid: expect.stringMatching(/./),
        authenticatedAt: expect.any(Number),
      }),
    ])
  })

  it('with offline_access brings a refresh token, where the provider issues them', async () => {
    const seen: unknown[] = []
    const scopes = ['openid', 'email', 'profile', 'offline_access']
    const onLogin = ({ tokens }: { tokens: unknown }) => void seen.push(tokens)
    const login = { fallback: 'hosted', onLogin } as const
    const { browser, signIn } = await startAtSecondProvider(
      { options: { scopes, login } },
      startRotatingProvider,
    )
    await signIn(home, ada)
    expect(seen).toMatchObject([{ refreshToken: expect.stringMatching(/./) }])
    const { body } = await browser.open('/app').expect(200)
    expect(body).toMatchObject({ user: { email: ada.email }, roles: ada.roles })
  })

  it.each([
    ['the first first', [0, 1]],
    ['the second first', [1, 0]],
  ])('ends well in each of two tabs, %s', async (_order, [one, other]) => {
    const { browser, there } = await startAtSecondProvider()
    const begun = [
      await browser.begin('/login?domain=acme.example&return_to=/app?tab=0'),
      await browser.begin('/login?domain=acme.example&return_to=/app?tab=1'),
    ]
    const first = await browser.open(await there.signIn(begun[one!]!, ada.email)).expect(302)
    expect(first.headers.location).toBe(`/app?tab=${one}`)
    const second = await browser.open(await there.pass(begun[other!]!)).expect(302)
    expect(second.headers.location).toBe(`/app?tab=${other}`)
    await browser.open(second.headers.location!).expect(200)
  })

  it('that somebody cancels is told, and can be begun again at the same place', async () => {
    const { browser, there, signIn } = await startAtSecondProvider()
    const begun = await browser.begin('/login?organization_id=acme&return_to=/app')
    const answer = await browser.open(await there.cancel(begun))
    expectProblem(answer, 403, 'login_denied')
    await expectSignedOut(browser)
    const link = /class="first" href="([^"]+)"/.exec(answer.text)![1]!.replaceAll('&amp;', '&')
    expect(link).toBe('/login?organization_id=acme&return_to=%2Fapp')
    await signIn(link, ada)
    await browser.open('/app').expect(200)
  })

  it('that may ask nothing is told to ask where nobody is known', async () => {
    const { browser, signInSilently } = await startAtSecondProvider()
    expectProblem(await signInSilently('/login?prompt=none'), 400, 'login_incomplete')
    await expectSignedOut(browser)
  })
})

describe('at oidc-provider, whose refresh tokens work once', () => {
  const scopes = ['openid', 'email', 'profile', 'offline_access']
  afterEach(() => void vi.useRealTimers())

  /** Somebody signed in, where the test can let time pass. */
  async function signedIn() {
    vi.useFakeTimers({ toFake: ['Date'] })
    const refreshTokens: string[] = []
    const parts = await startAtSecondProvider(
      {
        options: {
          scopes,
          login: {
            fallback: 'hosted',
            onLogin: ({ tokens }) => void refreshTokens.push(tokens.refreshToken!),
          },
        },
      },
      () => startRotatingProvider({ accessTokenSeconds: 60 }),
    )
    await parts.signIn(home, ada)
    const renewals = () =>
      parts.provider.tokenCalls.filter(({ grantType }) => grantType === 'refresh_token')
    return {
      ...{ ...parts, renewals, refreshToken: refreshTokens[0]! },
      wait(seconds: number) {
        vi.setSystemTime(Date.now() + seconds * 1000)
      },
    }
  }

  it('a session is renewed when its access token ends, and has the roles of then', async () => {
    const { browser, provider, renewals, wait } = await signedIn()
    provider.allow(ada, { roles: ['member'] })
    const { body } = await browser.call('/app').expect(200)
    expect(body.roles).toEqual(ada.roles)
    for (const count of [1, 2, 3]) {
      wait(61)
      const answers = await Promise.all(Array.from({ length: 20 }, () => browser.call('/app')))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(answers[0]!.body).toMatchObject({ roles: ['member'], isStale: false })
      expect(renewals()).toHaveLength(count)
    }
    expect(new Set(renewals().map(({ tokenHash }) => tokenHash)).size).toBe(3)
    expect(renewals().every(({ error }) => error === undefined)).toBe(true)
  })

  it('a session is over once somebody else has used one of its tokens again', async () => {
    const { browser, provider, renewals, refreshToken, wait, log } = await signedIn()
    wait(61)
    await browser.call('/app').expect(200)
    const { clientId, clientSecret } = provider.options
    const stolen = await fetch(`${provider.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ client_id: clientId, client_secret: clientSecret },
        ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
      }),
    })
    expect(stolen.status).toBe(400)
    await browser.call('/app').expect(200)
    wait(61)
    await browser.call('/app').expect(401)
    expect(renewals().map(({ error }) => error)).toEqual([
      undefined,
      'invalid_grant',
      'invalid_grant',
    ])
    expect(log.filter((line) => line.includes('refresh-rejected'))).toHaveLength(1)
  })
})

describe('at oidc-provider, whoever comes back from elsewhere', () => {
  it.each([
    ['organization', `organization_id=${ada.organizationId}`],
    ['organization of your naming', 'organization_id=acme'],
    ['connection', `connection_id=${ada.connectionId}`],
  ])('than the %s asked for is refused, and keeps their session', async (_what, target) => {
    const { browser, signIn, signInSilently } = await startAtSecondProvider()
    await signIn(home, katherine)
    // The provider knows her, so it asks nothing and looks at no selector.
    expectProblem(await signInSilently(`/login?${target}`), 403, 'login_target_mismatch')
    const { body } = await browser.call('/app').expect(200)
    expect(body.organizationId).toBe(katherine.organizationId)
  })

  it('does not reach the page of another organization', async () => {
    const { browser, signIn } = await startAtSecondProvider({
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use(
          '/acme',
          auth.requireOrganization(() => ada.organizationId),
        )
        app.use('/acme', showPrincipal)
      },
    })
    await signIn(home, katherine)
    const refused = await browser.call('/acme').expect(403)
    expect(refused.body.code).toBe('wrong_organization')
  })
})

describe('at oidc-provider, a callback', () => {
  it('that is replayed goes home while signed in, and signs nobody else in', async () => {
    const { browser, there, newPerson } = await startAtSecondProvider()
    const callbackUrl = await there.signIn(await browser.begin(home), ada.email)
    await browser.open(callbackUrl).expect(302)
    const again = await browser.open(callbackUrl).expect(302)
    expect(again.headers.location).toBe('/')
    await browser.call('/app').expect(200)

    const thief = newPerson().browser
    const stolen = await thief.open(callbackUrl).expect(302)
    expect(stolen.headers.location).toBe('/login?restart=1')
    await expectSignedOut(thief)
  })

  it('with the code of somebody else is refused there, for want of its verifier', async () => {
    const { browser, there, newPerson } = await startAtSecondProvider()
    const stolen = new URL(await there.signIn(await browser.begin(home), ada.email))
    const thief = newPerson().browser
    const own = await thief.begin(home)
    stolen.searchParams.set('state', own.searchParams.get('state')!)
    expectProblem(await thief.open(stolen.href), 400, 'code_rejected')
    await expectSignedOut(thief)
  })

  it('names the issuer, and with another one is refused', async () => {
    const { browser, there, provider } = await startAtSecondProvider()
    const callbackUrl = new URL(await there.signIn(await browser.begin(home), ada.email))
    expect(callbackUrl.searchParams.get('iss')).toBe(provider.url)
    callbackUrl.searchParams.set('iss', 'https://evil.example')
    expectProblem(await browser.open(callbackUrl.href), 400, 'callback_invalid')
    await expectSignedOut(browser)
  })
})

describe('at oidc-provider, a request without', () => {
  it('PKCE is refused there, so the others had it', async () => {
    const { browser, there } = await startAtSecondProvider()
    const begun = await browser.begin(home)
    begun.searchParams.delete('code_challenge')
    begun.searchParams.delete('code_challenge_method')
    expectProblem(await browser.open(await there.pass(begun)), 502, 'application_refused')
  })

  it('the client’s secret is refused there, so the others had it', async () => {
    const { browser, signIn } = await startAtSecondProvider({
      options: { clientSecret: 'of another client, or of yesterday' },
    })
    expectProblem(await signIn(home, ada), 502, 'application_refused')
    await expectSignedOut(browser)
  })
})

describe('at oidc-provider, a sign-out', () => {
  it('ends the session here and there, and comes back', async () => {
    const { browser, there, signIn, signInSilently, provider } = await startAtSecondProvider()
    await signIn(home, ada)
    await signInSilently(home).then(({ status }) => expect(status).toBe(302))

    const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
    const out = await browser.post('/logout?return_to=/public', click).expect(303)
    const away = new URL(out.headers.location!)
    expect(away.origin + away.pathname).toBe(`${provider.url}/oidc/logout`)
    expect(away.searchParams.get('id_token_hint')).toMatch(/^eyJ/)
    await expectSignedOut(browser)

    const landed = await browser.open(await there.signOut(away)).expect(302)
    expect(landed.headers.location).toBe('/public')
    await expect(signInSilently(home)).rejects.toThrow('The provider answered 200')
  })
})

describe('at oidc-provider, a sign-out on one of two devices', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Ada on her laptop and on her phone, and Katherine of another company. */
  async function threeDevices(logoutTokens: 'by session' | 'by user') {
    // Both sides read the time from `Date`.
    vi.useFakeTimers({ toFake: ['Date'] })
    const { provider, newPerson, log, auth } = await startAtSecondProvider({}, () =>
      startSecondProvider({ logoutTokens }),
    )
    const devices = { laptop: newPerson(), phone: newPerson(), other: newPerson() }
    await devices.laptop.signIn(home, ada)
    await devices.phone.signIn(home, ada)
    await devices.other.signIn(home, katherine)
    const names = Object.keys(devices) as (keyof typeof devices)[]
    async function whoIsIn() {
      const asked = names.map((name) => devices[name].browser.call('/app'))
      const answers = await Promise.all(asked)
      return names.filter((_, at) => answers[at]!.status === 200)
    }
    expect(await whoIsIn()).toEqual(names)
    return { ...devices, provider, whoIsIn, log, auth }
  }

  it('comes as a genuine logout token by sid, which ends the session there alone', async () => {
    const { laptop, provider, whoIsIn, auth, log } = await threeDevices('by session')
    const causes: string[] = []
    auth.on('session.ended', ({ cause, scope }) => void causes.push(`${scope} by ${cause}`))
    await laptop.there.leave()
    expect(provider.logouts).toEqual(['taken'])
    expect(await whoIsIn()).toEqual(['phone', 'other'])
    expect(causes).toEqual(['session by back-channel-logout'])
    expect(log.filter((line) => line.includes('back-channel logout: ended'))).toHaveLength(1)
    await laptop.signIn(home, ada)
    expect(await whoIsIn()).toEqual(['laptop', 'phone', 'other'])
  })

  it('comes by sub where the provider names no session; a sign-in revives no other', async () => {
    const { laptop, provider, whoIsIn } = await threeDevices('by user')
    await laptop.there.leave()
    expect(provider.logouts).toEqual(['taken'])
    expect(await whoIsIn()).toEqual(['other'])
    vi.setSystemTime(Date.now() + 3000)
    await laptop.signIn(home, ada)
    expect(await whoIsIn()).toEqual(['laptop', 'other'])
  })
})

describe('at oidc-provider, in time', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  function passSeconds(seconds: number) {
    vi.setSystemTime(Date.now() + seconds * 1000)
  }

  it('a page for people who just signed in asks for the password, and only that helps', async () => {
    // Both sides read the time from `Date`.
    vi.useFakeTimers({ toFake: ['Date'] })
    const { browser, signIn, signInSilently } = await startAtSecondProvider({
      mount(app, auth) {
        app.use(auth)
        app.use('/recent', auth.requireRecentAuth({ maxAgeSeconds: 60 }))
        app.use('/recent', showPrincipal)
      },
    })
    await signIn('/login?organization_id=acme', ada)
    await browser.open('/recent').expect(200)

    passSeconds(300)
    await signInSilently('/login?organization_id=acme')
    const silent = await browser.call('/recent').expect(401)
    expect(silent.body.code).toBe('recent_auth_required')

    passSeconds(20)
    const asked = await browser.open('/recent').expect(302)
    const { searchParams } = new URL(asked.headers.location!, 'http://app.invalid')
    expect(Object.fromEntries(searchParams)).toEqual({
      organization_id: ada.organizationId,
      prompt: 'login',
      return_to: '/recent',
    })
    const back = await signIn(asked.headers.location!, ada)
    expect(back.headers.location).toBe('/recent')
    await browser.open('/recent').expect(200)
  })

  it('a session there that is older than login.maxAgeSeconds is not gone on with', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { browser, signIn, signInSilently, log } = await startAtSecondProvider({
      options: { login: { fallback: 'hosted', maxAgeSeconds: 300 } },
    })
    await signIn(home, ada)
    passSeconds(299)
    expect((await signInSilently(home)).headers.location).toBe('/app')

    passSeconds(20)
    await expect(signInSilently(home)).rejects.toThrow('The provider answered 200')
    expect((await signIn(home, ada)).headers.location).toBe('/app')
    await browser.call('/app').expect(200)
    expect(log.filter((line) => line.includes('auth_time'))).toEqual([])
  })

  it('a new key is found by the next sign-in, and ends no session', async () => {
    // jose measures the time between two loads by `Date`.
    vi.useFakeTimers({ toFake: ['Date'] })
    const { browser, signIn, newPerson, provider } = await startAtSecondProvider()
    await signIn(home, ada)
    provider.rotateKeys()
    passSeconds(2)
    await browser.call('/app').expect(200)
    const next = newPerson()
    await next.signIn(home, katherine)
    await next.browser.call('/app').expect(200)
  })
})
