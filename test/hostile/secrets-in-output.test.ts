import type { IncomingMessage, ServerResponse } from 'node:http'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type LogFields,
  type Logger,
  memoryStore,
  type ScalekitAuth,
  type StateStore,
} from '../../src/index.ts'
import { consoleLogger } from '../../src/lib/ground/log.ts'
import { sealer } from '../../src/lib/ground/seal.ts'
import { Secret } from '../../src/lib/ground/secret.ts'
import { signInterceptor, signWebhook } from '../../src/webhooks.ts'
import { type Application, mountAtRoot, startApplication } from '../support/application.ts'
import { captureOutput, shown } from '../support/captured-output.ts'
import type { HandledError, HostApp } from '../support/hosts.ts'
import { isExpressSession, sessionCookie } from '../support/session-cookie.ts'
import { answerWith, signInAt } from '../support/sign-in-page.ts'
import { background, navigation, type Visitor } from '../support/visitor.ts'
import { example } from '../support/webhook.ts'
import { leaksIn, type Wiretap, wiretap } from '../support/wiretap.ts'

const ada = 'ada@acme.example'
const home = '/login?organization_id=acme&return_to=/app'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
const clientSecret = 'planted-client-secret-8Qm2vX7LrT0c'
const cookieSecret = 'planted-cookie-secret-5Hd9pZ3WkN6e'
/** Short enough for an error message to repeat the whole of it. */
const shortToken = 'planted-1Gj4sB8YfU'
const webhookSecret = 'whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC0y'
/** What a handler of the application throws. */
const thrown = 'planted-thrown-7Rk1cV5MqA'
/**
 * What may be in a response to whom it is about, and in no line of the log: who somebody is, and what
 * the application and its customers say.
 */
const canaries = new Set(['ada@', 'ada%40', 'grace@', 'planted-domain', thrown])
/** Makes up something that no line may hold. */
function planted(what: string): string {
  const canary = `planted-${what}-${canaries.size}-Xq4Lw9Tz`
  canaries.add(canary)
  return canary
}
/** What a URL at Scalekit may carry of them, and has to. */
const inUrls = ['state', 'nonce', 'code_challenge', 'id_token_hint']

let application: Application
let tap: Wiretap
let output: ReturnType<typeof captureOutput>
/** What the application's error handler was given. */
const errors: unknown[] = []
/** The parts of the store that do not answer. */
const broken = new Set<keyof StateStore>()

beforeAll(async () => {
  tap = wiretap()
  output = captureOutput()
  for (const secret of [clientSecret, cookieSecret, shortToken, webhookSecret])
    tap.secrets.add(secret)
  application = await startApplication({
    mount: mountWithErrorHandler,
    seed: { clientSecret },
    options: {
      clientSecret,
      secret: cookieSecret,
      scopes: ['openid', 'email', 'profile', 'offline_access'],
      logger: showingFields(),
      store: breakableStore(),
      login: { onLogin: () => ({ user: { note: planted('note') } }) },
      webhooks: {
        secret: webhookSecret,
        onDirectoryUserCreated() {},
        onDirectoryUserUpdated: ({ data }) => Promise.reject(new Error(`${thrown} ${data.email}`)),
      },
      interceptors: {
        secret: webhookSecret,
        onFailure: 'deny',
        onPreSessionCreation: () => ({
          decision: 'ALLOW',
          response: { claims: { note: planted('claim') } },
        }),
        onPreSignup: () => Promise.reject(new Error(thrown)),
      },
    },
  })
})
afterAll(async () => {
  output.stop()
  tap.stop()
  await application.close()
})

/** How many of the lines are for debugging. */
let debugLines = 0

/** The logger for the console with `child`: its lines show their fields, too. */
function showingFields(fields: LogFields = {}): Logger {
  const toConsole = consoleLogger({ DEBUG: 'scalekit' })
  const level = (name: 'debug' | 'info' | 'warn' | 'error') => (message: string) => {
    if (name === 'debug') debugLines += 1
    toConsole[name](`${message} ${JSON.stringify(fields)}`)
  }
  return {
    debug: level('debug'),
    info: level('info'),
    warn: level('warn'),
    error: level('error'),
    child: (more) => showingFields({ ...fields, ...more }),
  }
}

function mountWithErrorHandler(app: HostApp, auth: ScalekitAuth): void {
  mountAtRoot(app, auth)
  app.use(
    '/begin',
    (req, res, next) => void auth.login(req, res, { organizationId: 'acme' }).catch(next),
  )
  app.use('/end', (req, res, next) => void auth.logout(req, res).catch(next))
  app.use('/strict', auth.requireAuth({ refuse: 'next' }))
  app.use(keepError)
}

function keepError(
  error: HandledError,
  _req: IncomingMessage,
  _res: ServerResponse,
  next: (error?: unknown) => void,
): void {
  errors.push(error)
  next(error)
}

