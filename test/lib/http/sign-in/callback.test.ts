import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Response } from 'supertest'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryStore, type StateStore } from '../../../../src/index.ts'
import { isRedeemed } from '../../../support/answers.ts'
import { type Application, mountAtRoot } from '../../../support/application.ts'
import { submitted } from '../../../support/email-page.ts'
import { isExpressSession, sessionCookie } from '../../../support/session-cookie.ts'
import { answerWith, signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { inVirtualTime } from '../../../support/virtual-time.ts'
import { navigation, type Visitor } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const connection = 'conn_69615647365005431'
const home = '/login?organization_id=acme&return_to=/app'

function tokenCalls({ emulator }: Application) {
  return emulator.requests.filter(isRedeemed)
}

function codeOf(answer: Response): string | undefined {
  return /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1]
}

/** No session, no transaction, nothing to cache, nothing of the stimulus; and a stable code. */
async function expectRefused(answer: Response, browser: Visitor, status: number, code: string) {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code })
  expect(answer.headers.location).toBeUndefined()
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.text.length).toBeLessThan(8000)
  expect(browser.cookieNames().filter((name) => name.includes('session'))).toEqual([])
  await browser.call('/app').expect(401)
}

/** Signs in as far as the callback URL. */
async function comeBack(application: Application, loginUrl = home, who = ada) {
  const browser = application.visitor()
  const authorizeUrl = await browser.begin(loginUrl)
  const callbackUrl = await signInAt(authorizeUrl.href, who)
  return { browser, authorizeUrl, callbackUrl }
}

/** The same, and the header of a request that brings this sign-in's cookie and no other. */
async function comeBackWithCookie(application: Application) {
  const come = await comeBack(application)
  const name = come.browser.cookieNames().find((each) => each.includes('-tx-'))!
  return { ...come, cookie: `${name}=${come.browser.cookie(name)}` }
}

function setsSession(headers: Response['headers']): boolean {
  const lines = [(headers['set-cookie'] as unknown as string[] | undefined) ?? []].flat()
  return lines.some((line) => line.startsWith(`${sessionCookie}=`))
}

