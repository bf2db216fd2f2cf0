import { describe, expect, it } from 'vitest'
import type { ResolveLogin } from '../../../../src/lib/config/options.ts'
import type { LoginRequest } from '../../../../src/lib/ground/types.ts'
import { findDestination } from '../../../../src/lib/http/sign-in/destination.ts'
import { domainOfEmail } from '../../../../src/lib/http/sign-in/login-target.ts'
import type { Emulator, EmulatorSeed, FaultRule } from '../../../../src/testing.ts'
import { type Application, mountAtRoot } from '../../../support/application.ts'
import { neverAnswered } from '../../../support/never-answered.ts'
import { start } from '../../../support/start.ts'
import { inVirtualTime } from '../../../support/virtual-time.ts'
import { requestWith } from '../../requests.ts'

const ada = 'ada@acme.example'
const connection = 'conn_69615647365005431'
const acme = 'org_69615647365005430'
const globex = 'org_70087756662964366'
const hosted = { fallback: 'hosted' } as const

/** How often the domain of an address was looked up. */
function lookUpsAt({ requests }: Emulator): number {
  return requests.filter(({ path }) => path === '/api/v1/connections').length
}

/** What Scalekit is asked for, or the page that asks the person. */
async function destinationOf({ visitor }: Application, query: string, headers = {}) {
  const { status, headers: answered, text } = await visitor().open(`/login?${query}`, headers)
  if (status !== 302) return { status, asks: / name="login_hint"/.test(text) }
  const { searchParams } = new URL(answered.location!)
  const selectors = [...searchParams].filter(([name]) => sent.includes(name))
  return Object.fromEntries(selectors)
}

const sent = ['connection_id', 'organization_id', 'domain', 'provider', 'login_hint']
const asksAgain = { status: 200, asks: true }

describe('a domain', () => {
  it('leads to its one connection, whatever its case', async () => {
    const application = await start()
    const found = { connection_id: connection, organization_id: acme }
    expect(await destinationOf(application, 'domain=acme.example')).toEqual(found)
    expect(await destinationOf(application, 'domain=ACME.Example')).toEqual(found)
    expect(lookUpsAt(application.emulator)).toBe(1)
  })

  it('pins connection and organization', async () => {
    const { emulator, visitor } = await start()
    const browser = visitor()
    const other = { oid: 'org_70087756662964366' }
    emulator.fail({ idToken: other })
    emulator.fail({ accessToken: other })
    const answer = await browser.trySignIn('/login?domain=acme.example', ada)
    expect([answer.status, answer.text.includes('login_target_mismatch')]).toEqual([403, true])
    emulator.fail({ idToken: { amr: ['conn_70087756662964367'] } })
    const again = await browser.trySignIn('/login?domain=acme.example', ada)
    expect([again.status, again.text.includes('login_target_mismatch')]).toEqual([403, true])
  })

  it.each(['nowhere.example', 'mail.acme.example', 'cme.example', 'acme.example.nowhere.example'])(
    '%s that nobody has is named to Scalekit, which knows better what is wrong',
    async (domain) => {
      expect(await destinationOf(await start(), `domain=${domain}`)).toEqual({ domain })
    },
  )

  it('is not looked up beside something more exact', async () => {
    const application = await start({ options: { login: { providers: ['google'] } } })
    await destinationOf(application, 'domain=acme.example&organization_id=globex')
    await destinationOf(application, 'domain=acme.example&connection_id=conn_1')
    await destinationOf(application, `provider=google&login_hint=${ada}`)
    expect(lookUpsAt(application.emulator)).toBe(0)
  })

  it('with a letter that only becomes ASCII in lower case is refused', async () => {
    const { status } = await destinationOf(await start(), 'domain=blac%E2%84%AA.example')
    expect(status).toBe(400)
  })
})