function breakableStore(): StateStore {
  const { revocations, singleUse, tokenStore, ledger, aliases } = memoryStore()
  function unlessBroken<Parameters extends readonly unknown[], Result>(
    part: keyof StateStore,
    call: (...parameters: Parameters) => Promise<Result>,
  ): (...parameters: Parameters) => Promise<Result> {
    return async (...parameters) => {
      if (broken.has(part)) throw new Error(`${part} is down`)
      return call(...parameters)
    }
  }
  return {
    revocations: { ...revocations, write: unlessBroken('revocations', revocations.write) },
    singleUse: { claim: unlessBroken('singleUse', singleUse.claim) },
    tokenStore: {
      ...tokenStore,
      put: unlessBroken('tokenStore', tokenStore.put),
      get: unlessBroken('tokenStore', tokenStore.get),
      remove: unlessBroken('tokenStore', tokenStore.remove),
    },
    ledger,
    aliases: {
      add: unlessBroken('aliases', aliases.add),
      find: unlessBroken('aliases', aliases.find),
    },
  }
}

/** Signs in as far as the callback URL. */
async function comeBack(browser: Visitor): Promise<string> {
  return signInAt((await browser.begin(home)).href, ada)
}

/** A sign-in in which the token endpoint answers this. */
async function withTokenAnswer(browser: Visitor, status: number, body: unknown): Promise<void> {
  const callback = await comeBack(browser)
  const headers = { 'content-type': 'application/json' }
  application.emulator.fail({ path: '/oauth/token', status, headers, body })
  await browser.open(callback)
}

async function withBroken(part: keyof StateStore, run: () => PromiseLike<unknown>): Promise<void> {
  broken.add(part)
  try {
    await run()
  } finally {
    broken.delete(part)
  }
}

/** A provider that repeats what it was sent, as some do. */
function echo({ emulator }: Application, callback: string): string {
  const code = new URL(callback).searchParams.get('code')
  const { nonce, state } = Object.fromEntries(emulator.requests.findLast(isAuthorize)!.query)
  return `code=${code} client_secret=${clientSecret} nonce=${nonce} state=${state}`
}

function isAuthorize({ path }: { readonly path: string }): boolean {
  return path === '/oauth/authorize'
}

