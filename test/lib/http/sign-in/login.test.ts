import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../../src/index.ts'
import { submitted } from '../../../support/email-page.ts'
import { start } from '../../../support/start.ts'
import { background, navigation } from '../../../support/visitor.ts'

const acme = 'conn_69615647365005431'
/** What Acme's domain leads to. */
const found = { connection_id: acme, organization_id: 'org_69615647365005430' }
const home = '/login?organization_id=org_69615647365005430'

/** Where `/login?query` leads at Scalekit. */
async function begin(query: string, login: ScalekitAuthOptions['login'] = {}, options = {}) {
  const { visitor } = await start({
    options: { login: { fallback: 'hosted', ...login }, ...options },
  })
  return (await visitor().begin(`/login?${query}`)).searchParams
}

/** How `/login?query` is refused. */
async function refuse(query: string, options = {}) {
  const { visitor, emulator } = await start({ options })
  const answer = await visitor().open(`/login?${query}`, { Accept: 'application/json, text/html' })
  expect(answer.headers.location).toBeUndefined()
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(emulator.requests).toEqual([])
  return { status: answer.status, code: /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1] }
}

const selectors = [
  'connection_id',
  'organization_id',
  'domain',
  'domain_hint',
  'provider',
  'login_hint',
]

function selectorsIn(params: URLSearchParams) {
  return Object.fromEntries([...params].filter(([name]) => selectors.includes(name)))
}