describe('a sign-in', () => {
  it('redeems the code with a form in the body, once, and without a Basic header', async () => {
    const application = await start()
    const { browser, authorizeUrl, callbackUrl } = await comeBack(application)
    await browser.open(callbackUrl).expect(302)
    const [call, ...others] = tokenCalls(application)
    expect(others).toEqual([])
    expect(call!.headers.authorization).toBeUndefined()
    expect(call!.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect([...call!.query]).toEqual([])
    expect(Object.fromEntries(call!.form)).toEqual({
      grant_type: 'authorization_code',
      code: new URL(callbackUrl).searchParams.get('code'),
      redirect_uri: authorizeUrl.searchParams.get('redirect_uri'),
      client_id: application.emulator.options.clientId,
      client_secret: application.emulator.options.clientSecret,
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  it('makes one call to Scalekit when discovery and keys are known', async () => {
    const application = await start()
    await application.visitor().signIn(home, ada)
    const before = application.emulator.requests.length
    const browser = application.visitor()
    const { callbackUrl } = await comeBack(application)
    await browser.open(callbackUrl)
    await application.visitor().signIn(home, ada)
    const paths = application.emulator.requests.slice(before).map(({ path }) => path)
    expect(paths.filter((path) => /well-known|keys/.test(path))).toEqual([])
  })

  it.skipIf(isExpressSession)(
    'sends a session cookie that is HttpOnly and Lax, and forgets the transaction',
    async () => {
      const { visitor } = await start()
      const browser = visitor()
      const answer = await browser.signIn(home, ada)
      const lines = answer.headers['set-cookie'] as unknown as string[]
      const session = lines.find((line) => line.startsWith('scalekit-session='))
      expect(session).toMatch(/; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/)
      expect(browser.cookieNames()).toEqual([sessionCookie])
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers.vary).toContain('Cookie')
    },
  )

  it.skipIf(isExpressSession)('keeps the session in a __Host- cookie over https', async () => {
    const baseUrl = 'https://app.example'
    const application = await start({
      options: { baseUrl },
      seed: { redirectUris: [`${baseUrl}/callback`] },
    })
    const Host = 'app.example'
    const begun = await application.visitor().open(home, { Host }).expect(302)
    const [transaction] = begun.headers['set-cookie'] as unknown as string[]
    const callbackUrl = await signInAt(begun.headers.location!, ada)
    const cookie = transaction!.split(';')[0]!
    const answer = await application.visitor().open(callbackUrl, { cookie, Host }).expect(302)
    const lines = answer.headers['set-cookie'] as unknown as string[]
    const session = lines.find((line) => line.startsWith('__Host-scalekit-session='))
    expect(session).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(session).not.toContain('Domain')
  })

  it('has no room for tokens in the cookie', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn(home, ada)
    // The two tokens of a sign-in take two thousand bytes.
    expect(browser.cookie(sessionCookie)!.length).toBeLessThan(1400)
  })

  it('gives a new session id each time, and ends the session that was there', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn(home, ada)
    const first = await browser.call('/app').expect(200)
    const firstCookie = browser.cookie(sessionCookie)
    await browser.signIn(home, 'grace@acme.example')
    const second = await browser.call('/app').expect(200)
    expect(second.body.user.email).toBe('grace@acme.example')
    expect(second.body.sessionId).not.toBe(first.body.sessionId)
    const copy = await visitor().call('/app', { cookie: `${sessionCookie}=${firstCookie}` })
    expect(copy.status).toBe(401)
  })

  it('in full-stack and in single sign-on mode shows who it is', async () => {
    for (const product of ['full-stack', 'sso'] as const) {
      const { visitor, emulator } = await start({ seed: { product } })
      const browser = visitor()
      await browser.signIn(home, ada)
      const { body } = await browser.call('/app').expect(200)
      const acme = emulator.organizations[0]!
      expect(body).toMatchObject({
        organizationId: acme.id,
        connectionId: acme.connection!.id,
        user: { email: ada, emailVerified: true },
        roles: product === 'full-stack' ? ['admin'] : [],
      })
    }
  })
})

describe('what was pinned is what came', () => {
  const acme = 'org_69615647365005430'
  const globex = 'org_70087756662964366'

  it.each([
    ['the organization', `organization_id=${acme}`, {}],
    ['its external id', 'organization_id=acme', {}],
    ['the connection', `connection_id=${connection}`, {}],
    ['nothing where nothing was named', '', { oid: globex, amr: ['conn_9'] }],
    [
      'nothing for a domain that nobody has',
      'domain=nowhere.example',
      { oid: globex, amr: ['conn_9'] },
    ],
    ['nothing for an address of such a domain', 'login_hint=ada@nowhere.example', { oid: globex }],
    [
      'the connection by the subject',
      `connection_id=${connection}`,
      {
        amr: ['pwd'],
        sub: `${connection};ada`,
      },
    ],
    ['no organization where none was pinned', `connection_id=${connection}`, { oid: null }],
  ])('accepts %s', async (_what, query, idToken) => {
    const application = await start({ options: { login: { fallback: 'hosted' } } })
    application.emulator.fail({ idToken })
    const { oid, sub } = idToken as { oid?: string | null; sub?: string }
    const accessToken = { ...('oid' in idToken ? { oid } : {}), ...(sub ? { sub } : {}) }
    application.emulator.fail({ accessToken })
    const { browser, callbackUrl } = await comeBack(application, `/login?${query}&return_to=/app`)
    await browser.open(callbackUrl).expect(302)
    const { body } = await browser.call('/app').expect(200)
    expect(body.organizationId).toBe('oid' in idToken ? (oid ?? undefined) : acme)
  })

  it.each([
    ['another organization', `organization_id=${acme}`, { oid: globex }],
    ['no organization', `organization_id=${acme}`, { oid: null }],
    ['a list that holds the organization', `organization_id=${acme}`, { oid: [acme] }],
    ['another external id', 'organization_id=acme', { xoid: 'globex' }],
    ['no external id', 'organization_id=acme', { xoid: null }],
    ['an external id without an organization', 'organization_id=acme', { oid: null }],
    ['another connection', `connection_id=${connection}`, { amr: ['conn_9'] }],
    [
      'another connection, though the subject begins well',
      `connection_id=${connection}`,
      {
        amr: ['conn_9'],
        sub: `${connection};ada`,
      },
    ],
    ['no connection at all', `connection_id=${connection}`, { amr: [] }],
    [
      'a connection that only begins alike',
      `connection_id=${connection}`,
      {
        amr: ['pwd'],
        sub: `${connection}9;ada`,
      },
    ],
    [
      'the connection, but another organization',
      `connection_id=${connection}&organization_id=${acme}`,
      {
        oid: globex,
      },
    ],
  ])('refuses %s', async (_what, query, idToken) => {
    const application = await start()
    application.emulator.fail({ idToken })
    const { oid, sub } = idToken as { oid?: unknown; sub?: string }
    application.emulator.fail({
      accessToken: {
        ...('oid' in idToken && !Array.isArray(oid) ? { oid } : {}),
        ...(sub ? { sub } : {}),
      },
    })
    const { browser, callbackUrl } = await comeBack(application, `/login?${query}`)
    await expectRefused(await browser.open(callbackUrl), browser, 403, 'login_target_mismatch')
  })

  it('refuses an access token of another organization, whose roles it would bring', async () => {
    const application = await start()
    application.emulator.fail({ accessToken: { oid: globex, roles: ['owner'] } })
    const { browser, callbackUrl } = await comeBack(application)
    await expectRefused(await browser.open(callbackUrl), browser, 403, 'login_target_mismatch')
  })
})

describe('an ID token that lies', () => {
  it.each([
    ['about its issuer', { iss: 'https://evil.example' }],
    ['about its audience', { aud: ['skc_other'] }],
    ['with a second audience', { aud: ['emulator', 'skc_other'] }],
    ['about its authorized party', { azp: 'skc_other' }],
    ['with another nonce', { nonce: 'A'.repeat(43) }],
    ['without a nonce', { nonce: null }],
    ['that has ended', { exp: 1_600_000_000 }],
    ['that never ends', { exp: null }],
    ['that is a week old', { iat: 1_600_000_000 }],
    ['without a subject', { sub: null }],
    ['with an empty subject', { sub: '' }],
    ['for another access token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['for another code', { c_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['that is a logout token', { events: { logout: {} } }],
  ])('%s signs nobody in', async (_what, idToken) => {
    const application = await start()
    application.emulator.fail({ idToken })
    const { browser, callbackUrl } = await comeBack(application)
    await expectRefused(await browser.open(callbackUrl), browser, 400, 'id_token_invalid')
    expect(tokenCalls(application)).toHaveLength(1)
  })

  it('under a key that is not published signs nobody in', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    const stranger = await start()
    const genuine = await comeBack(stranger)
    await genuine.browser.open(genuine.callbackUrl).expect(302)
    const [header, payload] = await forgedToken(application)
    application.emulator.fail({ tokenResponse: { id_token: `${header}.${payload}.AAAA` } })
    await expectRefused(await browser.open(callbackUrl), browser, 400, 'id_token_invalid')
  })

  it('without any signature signs nobody in', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    const [, payload] = await forgedToken(application)
    const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    application.emulator.fail({ tokenResponse: { id_token: `${header}.${payload}.` } })
    const answer = await browser.open(callbackUrl)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(browser.cookieNames()).toEqual([])
    await browser.call('/app').expect(401)
  })
})

/** Header and payload that would be right for the sign-in in progress. */
async function forgedToken({ emulator }: Application): Promise<[string, string]> {
  const authorize = emulator.requests.findLast(({ path }) => path === '/oauth/authorize')!
  const { keys } = await fetch(`${emulator.url}/keys`).then((answer) => answer.json())
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: emulator.url,
    aud: emulator.options.clientId,
    sub: 'usr_admin',
    nonce: authorize.query.get('nonce'),
    iat: now,
    exp: now + 600,
  }
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return [encode({ alg: 'RS256', typ: 'JWT', kid: keys[0].kid }), encode(claims)]
}

