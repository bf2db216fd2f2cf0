import { generateKeyPairSync } from 'node:crypto'
import { CompactSign, decodeJwt, decodeProtectedHeader } from 'jose'
import type { Response } from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryStore } from '../../../../src/index.ts'
import type { Application } from '../../../support/application.ts'
import { eventually } from '../../../support/eventually.ts'
import { goodPlaces, hostilePlaces } from '../../../support/return-to-corpus.ts'
import { sessionCookie } from '../../../support/session-cookie.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { background, navigation, type Visitor } from '../../../support/visitor.ts'

const [ada, grace, katherine] = [
  'ada@acme.example',
  'grace@acme.example',
  'katherine@globex.example',
]
const acme = 'org_69615647365005430'
const connection = 'conn_69615647365005431'
/** A browser that follows Scalekit's redirect. */
const sent = { 'Sec-Fetch-Site': 'cross-site' }
/** The form of our own page. */
const confirmed = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

/** Where a portal sends somebody: a path of the application. */
async function startUrl({ emulator }: Application, who = ada, options = {}) {
  const { pathname, search } = new URL(await emulator.idpInitiatedLogin(who, options))
  return pathname + search
}

function tokenIn(url: string) {
  return new URL(url, 'http://app.invalid').searchParams.get('idp_initiated_login')!
}

/** From a page of ours or from a problem document. */
function codeOf(answer: Response): string | undefined {
  return answer.body.code ?? /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1]
}

function expectRefused(answer: Response, status: number, code: string) {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code })
  expect(answer.headers.location).toBeUndefined()
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(answer.headers['cache-control']).toBe('no-store')
}

/** Goes on from the authorization request to the end of the sign-in. */
async function finish(browser: Visitor, begun: Response, who = ada): Promise<Response> {
  return browser.open(await signInAt(begun.headers.location!, who), sent)
}

/** Where the form of our page is sent. */
function actionOf({ text }: Response): string {
  return / action="([^"]+)"/.exec(text)![1]!.replaceAll('&amp;', '&')
}

async function whoIs(browser: Visitor): Promise<string | undefined> {
  return (await browser.call('/public').expect(200)).body.user?.email
}

describe('tokens that anybody can send', () => {
  it('load the keys at most once in half a minute, whatever keys they name', async () => {
    const application = await start()
    const url = await startUrl(application)
    const begin = (target: string) => application.visitor().open(target, sent)
    await begin(url).expect(302)
    const loads = () => application.emulator.requests.filter(({ path }) => path === '/keys').length
    expect(loads()).toBe(1)
    // jose asks `Date` how old its copy is.
    const loadedAt = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: loadedAt + 29_000 })
    onTestFinished(() => void vi.useRealTimers())
    const made = Array.from({ length: 50 }, (_, kid) => url.replace(tokenIn(url), withKid(kid)))
    function withKid(kid: number): string {
      const [, ...rest] = tokenIn(url).split('.')
      const header = { alg: 'RS256', typ: 'JWT', kid: `snk_${kid}` }
      return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.')
    }
    const refusals = await Promise.all(made.map(begin))
    for (const answer of refusals) expectRefused(answer, 400, 'idp_login_invalid')
    expect(loads()).toBe(1)
    vi.setSystemTime(loadedAt + 31_000)
    for (const target of made) expectRefused(await begin(target), 400, 'idp_login_invalid')
    expect(loads()).toBe(2)
  })
})