describe('what /login sends to Scalekit', () => {
  it('is an authorization request with state, nonce and PKCE', async () => {
    const { visitor, emulator, url } = await start()
    const { origin, pathname, searchParams } = await visitor().begin(
      '/login?domain=nowhere.example',
    )
    expect(origin + pathname).toBe(`${emulator.url}/oauth/authorize`)
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: emulator.options.clientId,
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: `${url}/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      domain: 'nowhere.example',
      domain_hint: 'nowhere.example',
    })
  })

  it('never repeats state, nonce or code challenge', async () => {
    const { visitor } = await start()
    const requests = [await visitor().begin(home), await visitor().begin(home)]
    const secrets = requests.flatMap(({ searchParams }) =>
      ['state', 'nonce', 'code_challenge'].map((name) => searchParams.get(name)),
    )
    expect(new Set(secrets).size).toBe(6)
  })

  it.each([
    ['connection_id=conn_1', { connection_id: 'conn_1' }],
    ['organization_id=org_1', { organization_id: 'org_1' }],
    ['organization_id=acme', { organization_id: 'org_69615647365005430' }],
    ['domain=NoWhere.Example', { domain: 'nowhere.example', domain_hint: 'nowhere.example' }],
    ['domain=acme.example', found],
    ['login_hint=ada@nowhere.example', { login_hint: 'ada@nowhere.example' }],
    ['login_hint=ada@acme.example', { ...found, login_hint: 'ada@acme.example' }],
    ['', {}],
    [
      'organization_id=org_1&login_hint=ada@acme.example',
      { organization_id: 'org_1', login_hint: 'ada@acme.example' },
    ],
    [
      'connection_id=conn_1&organization_id=org_1&domain=acme.example',
      { connection_id: 'conn_1', organization_id: 'org_1' },
    ],
    ['organization_id=org_1&domain=acme.example', { organization_id: 'org_1' }],
    ['domain=&organization_id=org_1', { organization_id: 'org_1' }],
  ])('names the most exact target of %j', async (query, expected) => {
    expect(selectorsIn(await begin(query))).toEqual(expected)
  })

  it('names a social provider that the application offers', async () => {
    const params = await begin('provider=google&login_hint=a@b.example', { providers: ['google'] })
    expect(selectorsIn(params)).toEqual({ provider: 'google', login_hint: 'a@b.example' })
  })

  it.each(['login', 'create', 'select_account', 'none', 'consent'])(
    'passes prompt=%s on',
    async (prompt) => {
      expect((await begin(`prompt=${prompt}`)).get('prompt')).toBe(prompt)
    },
  )

  it.each([
    ['prompt=login+consent', { prompt: 'login consent', max_age: '0' }],
    ['prompt=consent%20select_account', { prompt: 'consent select_account' }],
    ['ui_locales=de+en-GB', { ui_locales: 'de en-GB' }],
    ['acr_values=urn:mace:incommon:iap:silver+2', { acr_values: 'urn:mace:incommon:iap:silver 2' }],
  ])('passes the list of %s on', async (query, expected) => {
    expect(Object.fromEntries(await begin(query))).toMatchObject(expected)
  })

  it('has what auth.login says', async () => {
    const request = { uiLocales: 'de', acrValues: 'mfa', prompt: 'login consent' }
    const { visitor } = await start({
      options: { login: { fallback: 'hosted' } },
      mount(app, auth) {
        app.use('/enter', (req, res, next) => void auth.login(req, res, request).catch(next))
      },
    })
    const { searchParams } = await visitor().begin('/enter')
    expect(Object.fromEntries(searchParams)).toMatchObject({
      ui_locales: 'de',
      acr_values: 'mfa',
      prompt: 'login consent',
    })
  })

  it('keeps languages and ways of authenticating on its way through the email page', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const asked = await browser.open('/login?ui_locales=de&acr_values=mfa').expect(200)
    const { searchParams } = await browser.begin(submitted(asked.text, 'ada@acme.example'))
    expect(Object.fromEntries(searchParams)).toMatchObject({ ui_locales: 'de', acr_values: 'mfa' })
  })

  it('asks for the scopes the application names', async () => {
    const params = await begin('', {}, { scopes: ['openid', 'email', 'offline_access'] })
    expect(params.get('scope')).toBe('openid email offline_access')
  })

  it('ignores parameters it does not know', async () => {
    const params = await begin(
      'utm_source=mail&state=mine&redirect_uri=https://evil.example&scope=all',
    )
    expect(params.get('utm_source')).toBeNull()
    expect(params.getAll('state')).not.toContain('mine')
    expect(params.get('redirect_uri')).not.toContain('evil')
    expect(params.get('scope')).toBe('openid email profile')
  })

  it('has the configured redirect URI whatever the Host header says', async () => {
    const { visitor, url } = await start()
    const browser = visitor()
    const sent = await browser.open('/login?domain=acme.example', { Host: 'evil.example' })
    expect([sent.status, sent.headers.location]).toEqual([
      302,
      `${url}/login?domain=acme.example&redirected=1`,
    ])
    expect(sent.headers['set-cookie']).toBeUndefined()
    // A proxy that does not pass the host on: sent once, then the sign-in begins all the same.
    const again = await browser.open(sent.headers.location!, { Host: 'evil.example' }).expect(302)
    const authorizeUrl = new URL(again.headers.location!)
    expect(authorizeUrl.searchParams.get('redirect_uri')).toBe(`${url}/callback`)
    expect(authorizeUrl.searchParams.has('redirected')).toBe(false)
  })

  it.each([
    ['http', 'two.example'],
    ['http', 'TWO.example:80'],
    ['https', 'two.example:443'],
  ])('has the redirect URI of the configured %s origin that %s asks for', async (scheme, Host) => {
    const baseUrl = [`${scheme}://one.example`, `${scheme}://two.example`]
    const { visitor } = await start({ options: { baseUrl } })
    const { headers } = await visitor().open(home, { Host }).expect(302)
    const redirectUri = new URL(headers.location!).searchParams.get('redirect_uri')
    expect(redirectUri).toBe(`${scheme}://two.example/callback`)
  })

  it('has the redirect URI of no origin for its host at another port', async () => {
    const { visitor } = await start({ options: { baseUrl: 'https://one.example' } })
    for (const Host of ['one.example:80', 'one.example:4443', 'one.example:443:443']) {
      const { headers } = await visitor().open(home, { Host }).expect(302)
      expect(headers.location).toBe(`https://one.example${home}&redirected=1`)
    }
  })
})