describe('a transaction', () => {
  it('is used up by the first callback: a replay goes home if the session lives', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    await browser.open(callbackUrl).expect(302)
    const before = browser.cookie(sessionCookie)
    const again = await browser.open(callbackUrl).expect(302)
    expect(again.headers.location).toBe('/')
    expect(browser.cookie(sessionCookie)).toBe(before)
    expect(tokenCalls(application)).toHaveLength(1)
  })

  it('is used up by the first of two callbacks at once, even with a copy of its cookie', async () => {
    const application = await start()
    const { callbackUrl, cookie } = await comeBackWithCookie(application)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => application.visitor().open(callbackUrl, { cookie })),
    )
    const signedIn = answers.filter(({ headers }) => setsSession(headers))
    expect(signedIn).toHaveLength(1)
    expect(tokenCalls(application)).toHaveLength(1)
  })

  it('that a browser brings twice at once leads to its page, both times', async () => {
    const application = await start({
      options: { login: { onLogin: async () => ({ returnTo: '/public?by=onLogin' }) } },
    })
    const { browser, callbackUrl } = await comeBack(application)
    const answers = await Promise.all([browser.open(callbackUrl), browser.open(callbackUrl)])
    const landings = answers.map(({ status, headers }) => [status, headers.location])
    expect(landings).toEqual(Array(2).fill([302, '/public?by=onLogin']))
    expect(tokenCalls(application)).toHaveLength(1)
    await browser.call('/app').expect(200)
  })

  it('that a browser brings twice at once says why it failed, both times', async () => {
    const application = await start({
      options: { login: { onLogin: async () => ({ deny: 'not_invited' }) } },
    })
    const { browser, callbackUrl } = await comeBack(application)
    const answers = await Promise.all([browser.open(callbackUrl), browser.open(callbackUrl)])
    expect(answers.map(codeOf)).toEqual(Array(2).fill('login_denied'))
    expect(tokenCalls(application)).toHaveLength(1)
    await browser.call('/app').expect(401)
  })

  it('that was used is nothing to a script, at once or later', async () => {
    const application = await start()
    const { browser, callbackUrl, cookie } = await comeBackWithCookie(application)
    const [, atOnce] = await Promise.all([
      browser.open(callbackUrl).expect(302),
      application.visitor().call(callbackUrl, { cookie }),
    ])
    const later = await application.visitor().call(callbackUrl, { cookie })
    for (const { status, body } of [atOnce, later])
      expect([status, body.code]).toEqual([400, 'login_state_used'])
  })

  it('belongs to the browser that began it', async () => {
    const application = await start()
    const { callbackUrl } = await comeBack(application)
    const victim = application.visitor()
    const answer = await victim.open(callbackUrl).expect(302)
    expect(answer.headers.location).toBe('/login?restart=1')
    expect(victim.cookieNames()).toEqual([])
    expect(tokenCalls(application)).toEqual([])
  })

  it('does not accept the code of another sign-in', async () => {
    const application = await start()
    const attacker = await comeBack(application, home, 'grace@acme.example')
    const victim = await comeBack(application)
    const mixed = new URL(victim.callbackUrl)
    mixed.searchParams.set('code', new URL(attacker.callbackUrl).searchParams.get('code')!)
    await expectRefused(await victim.browser.open(mixed.href), victim.browser, 400, 'code_rejected')
  })

  it('ends after ten minutes, and says so', async () => {
    let now = Date.now()
    const application = await start({ options: { clock: () => now } })
    const { browser, callbackUrl } = await comeBack(application)
    now += 600_001
    await expectRefused(await browser.open(callbackUrl), browser, 400, 'login_expired')
    expect(tokenCalls(application)).toEqual([])
  })

  it('works until its ten minutes are over', async () => {
    let now = Date.now()
    const clock = () => now
    const application = await start({
      options: { clock },
      seed: { clock, lifetimes: { codeSeconds: 900 } },
    })
    const { browser, callbackUrl } = await comeBack(application)
    now += 600_000
    await browser.open(callbackUrl).expect(302)
  })

  it('cannot be read as a session, nor a session as a transaction', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    const [name] = browser.cookieNames()
    const transaction = browser.cookie(name!)!
    const thief = application.visitor()
    await thief.call('/app', { cookie: `${sessionCookie}=${transaction}` }).expect(401)
    await browser.open(callbackUrl).expect(302)
    const session = browser.cookie(sessionCookie)!
    const answer = await thief.call(callbackUrl, { cookie: `${name}=${session}` }).expect(400)
    expect(answer.body.code).toBe('login_state_missing')
  })

  it('of one instance is nothing to another', async () => {
    const one = await start()
    const options = { ...one.emulator.options, name: 'other' }
    const other = await start({ emulator: one.emulator, options: { ...options, baseUrl: one.url } })
    const { browser, callbackUrl } = await comeBack(one)
    const [name] = browser.cookieNames()
    const cookie = `${name!.replace('scalekit', 'other')}=${browser.cookie(name!)}`
    const answer = await other.visitor().call(callbackUrl, { cookie }).expect(400)
    expect(answer.body.code).toBe('login_state_missing')
    expect(tokenCalls(one)).toEqual([])
  })

  it('that is missing does not disturb who is signed in', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn(home, ada)
    const answer = await browser.open('/callback?code=stale&state=unknown').expect(302)
    expect(answer.headers.location).toBe('/')
    await browser.call('/app').expect(200)
  })

  it('survives HEAD and prefetching, which use nothing up', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    const [name] = browser.cookieNames()
    const cookie = `${name}=${browser.cookie(name!)}`
    const head = await fetch(callbackUrl, { method: 'HEAD', headers: { cookie } })
    expect(head.status).toBe(405)
    await browser.open(callbackUrl, { 'Sec-Purpose': 'prefetch' }).expect(400)
    await browser.open(callbackUrl).expect(302)
  })
})