const scenarios: Readonly<Record<string, (browser: Visitor) => Promise<unknown>>> = {
  'a sign-in, a visit and a sign-out': async (browser) => {
    await browser.signIn(home, ada)
    await browser.open('/app').expect(200)
    await browser.call('/me').expect(200)
    await browser.post('/logout', click).expect(303)
  },
  'a sign-in and a sign-out that the application begins': async (browser) => {
    await browser.signIn('/begin', ada)
    await browser.open('/end', click).expect(302)
  },
  'refusals of a guard': async (browser) => {
    await browser.signIn(home, ada)
    const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}x`
    const stranger = application.visitor()
    await stranger.open('/app', { cookie }).expect(302)
    await stranger.call('/app', { cookie }).expect(401)
    await stranger.call('/strict', { cookie }).expect(401)
  },
  'a person who leaves': async (browser) => {
    await browser.open(await answerWith((await browser.begin(home)).href, 'denied')).expect(400)
  },
  'an identity provider that fails': async (browser) => {
    await browser.open(await answerWith((await browser.begin(home)).href, 'error'))
  },
  'a callback twice, and in another browser': async (browser) => {
    const callback = await comeBack(browser)
    await application.visitor().open(callback)
    await application.visitor().call(callback).expect(400)
    await browser.open(callback).expect(302)
    await browser.open(callback).expect(302)
    await browser.call(callback).expect(302)
  },
  'a callback with the code of somebody else': async (browser) => {
    const callback = new URL(await comeBack(browser))
    const other = new URL(await comeBack(application.visitor()))
    callback.searchParams.set('code', other.searchParams.get('code')!)
    await browser.open(callback.href).expect(400)
  },
  'callbacks that do not conform': async (browser) => {
    const callback = await comeBack(browser)
    for (const more of ['code=a', 'state=a', 'iss=https://evil.example', 'error=access_denied']) {
      await browser.open(`${callback}&${more}`).expect(400)
    }
    await browser.post(callback).expect(405)
  },
  'a token endpoint that repeats what it was sent': async (browser) => {
    for (const [status, error] of [
      [400, 'invalid_grant'],
      [401, 'invalid_client'],
      [500, 'server_error'],
    ] as const) {
      const callback = await comeBack(browser)
      const body = { error, error_description: echo(application, callback) }
      application.emulator.fail({ path: '/oauth/token', status, body })
      await browser.open(callback)
    }
  },
  'a token endpoint that answers a bare token': (browser) =>
    withTokenAnswer(browser, 200, shortToken),
  'a token endpoint that answers half of its JSON': (browser) =>
    withTokenAnswer(browser, 200, `{"access_token":"${shortToken}`),
  'a token endpoint that answers a list': (browser) => withTokenAnswer(browser, 200, [shortToken]),
  'a token endpoint that answers another type of token': (browser) =>
    withTokenAnswer(browser, 200, { access_token: shortToken, token_type: shortToken }),
  'a token endpoint that answers no ID token': (browser) =>
    withTokenAnswer(browser, 200, { access_token: shortToken, token_type: 'Bearer' }),
  'a token endpoint that answers an ID token that is none': (browser) =>
    withTokenAnswer(browser, 200, {
      access_token: shortToken,
      token_type: 'Bearer',
      id_token: shortToken,
    }),
  'a token endpoint that answers a page': (browser) =>
    withTokenAnswer(browser, 200, `<html>${shortToken}</html>`),
  'a token endpoint that is gone': async (browser) => {
    const callback = await comeBack(browser)
    const mend = application.emulator.fail({ path: '/oauth/token', reset: true, times: 9 })
    await browser.open(callback).expect(503)
    mend()
  },
  'ID tokens that are refused': async (browser) => {
    for (const idToken of [{ nonce: 'another' }, { aud: 'skc_2' }, { exp: 1 }, { at_hash: 'a' }]) {
      const callback = await comeBack(browser)
      application.emulator.fail({ idToken })
      await browser.open(callback).expect(400)
    }
  },
  'access tokens that are refused': async (browser) => {
    for (const accessToken of [{ sub: 'usr_2' }, { client_id: 'skc_2' }, { oid: 'org_2' }]) {
      const callback = await comeBack(browser)
      application.emulator.fail({ accessToken })
      await browser.open(callback)
    }
  },
  'a token store that is down': async (browser) => {
    const callback = await comeBack(browser)
    await withBroken('tokenStore', () => browser.open(callback).expect(503))
  },
  'a single-use set that is down': async (browser) => {
    const callback = await comeBack(browser)
    await withBroken('singleUse', () => browser.open(callback).expect(503))
  },
  'revocations that are down': async (browser) => {
    await browser.signIn(home, ada)
    await withBroken('revocations', () => browser.post('/logout', click).expect(503))
    // The browser has forgotten that session.
    await browser.signIn(home, ada)
    await withBroken('revocations', () => browser.open('/end', click).expect(503))
  },
  'a sign-out that nobody asked for': async (browser) => {
    await browser.signIn(home, ada)
    await browser.post('/logout', { 'Sec-Fetch-Site': 'cross-site' }).expect(403)
    await browser.post('/logout', { ...click, 'X-CSRF-Token': 'a' }).expect(403)
    await browser.open('/logout', { 'Sec-Fetch-Site': 'cross-site' }).expect(200)
  },
  'a sign-in that begins at an identity provider, twice': async (browser) => {
    const url = await application.emulator.idpInitiatedLogin(ada)
    await browser.signIn(`${application.url}${pathOf(url)}`, ada)
    await application.visitor().open(pathOf(url)).expect(400)
    await application.visitor().call(pathOf(url), background).expect(400)
    await application
      .visitor()
      .open(`${pathOf(url)}x`)
      .expect(400)
    await application
      .visitor()
      .open(`${pathOf(url)}&code=a`)
      .expect(400)
  },
  'a login request that cannot be sent': async (browser) => {
    await browser.open('/login?organization_id=%00').expect(400)
    await browser.open('/login?provider=google&organization_id=org_1').expect(400)
    await browser.call('/login').expect(400)
  },
  'a sign-in that comes back to a page with something in its query': async (browser) => {
    const path = `/users/${ada}?token=${planted('query')}`
    await browser.signIn(`${home.split('&')[0]}&return_to=${encodeURIComponent(path)}`, ada)
  },
  'webhooks that are handled, come again, fail, and are forged': async () => {
    const [created, updated] = [
      example('organization.directory.user_created', { given_name: planted('name') }),
      example('organization.directory.user_updated', { email: ada }),
    ]
    await sendSigned('/webhooks', 'msg_handled', created).expect(201)
    await sendSigned('/webhooks', 'msg_handled', created).expect(200)
    await sendSigned('/webhooks', 'msg_failing', updated).expect(503)
    await sendSigned('/webhooks', 'msg_forged', created).set('webhook-id', 'msg_x').expect(401)
  },
  'questions of Scalekit': async () => {
    const context = { user_id: 'usr_1', user_email: ada, ip_address: planted('address') }
    for (const trigger_point of ['PRE_SESSION_CREATION', 'PRE_SIGNUP', 'PRE_OTHER']) {
      const question = { trigger_point, interceptor_context: context, data: { email: ada } }
      await sendSigned('/interceptors', 'int_1', question).expect(200)
    }
  },
  'calls of the management API': async () => {
    const { organization, connection } = application.auth.client
    const { id } = application.emulator.organizations[0]!
    const link = await organization.generatePortalLink(id)
    canaries.add(new URL(link.location).pathname)
    await organization.createOrganization(planted('organization'), { externalId: ada })
    await organization.getOrganizationByExternalId(ada)
    await connection.listConnections({ domain: 'planted-domain.example' })
    application.emulator.fail({ path: `/api/v1/organizations/${id}`, status: 503 })
    await organization.getOrganization(id)
    await organization.getOrganization('org_1').catch((error: unknown) => errors.push(error))
  },
  'an address that is looked up, and one that cannot be': async (browser) => {
    await browser.open('/login?login_hint=ada@nowhere.example').expect(200)
    application.emulator.fail({ path: '/api/v1/connections', status: 403 })
    await browser.signIn('/login?login_hint=grace@acme.example', ada)
  },
}

/** Sends what Scalekit signed. */
function sendSigned(path: '/webhooks' | '/interceptors', id: string, content: object) {
  const body = JSON.stringify(content)
  const sign = path === '/webhooks' ? signWebhook : signInterceptor
  const headers = sign({ id, body, secret: webhookSecret })
  for (const [name, value] of Object.entries(headers)) {
    if (name.endsWith('signature')) canaries.add(value.replace('v1,', ''))
  }
  return request(application.url).post(path).type('application/json').set(headers).send(body)
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  // A token that was never in an answer of a server: the portal's link.
  tap.secrets.add(new URL(url).searchParams.get('idp_initiated_login')!)
  return pathname + search
}

let keysInCookies = 0

/** The keys in the session cookies that were set, which nothing else may show. */
function tokenKeys(): string[] {
  const { url, options } = application.emulator
  const purpose = `session scalekit ${url} ${options.clientId}`
  const { open } = sealer([new Secret(cookieSecret)], purpose)
  const lines = tap.heard.flatMap(({ headers }) => [headers['set-cookie'] ?? []].flat())
  const values = lines.map((line) => /^scalekit-session=([^;]+)/.exec(line)?.[1] ?? '')
  const texts = values.map((value) => open(value, 'scalekit-session'))
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text).tokenKey]))
}