describe.each(['/login', '/callback'])('an IdP-initiated login at %s', (path) => {
  const at = (url: string) => url.replace('/login', path)

  it('begins a sign-in of our own, with the connection and its organization', async () => {
    const application = await start()
    const url = at(await startUrl(application, ada, { relayState: '/from-the-portal' }))
    const { headers } = await application.visitor().open(url, sent).expect(302)
    const { origin, pathname, searchParams } = new URL(headers.location!)
    expect(origin + pathname).toBe(`${application.emulator.url}/oauth/authorize`)
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: application.emulator.options.clientId,
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: `${application.url}/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      connection_id: connection,
      organization_id: 'org_69615647365005430',
      login_hint: ada,
    })
    expect(headers.location).not.toContain('portal')
    expect(headers['cache-control']).toBe('no-store')
  })

  it('ends signed in to the organization of the token, at the relay state', async () => {
    const application = await start()
    const browser = application.visitor()
    const url = at(await startUrl(application, ada, { relayState: '/app?tab=1' }))
    const answer = await finish(browser, await browser.open(url, sent))
    expect([answer.status, answer.headers.location]).toEqual([302, '/app?tab=1'])
    const { body } = await browser.call('/app').expect(200)
    expect(body).toMatchObject({ organizationId: acme, user: { email: ada } })
  })

  it.each([
    ['another organization', { oid: 'org_70087756662964366' }],
    ['no organization', { oid: null }],
    ['another connection', { amr: ['conn_9'] }],
  ])('is refused when %s comes back', async (_what, idToken) => {
    const application = await start()
    const browser = application.visitor()
    application.emulator.fail({ idToken })
    if ('oid' in idToken) application.emulator.fail({ accessToken: idToken })
    const begun = await browser.open(at(await startUrl(application)), sent)
    const answer = await finish(browser, begun)
    expect([answer.status, codeOf(answer)]).toEqual([403, 'login_target_mismatch'])
    expect(await whoIs(browser)).toBeUndefined()
  })

  it('works once', async () => {
    const application = await start()
    const url = at(await startUrl(application))
    await application.visitor().open(url, sent).expect(302)
    expectRefused(await application.visitor().open(url, sent), 400, 'login_state_used')
    const other = path === '/login' ? '/callback' : '/login'
    const elsewhere = await application.visitor().open(url.replace(path, other), sent)
    expectRefused(elsewhere, 400, 'login_state_used')
  })

  it.each([-300, 0, 300])(
    'works once as long as it lives, with a store whose clock is %i s ahead',
    async (aheadSeconds) => {
      let now = Date.now()
      const clock = () => now
      const store = memoryStore({ clock: () => now + aheadSeconds * 1000 })
      const application = await start({ seed: { clock }, options: { clock, store } })
      const url = at(await startUrl(application))
      await application.visitor().open(url, sent).expect(302)
      // Scalekit's live for five minutes, and half a minute is given to clocks that differ.
      now += 329_000
      expectRefused(await application.visitor().open(url, sent), 400, 'login_state_used')
      now += 2000
      expectRefused(await application.visitor().open(url, sent), 400, 'idp_login_invalid')
    },
  )

  it('works once however its signature is spelled', async () => {
    const application = await start()
    const url = at(await startUrl(application))
    await application.visitor().open(url, sent).expect(302)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const again = url.slice(0, -1) + alphabet[alphabet.indexOf(url.at(-1)!) ^ 1]
    expectRefused(await application.visitor().open(again, sent), 400, 'login_state_used')
  })

  it('works once for two browsers at the same moment', async () => {
    const application = await start()
    const url = at(await startUrl(application))
    const both = [application.visitor(), application.visitor()].map((each) => each.open(url, sent))
    const statuses = (await Promise.all(both)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([302, 400])
  })

  it.each([
    ['fetch()', background],
    ['a prefetch', { ...sent, 'Sec-Purpose': 'prefetch' }],
    ['a prerendering', { ...sent, 'Sec-Purpose': 'prefetch;prerender' }],
    ['a frame', { ...sent, 'Sec-Fetch-Dest': 'iframe' }],
  ])('is not used up by %s', async (_what, headers) => {
    const application = await start()
    const browser = application.visitor()
    const url = at(await startUrl(application))
    expectRefused(await browser.open(url, headers), 400, 'navigation_required')
    await browser.open(url, sent).expect(302)
  })

  it('is not used up by HEAD', async () => {
    const application = await start()
    const url = at(await startUrl(application))
    const answer = await fetch(application.url + url, { method: 'HEAD' })
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([405, []])
    await application.visitor().open(url, sent).expect(302)
  })

  it.each([
    ['two tokens', '&idp_initiated_login=x', 'parameter_invalid'],
    ['two relay states', '&relay_state=/a&relay_state=/b', 'parameter_invalid'],
    ['another issuer beside it', '&iss=https://evil.example', 'parameter_invalid'],
    ['a code beside it', '&code=x', 'parameter_invalid'],
    ['an error beside it', '&error=access_denied', 'login_denied'],
    ['an unknown error beside it', `&error=${encodeURIComponent('<b>x')}`, 'provider_failed'],
    [
      'a description of an error beside it',
      `&error_description=${encodeURIComponent('<script>alert(1)</script>')}`,
      'provider_failed',
    ],
  ])('is refused with %s, and not used up', async (_what, more, code) => {
    const application = await start()
    const url = at(await startUrl(application))
    const answer = await application.visitor().open(url + more, sent)
    const status = { login_denied: 403, provider_failed: 502 }[code] ?? 400
    expectRefused(answer, status, code)
    expect(answer.text).not.toMatch(/<script>|<b>x/)
    await application.visitor().open(url, sent).expect(302)
  })

  it('is sent to our own host first', async () => {
    const application = await start()
    const url = at(await startUrl(application))
    const headers = { ...sent, Host: 'other.example' }
    const first = await application.visitor().open(url, headers).expect(302)
    expect(first.headers.location).toBe(`${application.url}${url}&redirected=1`)
    expect(first.headers['set-cookie']).toBeUndefined()
    const second = await application.visitor().open(first.headers.location!, sent).expect(302)
    expect(second.headers.location).toContain('/oauth/authorize')
  })
})

describe('a store that does not know whether a token was used', () => {
  it.each<[string, () => Promise<never>]>([
    ['fails', () => Promise.reject(new Error('connection refused'))],
    ['hangs', () => new Promise(() => {})],
  ])('and %s begins no sign-in, with 503', async (_how, claim) => {
    const application = await start({
      options: { store: { ...memoryStore(), singleUse: { claim } } },
    })
    const answer = await application.visitor().open(await startUrl(application), sent)
    expectRefused(answer, 503, 'store_unavailable')
  })
})

describe('a token that', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['is of another issuer', { iss: 'https://evil.example' }],
    ['is for somebody else', { aud: 'skc_2' }],
    ['is too old', { exp: 1 }],
    ['is of another day', { iat: 1 }],
    ['names no organization', { organization_id: null }],
    ['names an organization of yours', { organization_id: 'acme' }],
    ['names no connection', { connection_id: null }],
    ['is about somebody', { sub: 'usr_1' }],
    ['belongs to a sign-in', { nonce: 'n' }],
    ['is a logout token', { events: {} }],
  ])('%s is refused', async (_what, idpLogin) => {
    const application = await start()
    application.emulator.fail({ idpLogin })
    const url = await startUrl(application)
    expectRefused(await application.visitor().open(url, sent), 400, 'idp_login_invalid')
  })

  it('somebody else signed, or nobody, or that was changed, is refused', async () => {
    const application = await start()
    const token = tokenIn(await startUrl(application))
    const [head, payload, signature] = token.split('.') as [string, string, string]
    const { kid } = decodeProtectedHeader(token)
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const foreign = await new CompactSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: kid! })
      .sign(privateKey)
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
    const globex = { ...decodeJwt(token), organization_id: 'org_70087756662964366' }
    const changed = Buffer.from(JSON.stringify(globex)).toString('base64url')
    const forged = [
      foreign,
      `${none}.${payload}.`,
      `${head}.${changed}.${signature}`,
      '',
      'x',
      '..',
      'a'.repeat(5000),
      `${'a.'.repeat(2000)}`,
    ]
    for (const each of forged) {
      const url = `/login?${new URLSearchParams({ idp_initiated_login: each })}`
      expectRefused(await application.visitor().open(url, sent), 400, 'idp_login_invalid')
    }
  })

  it('has a hundred thousand characters is refused before it is looked at', async () => {
    const application = await start()
    const url = `${application.url}/login?idp_initiated_login=${'a'.repeat(100_000)}`
    const { status } = await fetch(url, { headers: navigation })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(application.emulator.requests).toEqual([])
  })

  it('has a hint that cannot be sent begins a sign-in without it', async () => {
    const application = await start()
    application.emulator.fail({ idpLogin: { login_hint: 'Ada "Countess" <b>' } })
    const begun = await application.visitor().begin(await startUrl(application))
    expect(begun.searchParams.has('login_hint')).toBe(false)
    expect(begun.searchParams.get('connection_id')).toBe(connection)
  })

  it('cannot be checked off in the store gets 503', async () => {
    const store = memoryStore()
    const singleUse = { claim: () => Promise.reject(new Error('read only')) }
    const application = await start({ options: { store: { ...store, singleUse } } })
    const url = await startUrl(application)
    expectRefused(await application.visitor().open(url, sent), 503, 'store_unavailable')
  })
})

describe('an error of an IdP-initiated login', () => {
  it('is told at /login, and begins no sign-in', async () => {
    const { visitor } = await start()
    const description = encodeURIComponent('<script>alert(1)</script>')
    const url = `/login?error=access_denied&error_description=${description}`
    const answer = await visitor().open(url, sent)
    expectRefused(answer, 403, 'login_denied')
    expect(answer.text).not.toContain('<script>')
  })
})

describe('the relay state', () => {
  /** Where a sign-in ends whose token, or whose URL, has this relay state. */
  async function landing(application: Application, place: string, where: 'token' | 'query') {
    const browser = application.visitor()
    // Two tokens of one second are one and the same, which could be used once.
    application.emulator.fail({ idpLogin: { jti: place.slice(0, 100) } })
    const options = where === 'token' ? { relayState: place } : {}
    const more = where === 'query' ? `&${new URLSearchParams({ relay_state: place })}` : ''
    const begun = await browser.open((await startUrl(application, ada, options)) + more, sent)
    expect([place, new URL(begun.headers.location!).searchParams.get('state')]).toEqual([
      place,
      expect.stringMatching(/^[\w-]{43}$/),
    ])
    return (await finish(browser, begun).then(({ headers }) => headers.location))!
  }

  it.each(['token', 'query'] as const)(
    'in the %s never leads elsewhere',
    async (where) => {
      const application = await start()
      const { url } = application
      const places = [...hostilePlaces, `${url}.evil.example`, `${url}//evil.example`, `${url}@x`]
      const ends: [string, string][] = []
      for (const place of places) ends.push([place, await landing(application, place, where)])
      expect(ends.filter(([, end]) => end !== '/')).toEqual([])
    },
    60_000,
  )

  it.each(['token', 'query'] as const)(
    'in the %s leads to every place of the application',
    async (where) => {
      const application = await start()
      const ends: string[] = []
      for (const place of goodPlaces) ends.push(await landing(application, place, where))
      expect(ends).toEqual(goodPlaces)
      expect(await landing(application, `${application.url}/app?tab=1`, where)).toBe('/app?tab=1')
    },
    60_000,
  )
})