describe('a transaction that was lost', () => {
  it('is begun again once, and then the user is told that cookies are refused', async () => {
    const application = await start()
    const { callbackUrl } = await comeBack(application)
    const forgetful = application.visitor()
    const first = await forgetful.open(callbackUrl).expect(302)
    const { text } = await forgetful.open(first.headers.location!).expect(200)
    const begun = await forgetful.begin(submitted(text, ada))
    const secondCallback = await signInAt(begun.href, ada)
    const second = await application.visitor().open(secondCallback)
    expect([second.status, codeOf(second)]).toEqual([400, 'login_cookies_refused'])
    expect(tokenCalls(application)).toEqual([])
  })

  it('is begun again with success when the browser keeps cookies', async () => {
    const application = await start()
    const { callbackUrl } = await comeBack(application)
    const browser = application.visitor()
    const { headers } = await browser.open(callbackUrl).expect(302)
    const { text } = await browser.open(headers.location!).expect(200)
    await browser.signIn(submitted(text, ada), ada)
    await browser.call('/app').expect(200)
  })

  it('is told apart when other sign-ins are in progress', async () => {
    const application = await start()
    const browser = application.visitor()
    await browser.begin(home)
    const answer = await browser.open('/callback?code=a&state=again-unknown')
    expect(codeOf(answer)).toBe('login_state_missing')
  })

  it.each([undefined, 'https', 'HTTPS', 'https, http', 'http'])(
    'is not blamed on http, whatever a balancer says of the scheme: %s',
    async (scheme) => {
      const application = await start({ options: { baseUrl: 'https://app.example' } })
      const headers: Record<string, string> = scheme ? { 'X-Forwarded-Proto': scheme } : {}
      const target = '/callback?code=a&state=again-unknown'
      const answer = await application.visitor().open(target, headers)
      expect(codeOf(answer)).toBe('login_cookies_refused')
    },
  )

  it('sends no script to sign in', async () => {
    const application = await start()
    const { callbackUrl } = await comeBack(application)
    const answer = await application.visitor().call(callbackUrl).expect(400)
    expect(answer.body.code).toBe('login_cookies_refused')
  })
})