describe('an email address', () => {
  it('leads to its domain’s connection, as a hint for it', async () => {
    expect(await destinationOf(await start(), `login_hint=${ada}`)).toEqual({
      connection_id: connection,
      organization_id: acme,
      login_hint: ada,
    })
  })

  const unusable: readonly (readonly [string, EmulatorSeed['organizations']])[] = [
    ['nobody has', []],
    ['has no connection', [{ displayName: 'Acme', domains: ['acme.example'], connection: null }]],
    ['has one that is switched off', [acmeWith({ enabled: false })]],
    ['has one that is a draft', [acmeWith({ status: 'DRAFT' })]],
    ['has one that is not set up to its end', [acmeWith({ status: 'IN_PROGRESS' })]],
  ]

  it.each(unusable)('of a domain that %s gets the fallback', async (_what, organizations) => {
    const seed = { organizations: organizations! }
    expect(await destinationOf(await start({ seed }), `login_hint=${ada}`)).toEqual(asksAgain)
    const elsewhere = await start({ seed, options: { login: hosted } })
    expect(await destinationOf(elsewhere, `login_hint=${ada}`)).toEqual({ login_hint: ada })
  })

  it('of a domain that several have is left to Scalekit, unpinned', async () => {
    const organizations = [acmeWith({}), { displayName: 'Sister', domains: ['acme.example'] }]
    const application = await start({ seed: { organizations } })
    expect(await destinationOf(application, `login_hint=${ada}`)).toEqual({ login_hint: ada })
  })

  it.each<[string, FaultRule]>([
    ['fails', { path: '/api/v1/connections', status: 503, times: 3 }],
    ['refuses', { path: '/api/v1/connections', status: 403 }],
    [
      'answers something else',
      { path: '/api/v1/connections', status: 200, body: '<html>', times: 3 },
    ],
    ['breaks off', { path: '/api/v1/connections', reset: true, times: 6 }],
    ['gets no token', { path: '/oauth/token', status: 401 }],
  ])('is left to Scalekit where the look-up %s, and the sign-in ends well', async (_how, fault) => {
    const { emulator, visitor, log } = await start()
    emulator.fail(fault)
    const browser = visitor()
    const landed = await browser.signIn(`/login?login_hint=${ada}&return_to=/app`, ada)
    expect(landed.headers.location).toBe('/app')
    expect(log.join()).toContain('the connection of "acme.example" could not be looked up')
    expect(await destinationOf({ emulator, visitor } as Application, `login_hint=${ada}`)).toEqual({
      connection_id: connection,
      organization_id: acme,
      login_hint: ada,
    })
  })

  it('is left to Scalekit in time where the look-up hangs', async () => {
    const application = await start()
    application.emulator.fail({ path: '/api/v1/connections', hang: true })
    await inVirtualTime(async () => {
      const startedAt = performance.now()
      expect(await destinationOf(application, `login_hint=${ada}`)).toEqual({ login_hint: ada })
      expect(performance.now() - startedAt).toBeLessThan(5000)
    })
  })

  it.each([
    ['ada@acme.example@acme.example', 'two @'],
    ['ada@evil.example@acme.example', 'two @'],
    ['ada＠evil.example@acme.example', 'a full-width @ before it'],
    ['ada＠acme.example', 'a full-width @'],
    ['ada@аcme.example', 'a Cyrillic а'],
    ['ada@acme。example', 'an ideographic full stop'],
    ['ada@acme.example.', 'a dot at its end'],
    ['ada@.acme.example', 'a dot at its start'],
    ['ada@acme..example', 'two dots'],
    ['ada@acme', 'no dot'],
    ['ada@', 'no domain'],
    ['@acme.example', 'no local part'],
    ['ada', 'no @'],
    ['ada@[127.0.0.1]', 'an address literal'],
    ['ada@acme.example:8080', 'a port'],
    ['ada@acme.example/..', 'a path'],
    ['ada@acme.example?x', 'a query'],
    ['ada@acme%2eexample', 'an escaped dot'],
    ['ada%40evil.example@acme_example', 'an underscore'],
    ['(x)ada@acme.example', 'a comment'],
    ['a,b@acme.example', 'a list'],
    ['mailto:ada@acme.example', 'a scheme'],
    [`${'a'.repeat(65)}@acme.example`, 'a local part of 65 characters'],
    ['ádá@acme.example', 'letters beyond ASCII'],
    ['ada\u200b@acme.example', 'a zero-width space'],
  ])('%s is never matched (%s)', (address) => {
    expect(domainOfEmail(address)).toBeUndefined()
  })

  it.each([
    ['"ada"@acme.example', 'quotes'],
    ['ada @acme.example', 'a space'],
    ['<ada@acme.example>', 'brackets'],
    ['ada\r\n@acme.example', 'a line break'],
    ['ada\u0000@acme.example', 'a NUL'],
    [`${'a'.repeat(60)}@${'acme.'.repeat(38)}example`, 'more than 254 characters'],
  ])('%j is refused (%s)', async (address) => {
    const application = await start()
    const query = String(new URLSearchParams({ login_hint: address }))
    expect((await destinationOf(application, query)).status).toBe(400)
    expect(application.emulator.requests).toEqual([])
  })

  it.each(['ada＠acme.example', 'ada@evil.example@acme.example', 'ada@аcme.example', 'ada'])(
    '%s that is odd is asked for again, or is a hint, and nothing is looked up',
    async (address) => {
      const query = String(new URLSearchParams({ login_hint: address }))
      const application = await start()
      expect(await destinationOf(application, query)).toEqual(asksAgain)
      const elsewhere = await start({ options: { login: hosted } })
      expect(await destinationOf(elsewhere, query)).toEqual({ login_hint: address })
      expect(lookUpsAt(application.emulator) + lookUpsAt(elsewhere.emulator)).toBe(0)
    },
  )

  it.each([
    ['Ada@ACME.Example', 'acme.example'],
    ["o'neil+x@acme.example", 'acme.example'],
    ['ada@mail.acme.example', 'mail.acme.example'],
    ['ada@xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ])('%s is of %s', (address, domain) => {
    expect(domainOfEmail(address)).toBe(domain)
  })
})

describe('login.resolve', () => {
  const bySubdomain: ResolveLogin = ({ headers: { host = '' } }) => {
    const [name = '', ...domain] = host.split('.')
    return domain.join('.') === 'app.example' ? { organizationId: name } : undefined
  }
  const baseUrl = ['http://app.example', 'http://acme.app.example', 'http://globex.app.example']
  const subdomains = () => start({ options: { baseUrl, login: { resolve: bySubdomain } } })
  const acmeHost = { Host: 'acme.app.example' }

  it('says where a request belongs that names nothing', async () => {
    const application = await subdomains()
    expect(await destinationOf(application, '', acmeHost)).toEqual({ organization_id: acme })
    const elsewhere = { Host: 'app.example' }
    expect(await destinationOf(application, '', elsewhere)).toEqual(asksAgain)
  })

  it('comes before the email’s domain, and after what is named', async () => {
    const application = await subdomains()
    const { emulator } = application
    const katherine = 'katherine@globex.example'
    expect(await destinationOf(application, `login_hint=${katherine}`, acmeHost)).toEqual({
      organization_id: acme,
      login_hint: katherine,
    })
    expect(lookUpsAt(emulator)).toBe(0)
    const named = await destinationOf(application, 'organization_id=globex', acmeHost)
    expect(named).toEqual({ organization_id: globex })
    const byDomain = await destinationOf(application, 'domain=globex.example', acmeHost)
    expect(byDomain).toEqual({
      connection_id: 'conn_70087756662964367',
      organization_id: globex,
    })
  })

  it('may take its time, and answer a domain or a hint', async () => {
    const answers = [{ domain: 'acme.example' }, { loginHint: ada }, {}, { domain: undefined }]
    const resolve = (async () => answers.shift()) as ResolveLogin
    const application = await start({ options: { login: { resolve } } })
    const found = { connection_id: connection, organization_id: acme }
    expect(await destinationOf(application, '')).toEqual(found)
    expect(await destinationOf(application, '')).toEqual({ ...found, login_hint: ada })
    expect(await destinationOf(application, '')).toEqual(asksAgain)
    expect(await destinationOf(application, '')).toEqual(asksAgain)
  })

  it('adds to what the request says, and changes nothing of it', async () => {
    const resolve = () => ({
      organizationId: 'acme',
      loginHint: 'ada@acme.example',
      returnTo: '/x',
    })
    const { visitor } = await start({ options: { login: { resolve } } })
    const browser = visitor()
    const query = 'login_hint=grace@acme.example&return_to=/app'
    expect((await browser.begin(`/login?${query}`)).searchParams.get('login_hint')).toBe(
      'grace@acme.example',
    )
    const landed = await browser.signIn(`/login?${query}`, 'grace@acme.example')
    expect(landed.headers.location).toBe('/app')
  })

  it('is not overruled by what a route of the application leaves undefined', async () => {
    const { visitor } = await start({
      options: { login: { resolve: () => ({ organizationId: 'acme' }) } },
      mount(app, auth) {
        mountAtRoot(app, auth)
        app.use('/enter', (req, res, next) => {
          const request: unknown = { organizationId: undefined, loginHint: undefined }
          auth.login(req, res, request as LoginRequest).catch(next)
        })
      },
    })
    const answer = await visitor().open('/enter').expect(302)
    const { searchParams } = new URL(answer.headers.location!)
    expect(searchParams.get('organization_id')).toBe(acme)
  })

  it.each<[string, unknown]>([
    ['throws', () => Promise.reject(new Error('no database'))],
    ['answers a text', () => 'org_1'],
    ['answers a list', () => ['org_1']],
    ['answers false', () => false],
    ['answers a number in it', () => ({ organizationId: 1 })],
  ])('that %s is answered with 503', async (_how, resolve) => {
    const { visitor, emulator } = await start({
      options: { login: { resolve: resolve as ResolveLogin } },
    })
    const answer = await visitor().open('/login').expect(503)
    expect(answer.text).toContain('login_resolve_failed')
    expect(answer.text).not.toContain('database')
    expect(emulator.requests).toEqual([])
  })

  it('that never answers is not waited for', async () => {
    const login = {
      providers: [],
      resolve: () => new Promise<undefined>(() => {}),
      fallback: 'email',
      forward: [],
      maxAgeSeconds: undefined,
      onLogin: undefined,
    } as const
    const unknown = async () => 'unknown' as const
    const parts = { config: { login }, lookUpDomain: unknown, lookUpOrganization: unknown }
    const find = () => findDestination(parts, requestWith(), {})
    await neverAnswered(find, 'login_resolve_failed')
  })

  it('that answers what cannot be sent is answered with 400', async () => {
    const resolve = () => ({ organizationId: 'not\nan id' })
    const { visitor } = await start({ options: { login: { resolve } } })
    expect((await visitor().open('/login').expect(400)).text).toContain('parameter_invalid')
  })

  it('that answers a name which is not known does not lead on unpinned', async () => {
    const resolve = () => ({ organization_id: 'acme', returnTo: '/app' })
    const { visitor, log } = await start({ options: { login: { ...hosted, resolve } } })
    expect((await visitor().open('/login').expect(400)).text).toContain('parameter_invalid')
    expect(log.join('\n')).toContain('"organization_id" is not a parameter of a sign-in')
  })

  it('that names a social provider which is not offered is answered with 400', async () => {
    const { visitor } = await start({
      options: { login: { resolve: () => ({ provider: 'github' }) } },
    })
    expect((await visitor().open('/login').expect(400)).text).toContain('provider_not_allowed')
  })
})

describe('the hosted fallback', () => {
  it('is Scalekit’s page', async () => {
    expect(await destinationOf(await start({ options: { login: hosted } }), '')).toEqual({})
  })

  it('of an environment that has none is said to be the reason', async () => {
    const { visitor, log } = await start({
      seed: { product: 'sso' },
      options: { login: hosted },
    })
    const browser = visitor()
    const { searchParams, href } = await browser.begin('/login')
    const refused = await fetch(href, { redirect: 'manual' })
    const back = new URL(refused.headers.get('location')!)
    expect([back.searchParams.get('error'), searchParams.has('domain')]).toEqual([
      'invalid_connection_selector',
      false,
    ])
    const answer = await browser.open(back.pathname + back.search)
    expect([answer.status, answer.text.includes('target_unknown')]).toEqual([400, true])
    expect(log.join()).toContain("`login.fallback: 'hosted'` needs Full Stack Auth")
  })
})

function acmeWith(connection: object) {
  return { displayName: 'Acme', domains: ['acme.example'], connection }
}