describe('what /login takes', () => {
  it('a page inside an Android app, which names itself in X-Requested-With', async () => {
    const { visitor } = await start()
    await visitor().open(home, { 'X-Requested-With': 'com.example.app' }).expect(302)
  })
})

describe('what /login refuses', () => {
  it.each([
    ['provider=google&organization_id=org_1', 'ambiguous_target'],
    ['provider=google&connection_id=conn_1', 'ambiguous_target'],
    ['provider=google&domain=acme.example', 'ambiguous_target'],
    ['organization_id=org_1&organization_id=org_2', 'ambiguous_target'],
    ['domain=acme.example&domain=globex.example', 'ambiguous_target'],
    ['provider=github', 'provider_not_allowed'],
    ['provider=__proto__', 'parameter_invalid'],
    ['prompt=now', 'parameter_invalid'],
    ['prompt=login+now', 'parameter_invalid'],
    ['prompt=none+login', 'parameter_invalid'],
    ['prompt=login++consent', 'parameter_invalid'],
    ['allow_anonymous=1', 'parameter_invalid'],
    ['allow_anonymous=1&prompt=login', 'parameter_invalid'],
    ['ui_locales=de,en', 'parameter_invalid'],
    ['acr_values=a%0D%0Ab', 'parameter_invalid'],
    ['ui_locales=de&ui_locales=en', 'parameter_invalid'],
    ['prompt=__proto__', 'parameter_invalid'],
    ['login_hint=a@b.example&login_hint=c@d.example', 'parameter_invalid'],
    ['login_hint=a%0d%0aSet-Cookie:x', 'parameter_invalid'],
    ['organization_id=org_1%00', 'parameter_invalid'],
    ['organization_id=../admin', 'parameter_invalid'],
    ['connection_id=conn%201', 'parameter_invalid'],
    ['domain=localhost', 'parameter_invalid'],
    ['domain=acme.example/x', 'parameter_invalid'],
    ['domain=ada@acme.example', 'parameter_invalid'],
    ['domain=%D0%B0cme.example', 'parameter_invalid'],
  ])('%s is answered with %s', async (query, code) => {
    const options = { login: { providers: ['google'] } }
    expect(await refuse(query, options)).toEqual({ status: 400, code })
  })

  it.each([
    ['login hint', `login_hint=${'a'.repeat(10_000)}`],
    ['domain', `domain=${'a.'.repeat(200)}example`],
  ])('a %s that is too long', async (_what, query) => {
    expect(await refuse(query)).toEqual({ status: 400, code: 'parameter_invalid' })
  })

  it('anything but a GET', async () => {
    const { visitor } = await start()
    const answer = await visitor().post('/login', navigation).expect(405)
    expect(answer.headers.allow).toBe('GET')
  })

  it.each([
    ['fetch() in a page', background],
    ['an image', { ...navigation, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    ['a frame', { ...navigation, 'Sec-Fetch-Dest': 'iframe' }],
    ['a prefetch', { ...navigation, 'Sec-Purpose': 'prefetch;prerender' }],
    ['a script library', { ...navigation, 'X-Requested-With': 'XMLHttpRequest' }],
  ])('%s, which would leave a sign-in nobody finishes', async (_what, headers) => {
    const { visitor } = await start()
    const answer = await visitor().open('/login', headers).expect(400)
    expect(answer.text).toContain('navigation_required')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('HEAD, which a link scanner sends', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/login`, { method: 'HEAD', headers: navigation })
    expect(answer.status).toBe(405)
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

describe('when Scalekit cannot be reached', () => {
  it('/login answers 503 with a page, and works again without a restart', async () => {
    let now = Date.now()
    const { visitor, emulator } = await start({ options: { clock: () => now } })
    emulator.fail({ path: '/.well-known/openid-configuration', status: 503 })
    const answer = await visitor().open(home).expect(502)
    expect(answer.text).toContain('provider_failed')
    expect(answer.headers['set-cookie']).toBeUndefined()
    now += 1000
    await visitor().begin(home)
  })

  it('asks for the discovery document once for all who wait, and then not for a second', async () => {
    let now = Date.now()
    const { visitor, emulator } = await start({ options: { clock: () => now } })
    emulator.fail({ path: '/.well-known/openid-configuration', reset: true, times: 100 })
    const waiting = Array.from({ length: 20 }, () => visitor().open(home).expect(503))
    await Promise.all(waiting)
    await visitor().open(home).expect(503)
    expect(emulator.requests).toHaveLength(1)
    now += 1000
    await visitor().open(home).expect(503)
    expect(emulator.requests).toHaveLength(2)
  })

  it.each([
    ['another issuer', { issuer: 'https://evil.example' }],
    ['a token endpoint elsewhere', { token_endpoint: 'https://evil.example/token' }],
    ['keys elsewhere', { jwks_uri: 'https://evil.example/keys' }],
    [
      'an authorization endpoint that runs script',
      { authorization_endpoint: 'javascript:alert(1)' },
    ],
    ['a logout endpoint elsewhere', { end_session_endpoint: 'https://evil.example/logout' }],
    ['no token endpoint', { token_endpoint: undefined }],
  ])('a discovery document with %s is not used', async (_what, lie) => {
    const { visitor, emulator } = await start()
    const address = `${emulator.url}/.well-known/openid-configuration`
    const truth = await fetch(address).then((answer) => answer.json())
    emulator.fail({
      path: '/.well-known/openid-configuration',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...truth, ...lie }),
    })
    const answer = await visitor().open('/login?organization_id=acme').expect(502)
    expect(answer.headers.location).toBeUndefined()
    expect(answer.text).toContain('provider_failed')
  })
})

describe('the cookie of a sign-in in progress', () => {
  it('is HttpOnly, Lax, short-lived and says nothing', async () => {
    const { visitor } = await start()
    const { headers } = await visitor()
      .open('/login?domain=acme.example&return_to=/deep')
      .expect(302)
    const [line] = headers['set-cookie'] as unknown as string[]
    expect(line).toMatch(/^scalekit-tx-[a-z0-9]{9}-[\w-]{22}=1\.[\w-]+\.[\w-]+; /)
    expect(line).toMatch(/; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax$/)
    const value = line!.split('=')[1]!.split(';')[0]!
    for (const part of value.split('.')) {
      const text = Buffer.from(part, 'base64url').toString('latin1')
      expect(text).not.toMatch(/deep|acme|nonce|return/i)
    }
    expect(headers['cache-control']).toBe('no-store')
  })

  it('has the __Host- prefix and is Secure over https', async () => {
    const { visitor } = await start({ options: { baseUrl: 'https://app.example' } })
    const { headers } = await visitor().open(home, { Host: 'app.example' }).expect(302)
    const [line] = headers['set-cookie'] as unknown as string[]
    expect(line).toMatch(/^__Host-scalekit-tx-.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(line).not.toContain('Domain')
  })

  it('is one of those that fit into five kilobytes, and the newest stay', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const begun: URL[] = []
    for (let tab = 0; tab < 12; tab += 1) {
      begun.push(
        await browser.begin(`/login?domain=acme.example&return_to=/${'x'.repeat(tab * 80)}`),
      )
      const names = browser.cookieNames()
      const bytes = names.reduce(
        (sum, name) => sum + name.length + browser.cookie(name)!.length + 3,
        0,
      )
      expect(bytes).toBeLessThan(5 * 1024 + 500)
    }
    expect(browser.cookieNames().length).toBeGreaterThan(1)
  })
})