describe('a sign-in that failed', () => {
  it.each([
    ['organization', 'organization_id=acme'],
    ['connection', `connection_id=${connection}`],
  ])('is tried again at the same %s, for the same page', async (_what, target) => {
    const application = await start()
    const browser = application.visitor()
    const authorizeUrl = await browser.begin(`/login?${target}&return_to=/app?tab=1`)
    const answer = await browser.open(await answerWith(authorizeUrl.href, 'denied')).expect(400)
    const link = /class="first" href="([^"]+)"/.exec(answer.text)![1]!.replaceAll('&amp;', '&')
    expect(link).toBe(`/login?${target}&return_to=%2Fapp%3Ftab%3D1`)
    const back = await browser.signIn(link, ada)
    expect(back.headers.location).toBe('/app?tab=1')
  })
})

describe('a callback that does not conform', () => {
  it.each([
    ['nothing', ''],
    ['no state', 'code=a'],
    ['no code', 'state=a'],
    ['an empty code', 'code=&state=a'],
    ['two codes', 'code=a&code=b&state=c'],
    ['two states', 'code=a&state=b&state=c'],
    ['a code and an error', 'code=a&state=b&error=access_denied'],
    ['two errors', 'error=a&error=b'],
  ])('with %s is refused', async (_what, query) => {
    const application = await start()
    const browser = application.visitor()
    await expectRefused(await browser.open(`/callback?${query}`), browser, 400, 'callback_invalid')
    expect(application.emulator.requests).toEqual([])
  })

  it('with a very long code is refused', async () => {
    const application = await start()
    const browser = application.visitor()
    const answer = await browser.open(`/callback?state=a&code=${'x'.repeat(5000)}`)
    await expectRefused(answer, browser, 400, 'callback_invalid')
  })

  it('by POST is refused', async () => {
    const { visitor } = await start()
    const answer = await visitor().post('/callback', navigation).expect(405)
    expect(answer.headers.allow).toBe('GET')
  })

  it('with the issuer of somebody else is refused before the code is sent', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    const answer = await browser.open(`${callbackUrl}&iss=https://evil.example`)
    await expectRefused(answer, browser, 400, 'callback_invalid')
    expect(tokenCalls(application)).toEqual([])
  })
})

/** The errors of RFC 6749 section 4.1.2.1, then those of OpenID Connect Core 3.1.2.6. */
const standardErrors: readonly [error: string, status: number, code: string][] = [
  ['invalid_request', 502, 'application_refused'],
  ['unauthorized_client', 502, 'application_refused'],
  ['access_denied', 403, 'login_denied'],
  ['unsupported_response_type', 502, 'application_refused'],
  ['invalid_scope', 502, 'application_refused'],
  ['server_error', 502, 'provider_failed'],
  ['temporarily_unavailable', 503, 'provider_unavailable'],
  ['interaction_required', 400, 'login_incomplete'],
  ['login_required', 400, 'login_incomplete'],
  ['account_selection_required', 400, 'login_incomplete'],
  ['consent_required', 400, 'login_incomplete'],
  ['invalid_request_uri', 502, 'application_refused'],
  ['invalid_request_object', 502, 'application_refused'],
  ['request_not_supported', 502, 'application_refused'],
  ['request_uri_not_supported', 502, 'application_refused'],
  ['registration_not_supported', 502, 'application_refused'],
  // What identity providers call it.
  ['user_cancelled_login', 400, 'login_cancelled'],
  // What `acr_values` may be answered with.
  ['unmet_authentication_requirements', 400, 'login_incomplete'],
]