describe('over a live session', () => {
  async function signedIn(who = ada) {
    const application = await start()
    const browser = application.visitor()
    await browser.signIn('/login?organization_id=acme', who)
    const session = browser.cookie(sessionCookie)
    return { ...application, application, browser, session }
  }

  it('of the same person and organization, goes on without asking', async () => {
    const { application, browser } = await signedIn()
    application.emulator.fail({ idpLogin: { login_hint: 'ADA@acme.example' } })
    const begun = await browser.open(await startUrl(application), sent).expect(302)
    expect(begun.headers.location).toContain('/oauth/authorize')
  })

  it.each([
    ['another person', grace, {}],
    ['another organization', katherine, {}],
    ['the same address in another organization', katherine, { login_hint: ada }],
    ['nobody in particular', ada, { login_hint: null }],
  ])('asks before %s takes its place', async (_what, who, idpLogin) => {
    const { application, browser, session } = await signedIn()
    application.emulator.fail({ idpLogin })
    const url = await startUrl(application, who)
    for (const headers of [sent, confirmed]) {
      const answer = await browser.open(url, headers).expect(200)
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(answer.text).toContain(`<form class="ways" method="post" action="${url}">`)
    }
    expect(browser.cookie(sessionCookie)).toBe(session)
    expect(await whoIs(browser)).toBe(ada)
  })

  it.each(['/login', '/callback'])('goes on by the form of the page at %s', async (path) => {
    const { application, browser } = await signedIn()
    const relayState = '/app?tab=1&view=all'
    const url = (await startUrl(application, katherine, { relayState })).replace('/login', path)
    const page = await browser.open(url, sent).expect(200)
    const action = actionOf(page)
    const begun = await browser.post(action, confirmed).expect(303)
    const answer = await finish(browser, begun, katherine)
    expect([answer.status, answer.headers.location]).toEqual([302, relayState])
    expect(await whoIs(browser)).toBe(katherine)
    expectRefused(await browser.post(action, confirmed), 400, 'login_state_used')
  })

  it('asks in its own words where only the organization is another', async () => {
    const application = await start()
    const browser = application.visitor()
    await browser.signIn('/login?organization_id=acme', grace)
    await browser.signIn('/login?organization_id=globex', grace)
    const url = await startUrl(application, grace, { organizationId: acme })
    const { text } = await browser.open(url, sent).expect(200)
    expect(text).toContain('<h1>Switch organizations?</h1>')
    expect(text).toContain(
      'Your identity provider asks to sign in to <bdi><b>Acme</b></bdi> instead.',
    )
  })

  it('keeps the relay state of the query on the way through the page', async () => {
    const { application, browser } = await signedIn()
    const url = `${await startUrl(application, grace)}&relay_state=%2Fapp%3Fa%3D1%26b`
    const page = await browser.open(url, sent).expect(200)
    const action = actionOf(page)
    const answer = await finish(browser, await browser.post(action, confirmed), grace)
    expect(answer.headers.location).toBe('/app?a=1&b')
  })

  it('goes on once its form was sent behind a proxy that does not pass the host on', async () => {
    const { application, browser } = await signedIn()
    const hidden = { Host: 'inside.example' }
    const first = await browser.open(await startUrl(application, grace), { ...sent, ...hidden })
    const page = await browser.open(first.headers.location!, { ...sent, ...hidden }).expect(200)
    const answer = await browser.post(actionOf(page), { ...confirmed, ...hidden }).expect(303)
    expect(answer.headers.location).toContain('/oauth/authorize')
  })

  it.each<[string, Readonly<Record<string, string>>]>([
    ['another site', { ...navigation, 'Sec-Fetch-Site': 'cross-site' }],
    ['another host of the same site', { ...navigation, 'Sec-Fetch-Site': 'same-site' }],
    ['nowhere', navigation],
    ['an old browser on another site', { Accept: 'text/html', Origin: 'https://evil.example' }],
    ['an old browser that hides the origin', { Accept: 'text/html', Origin: 'null' }],
    ['an old browser that says nothing', { Accept: 'text/html' }],
    ['who has a token for scripts', { ...confirmed, 'X-CSRF-Token': 'x' }],
  ])('refuses the form of %s', async (_what, headers) => {
    const { application, browser, session } = await signedIn()
    const url = await startUrl(application, katherine)
    expectRefused(await browser.post(url, headers), 403, 'cross_site_request')
    expect(browser.cookie(sessionCookie)).toBe(session)
    await browser.post(url, confirmed).expect(303)
  })

  it('refuses a POST of a script, and any other POST', async () => {
    const { application, browser } = await signedIn()
    const url = await startUrl(application, katherine)
    await browser.post(url, background).expect(400)
    const others = ['/login', '/login?domain=acme.example', '/callback?code=x&state=y']
    for (const other of others) {
      const answer = await browser.post(other, confirmed).expect(405)
      expect(answer.headers.allow).toBe('GET')
    }
    const put = await fetch(application.url + url, { method: 'PUT', headers: confirmed })
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST'])
  })

  it('shows the names on the page as text', async () => {
    const { application, browser } = await signedIn()
    application.emulator.fail({ idpLogin: { login_hint: '"><script>alert(1)</script>' } })
    const answer = await browser.open(await startUrl(application), sent).expect(200)
    expect(answer.text).toContain('&quot;&gt;&lt;script&gt;')
    expect(answer.text).not.toContain('<script>')
    expect(answer.text).toContain(ada)
  })

  it('that nobody can check, answers 503 and keeps it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    let isDown = false
    const store = memoryStore()
    const since: typeof store.revocations.since = (cursor) =>
      isDown ? Promise.reject(new Error('down')) : store.revocations.since(cursor)
    const revocations = { write: store.revocations.write, since }
    const options = { store: { ...store, revocations } }
    const application = await start({ options })
    const browser = application.visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    const url = await startUrl(application, katherine)
    isDown = true
    // Makes what the process knows of the store too old.
    vi.advanceTimersByTime(1001)
    expectRefused(await browser.open(url, sent), 503, 'store_unavailable')
    isDown = false
    await eventually(() => browser.open(url, sent).expect(200).then())
  })
})