/** Everything that anybody but the protocol got to see since it was asked for. */
function newlyWritten(): string[] {
  const { auth, url } = application
  const { host } = new URL(url)
  const answers = tap.heard.splice(0).filter((answer) => answer.host === host)
  return [
    ...output.lines.splice(0),
    ...errors.splice(0).map(shown),
    shown(auth),
    String(JSON.stringify(auth)),
    // Our own pages and problems; /me is where scripts get their token from.
    ...answers.filter(({ path }) => path !== '/me').map(({ body }) => body),
    ...answers.flatMap(({ headers }) => otherHeaders(headers)),
    ...application.emulator.requests.flatMap(({ query }) => otherParameters(query)),
  ]
}

/** Without the cookies, whose place this is, and with what a redirect may not carry. */
function otherHeaders(headers: object): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (name === 'set-cookie') return []
    if (name !== 'location') return [String(value)]
    return otherParameters(new URL(String(value), application.url).searchParams)
  })
}

function otherParameters(query: URLSearchParams): string[] {
  const ours = [...query].filter(([name]) => !inUrls.includes(name))
  return ours.map(([, value]) => value)
}

/** How much there was, so that it is not silence that is praised. */
let written = { lines: 0, errors: 0 }

describe('no secret is written anywhere by', () => {
  it.each(Object.entries(scenarios))('%s', async (_what, run) => {
    await run(application.visitor())
    for (const { form } of application.emulator.requests) {
      const verifier = form.get('code_verifier')
      if (verifier) tap.secrets.add(verifier)
    }
    for (const key of tokenKeys()) {
      tap.secrets.add(key)
      keysInCookies += 1
    }
    const lines = [...output.lines]
    written = { lines: written.lines + lines.length, errors: written.errors + errors.length }
    expect(leaksIn(newlyWritten(), tap.secrets)).toEqual([])
    expect(leaksIn(lines, canaries)).toEqual([])
  })

  // With PLANTED=1 the output of every test goes to its set-up, which looks at it there.
  it.skipIf(process.env.PLANTED)('all of this, which had secrets to tell and much to say', () => {
    expect(tap.secrets.size).toBeGreaterThan(100)
    expect(written.lines).toBeGreaterThan(20)
    expect(written.errors).toBeGreaterThan(1)
    expect(debugLines).toBeGreaterThan(200)
    expect(keysInCookies > 5).toBe(!isExpressSession)
    expect(canaries.size).toBeGreaterThan(20)
  })
})