describe('an error from Scalekit', () => {
  it.each(standardErrors)('%s, as the standards name it, is %i %s', async (error, status, code) => {
    const { visitor } = await start()
    const answer = await visitor().call(`/callback?error=${error}`)
    expect(answer.body).toMatchObject({ status, code, providerError: error })
  })

  it.each([
    ['access_denied', 403, 'login_denied'],
    ['user_not_active', 403, 'login_denied'],
    ['login_required', 400, 'login_incomplete'],
    ['connection_not_active', 400, 'connection_unavailable'],
    ['no_active_connections', 400, 'connection_unavailable'],
    ['invalid_organization_id', 400, 'target_unknown'],
    ['domain_not_found', 400, 'target_unknown'],
    ['invalid_client', 502, 'application_refused'],
    ['assertion_expired', 502, 'identity_provider_failed'],
    ['server_error', 502, 'provider_failed'],
    ['something_new', 502, 'provider_failed'],
    ['__proto__', 502, 'provider_failed'],
    ['constructor', 502, 'provider_failed'],
  ])('%s is answered with %i %s', async (error, status, code) => {
    const application = await start()
    const browser = application.visitor()
    const answer = await browser.open(`/callback?error=${error}&error_description=because`)
    await expectRefused(answer, browser, status, code)
    expect(answer.text).not.toContain('because')
    const [line, ...others] = application.log.filter((entry) => entry.includes('sign-in failed'))
    expect(others).toEqual([])
    expect(line).toContain(code)
  })

  it.each([
    'The sign-in was cancelled',
    'The user cancelled the login.',
    'User has canceled the authentication',
    'the request was cancelled by the user',
    'The end-user cancelled the operation',
  ])('that says only %j is no refusal', async (description) => {
    const { visitor } = await start()
    const query = new URLSearchParams({ error: 'access_denied', error_description: description })
    const { body } = await visitor().call(`/callback?${query}`).expect(400)
    expect(body).toMatchObject({ code: 'login_cancelled', providerError: 'access_denied' })
  })

  it.each([
    'Your subscription was cancelled',
    'The user cancelled their subscription',
    'Not cancelled',
    'The sign-in was cancelled because you are not invited',
    `The sign-in was cancelled ${' '.repeat(200)}`,
  ])('that says %j may be a refusal', async (description) => {
    const { visitor } = await start()
    const query = new URLSearchParams({ error: 'access_denied', error_description: description })
    const { body } = await visitor().call(`/callback?${query}`).expect(403)
    expect(body).toMatchObject({ code: 'login_denied', providerError: 'access_denied' })
  })

  it('ends the transaction and leaves a live session alone', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn(home, ada)
    const authorizeUrl = await browser.begin('/login?organization_id=globex')
    const callbackUrl = await answerWith(authorizeUrl.href, 'denied')
    await browser.open(callbackUrl).expect(400)
    expect(browser.cookieNames()).toEqual([sessionCookie])
    await browser.call('/app').expect(200)
  })

  it.each(['open', 'call'] as const)(
    'puts nothing of its text into what one %ss, and one cut line into the log',
    async (how) => {
      const { visitor, log } = await start()
      const text = encodeURIComponent(
        `<script>alert(1)</script>\r\nerror forged line ${'x'.repeat(4000)}`,
      )
      const answer = await visitor()[how](`/callback?error=${text}&error_description=${text}`)
      expect(answer.text).not.toMatch(/script>|forged/)
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      const policy = answer.headers['content-security-policy']
      if (how === 'open') expect(policy).toContain("default-src 'none'")
      const lines = log.filter((entry) => entry.includes('sign-in failed'))
      expect(lines).toHaveLength(1)
      expect(lines[0]).not.toMatch(/[\r\n]/)
      expect(lines[0]!.length).toBeLessThan(2000)
    },
  )

  it('is a problem document for a program', async () => {
    const { visitor } = await start()
    const description = 'error_description=because'
    const answer = await visitor().call(`/callback?error=access_denied&${description}`).expect(403)
    expect(answer.text).not.toContain('because')
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.body).toMatchObject({
      status: 403,
      code: 'login_denied',
      providerError: 'access_denied',
      loginUrl: '/login',
    })
  })
})

describe('a token endpoint that fails', () => {
  it.each([
    ['400', { status: 400, body: { error: 'invalid_grant' } }, 400, 'code_rejected'],
    ['401', { status: 401, body: { error: 'invalid_client' } }, 502, 'application_refused'],
    ['404', { status: 404 }, 502, 'provider_failed'],
    ['429', { status: 429 }, 502, 'provider_failed'],
    ['500', { status: 500, body: { error: 'server_error' } }, 502, 'provider_failed'],
    ['502 with a page', { status: 502, body: '<h1>Bad gateway</h1>' }, 502, 'provider_failed'],
    ['204', { status: 204 }, 502, 'provider_failed'],
    [
      '200 with an error',
      { status: 200, body: { error: 'invalid_grant' } },
      502,
      'provider_failed',
    ],
    ['200 with a list', { status: 200, body: [] }, 502, 'provider_failed'],
    ['200 with null', { status: 200, body: 'null' }, 502, 'provider_failed'],
    [
      '200 without an ID token',
      { status: 200, body: { access_token: 'a', token_type: 'Bearer' } },
      502,
      'provider_failed',
    ],
    [
      'a redirect',
      { status: 307, headers: { location: 'http://127.0.0.1:1/trap' } },
      502,
      'provider_failed',
    ],
    ['nothing at all', { hang: true as const }, 503, 'provider_unavailable'],
  ])('with %s signs nobody in, and is asked once', async (_what, fault, status, code) => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    application.emulator.fail({ path: '/oauth/token', ...fault, times: 5 })
    const answer = await inVirtualTime(async () => browser.open(callbackUrl))
    await expectRefused(answer, browser, status, code)
    expect(tokenCalls(application)).toHaveLength(1)
  })

  it('with nothing at all is waited for as long as `http.timeoutSeconds` says', async () => {
    const application = await start({ options: { http: { timeoutSeconds: 1 } } })
    const { browser, callbackUrl } = await comeBack(application)
    application.emulator.fail({ path: '/oauth/token', hang: true })
    await inVirtualTime(async () => {
      const began = performance.now()
      await browser.open(callbackUrl).expect(503)
      expect(performance.now() - began).toBeGreaterThanOrEqual(1000)
      expect(performance.now() - began).toBeLessThan(2000)
    })
  })
})

describe('a token endpoint whose answer is not JSON', () => {
  it('is said to be so, without the answer, which may be a token', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    const headers = { 'content-type': 'application/json' }
    application.emulator.fail({ path: '/oauth/token', status: 200, headers, body: 'a-bare-token' })
    await expectRefused(await browser.open(callbackUrl), browser, 502, 'provider_failed')
    const line = application.log.find((each) => each.includes('provider_failed'))
    expect(line).toContain('as JSON')
    expect(line).not.toContain('a-bare')
  })
})

describe('a token endpoint that closes the connection', () => {
  it('is asked again only on a socket that was kept open, where nothing can have come of it', async () => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    application.emulator.fail({ path: '/oauth/token', reset: true, times: 5 })
    await expectRefused(await browser.open(callbackUrl), browser, 503, 'provider_unavailable')
    expect(tokenCalls(application).length).toBeLessThanOrEqual(2)
  })
})

describe('a key set', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([true, false])('that was rotated, overlap %s, is loaded again', async (overlap) => {
    // jose measures the time between two loads by `Date`.
    vi.useFakeTimers({ toFake: ['Date'] })
    const application = await start()
    await application.visitor().signIn(home, ada)
    application.emulator.rotateKeys({ overlap })
    vi.setSystemTime(Date.now() + 1001)
    const answer = await application.visitor().signIn(home, ada)
    expect([answer.status, codeOf(answer)]).toEqual([302, undefined])
  })

  it.each([
    ['500', { status: 500 }],
    ['a page', { status: 200, body: '<html>' }],
    ['a closed connection', { reset: true as const }],
  ])('answered with %s lets nobody in', async (_what, fault) => {
    const application = await start()
    const { browser, callbackUrl } = await comeBack(application)
    application.emulator.fail({ path: '/keys', ...fault, times: 5 })
    const answer = await browser.open(callbackUrl)
    expect(codeOf(answer)).toMatch(/^provider_(failed|unavailable)$/)
    await browser.call('/app').expect(401)
  })
})

describe('onLogin', () => {
  it('sees who comes, and may keep something with the user', async () => {
    const seen: unknown[] = []
    const { visitor } = await start({
      options: {
        login: {
          onLogin: ({ identity, tokens, returnTo, req }) => {
            seen.push([identity.email, typeof tokens.idToken, returnTo, req.method])
            return { user: { plan: 'gold', id: 'mine', email: 'evil@acme.example' } }
          },
        },
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    expect(seen).toEqual([[ada, 'string', '/app', 'GET']])
    const { body } = await browser.call('/app').expect(200)
    expect(body.user).toMatchObject({ plan: 'gold', email: ada })
    expect(body.user.id).not.toBe('mine')
  })

  it('cannot change what was verified', async () => {
    const application = await start({
      options: {
        login: {
          onLogin: ({ identity }) => {
            Object.assign(identity, { organizationId: 'org_9' })
          },
        },
      },
    })
    const { browser, callbackUrl } = await comeBack(application)
    await expectRefused(await browser.open(callbackUrl), browser, 503, 'on_login_failed')
  })

  it('may refuse, and the visitor does not learn why', async () => {
    const application = await start({
      options: { login: { onLogin: () => ({ deny: 'no seat left' }) } },
    })
    const { browser, callbackUrl } = await comeBack(application)
    const answer = await browser.open(callbackUrl)
    await expectRefused(answer, browser, 403, 'login_denied')
    expect(answer.text).not.toContain('seat')
    expect(application.log.join()).toContain('no seat left')
    const other = await comeBack(application)
    const { body } = await other.browser.call(other.callbackUrl).expect(403)
    expect(body.code).toBe('login_denied')
    expect(JSON.stringify(body)).not.toContain('seat')
  })

  it('that throws lets nobody in', async () => {
    const onLogin = () => Promise.reject(new Error('database is down'))
    const application = await start({ options: { login: { onLogin } } })
    const { browser, callbackUrl } = await comeBack(application)
    await expectRefused(await browser.open(callbackUrl), browser, 503, 'on_login_failed')
  })

  it('that answers the request itself is told so, and ends no session', async () => {
    let answers = false
    const { visitor, log } = await start({
      options: {
        login: {
          onLogin({ req }) {
            // As Express has it, and in some applications it is at hand.
            const { res } = req as IncomingMessage & { readonly res: ServerResponse }
            if (answers) res.writeHead(302, { Location: '/welcome' }).end()
          },
        },
      },
      mount(app, auth) {
        app.use((req, res, next) => {
          Object.assign(req, { res })
          next()
        })
        mountAtRoot(app, auth)
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    answers = true
    // With express-session, which holds back the end of an answer, this one does not arrive.
    await browser.signIn(home, 'grace@acme.example').catch(() => {})
    expect(log.filter((line) => line.includes('on_login_failed'))).toEqual([
      expect.stringContaining('{ returnTo }'),
    ])
    const { body } = await browser.call('/app').expect(200)
    expect(body.user.email).toBe(ada)
  })

  it('that keeps what JSON has not is told so, and ends no session', async () => {
    let user = {}
    const application = await start({ options: { login: { onLogin: () => ({ user }) } } })
    const browser = application.visitor()
    await browser.signIn(home, ada)
    user = { id: 1n }
    expect(codeOf(await browser.trySignIn(home, 'grace@acme.example'))).toBe('on_login_failed')
    const { body } = await browser.call('/app').expect(200)
    expect(body.user.email).toBe(ada)
  })

  it.each([
    ['/elsewhere', '/elsewhere'],
    ['https://evil.example/', '/app'],
    ['//evil.example/', '/app'],
  ])('that says %s sends the user to %s', async (returnTo, expected) => {
    const { visitor } = await start({ options: { login: { onLogin: () => ({ returnTo }) } } })
    const answer = await visitor().signIn(home, ada)
    expect(answer.headers.location).toBe(expected)
  })

  it.skipIf(isExpressSession)('that keeps too much is told which parts are large', async () => {
    const onLogin = () => ({ user: { biography: 'x'.repeat(5000) } })
    const application = await start({ options: { login: { onLogin } } })
    const { browser, callbackUrl } = await comeBack(application)
    await expectRefused(await browser.open(callbackUrl), browser, 500, 'session_too_large')
    expect(application.log.join()).toContain('biography (5002)')
  })
})

describe('a store that does not answer', () => {
  const down = () => Promise.reject(new Error('connection refused'))

  it.each<[string, (store: StateStore) => StateStore]>([
    ['single use', (store) => ({ ...store, singleUse: { claim: down } })],
    ['the token store', (store) => ({ ...store, tokenStore: { ...store.tokenStore, put: down } })],
    ['aliases', (store) => ({ ...store, aliases: { ...store.aliases, add: down } })],
    [
      'revocations',
      ({ revocations: { write }, ...store }) => ({ ...store, revocations: { write, since: down } }),
    ],
  ])('for %s lets nobody in, with 503', async (_what, broken) => {
    const application = await start({ options: { store: broken(memoryStore()) } })
    const { browser, callbackUrl } = await comeBack(application)
    await expectRefused(await browser.open(callbackUrl), browser, 503, 'store_unavailable')
  })

  it('does not end the session that is there', async () => {
    const store = memoryStore()
    let isDown = false
    const put: typeof store.tokenStore.put = (...given) =>
      isDown ? down() : store.tokenStore.put(...given)
    const application = await start({
      options: { store: { ...store, tokenStore: { ...store.tokenStore, put } } },
    })
    const browser = application.visitor()
    await browser.signIn(home, ada)
    isDown = true
    const answer = await browser.trySignIn(home, 'grace@acme.example')
    expect(codeOf(answer)).toBe('store_unavailable')
    const { body } = await browser.call('/app').expect(200)
    expect(body.user.email).toBe(ada)
  })
})
