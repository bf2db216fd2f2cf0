import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Logger, type ScalekitAuthOptions, scalekitAuth } from '../../../../src/index.ts'
import { startEmulator } from '../../../../src/testing.ts'
import type { Application } from '../../../support/application.ts'
import { captureOutput } from '../../../support/captured-output.ts'
import { fieldsLogger, type LineWithFields } from '../../../support/recording-logger.ts'
import { isExpressSession } from '../../../support/session-cookie.ts'
import { answerWith, signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { navigation, visitorOf } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const connection = 'conn_69615647365005431'
const organization = 'org_69615647365005430'
const user = 'usr_834244119841544996'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
const storage = isExpressSession ? 'req.session' : 'a sealed cookie'

/** Lines of the log without what differs each time: ids of sign-ins, times and ports. */
function constant(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .replace(/sign-in [0-9a-f]{8}/, 'sign-in ID')
      .replace(/http:\/\/localhost:\d+/, 'https://scalekit')
      .replace(/\d+ ms/, 'n ms')
      .replace(/for \d+ s|expires in \d+ s/, (found) => found.replace(/\d+/, 'n')),
  )
}

/** The ids of the sign-ins that lines name. */
function idsIn(lines: readonly string[]): Set<string> {
  return new Set(lines.flatMap((line) => /sign-in ([0-9a-f]{8})/.exec(line)?.[1] ?? []))
}

describe('the debug lines of a sign-in', () => {
  it('by an email domain tell each step under one id', async () => {
    const { visitor, log } = await start({ options: { login: { onLogin: () => ({ user: {} }) } } })
    await visitor().signIn(`/login?login_hint=${ada}&return_to=/app?tab=1`, ada)
    const at = `connection ${connection}, organization ${organization}`
    expect(constant(log.slice(1))).toEqual([
      'debug sign-in ID: /login names an email address at acme.example',
      'debug Scalekit API: POST /oauth/token returned 200, attempt 1, n ms',
      'debug Scalekit API: access token obtained, expires in n s',
      'debug Scalekit API: GET /api/v1/connections returned 200, attempt 1, n ms',
      `debug sign-in ID: acme.example has ${at}`,
      'debug discovery: loaded https://scalekit/.well-known/openid-configuration in n ms',
      `debug sign-in ID: redirecting to Scalekit, ${at}`,
      'debug sign-in ID: the browser came back with a code',
      'debug sign-in ID: tokens received: access token for n s, ID token',
      'debug keys: https://scalekit/keys returned 200 in n ms',
      `debug sign-in ID: ID token verified, user ${user}, organization ${organization}`,
      'debug sign-in ID: pins held: connection, organization',
      'debug sign-in ID: onLogin returned user',
      'debug sign-in ID: claims kept: name, given_name, family_name',
      expect.stringMatching(/^info authority_fixed: /),
      `debug sign-in ID: session begun in ${storage}, user ${user}, organization ${organization}`,
      'debug sign-in ID: redirecting to /app',
    ])
    expect(idsIn(log).size).toBe(1)
  })

  it('that onLogin refuses end with the refusal, under the same id', async () => {
    const { visitor, log } = await start({
      options: { login: { onLogin: () => ({ deny: 'no seat left' }) } },
    })
    await visitor().trySignIn('/login?organization_id=acme', ada)
    expect(constant(log.slice(1))).toEqual([
      'debug sign-in ID: /login names organization acme',
      'debug Scalekit API: POST /oauth/token returned 200, attempt 1, n ms',
      'debug Scalekit API: access token obtained, expires in n s',
      'debug Scalekit API: GET /api/v1/organizations:external/acme returned 200, attempt 1, n ms',
      `debug sign-in ID: the request decides: organization acme, which is ${organization} at Scalekit`,
      'debug discovery: loaded https://scalekit/.well-known/openid-configuration in n ms',
      `debug sign-in ID: redirecting to Scalekit, organization ${organization}`,
      'debug sign-in ID: the browser came back with a code',
      'debug sign-in ID: tokens received: access token for n s, ID token',
      'debug keys: https://scalekit/keys returned 200 in n ms',
      `debug sign-in ID: ID token verified, user ${user}, organization ${organization}`,
      'debug sign-in ID: pins held: organization',
      'debug sign-in ID: onLogin returned deny',
      'warn sign-in ID failed: login_denied: onLogin refused the sign-in <- "no seat left"',
    ])
    expect(idsIn(log).size).toBe(1)
  })

  it('are told apart from those of another sign-in', async () => {
    const { visitor, log } = await start()
    await visitor().signIn('/login?organization_id=acme', ada)
    await visitor().signIn('/login?organization_id=acme', ada)
    expect(idsIn(log).size).toBe(2)
  })

  it.each<[string, string, ScalekitAuthOptions['login'], string[]]>([
    [
      'no target',
      '',
      {},
      ['/login names no target', 'there is no target, so the user is asked for an email address'],
    ],
    [
      'no target, and Scalekit has a page',
      '',
      { fallback: 'hosted' },
      [
        '/login names no target',
        'there is no target, so Scalekit decides',
        'redirecting to Scalekit, no target',
      ],
    ],
    [
      'an address whose domain has no connection',
      'login_hint=ada@nowhere.example',
      {},
      [
        '/login names an email address at nowhere.example',
        'nowhere.example has no connection, so the user is asked for an email address',
      ],
    ],
    [
      'a domain without a connection',
      'domain=nowhere.example',
      {},
      [
        '/login names domain nowhere.example',
        'nowhere.example has no connection, so Scalekit decides',
        'redirecting to Scalekit, domain nowhere.example',
      ],
    ],
    [
      'an odd login hint',
      'login_hint=ada',
      { fallback: 'hosted' },
      [
        '/login names a login hint',
        'there is no target, so Scalekit decides',
        'redirecting to Scalekit, no target',
      ],
    ],
    [
      'what login.resolve knows',
      '',
      { resolve: () => ({ connectionId: connection }) },
      [
        '/login names no target',
        `login.resolve decides: connection ${connection}`,
        `redirecting to Scalekit, connection ${connection}`,
      ],
    ],
    [
      'a domain that login.resolve knows',
      '',
      { resolve: () => ({ domain: 'acme.example' }) },
      [
        '/login names no target',
        `login.resolve names domain acme.example; acme.example has connection ${connection}, organization ${organization}`,
        `redirecting to Scalekit, connection ${connection}, organization ${organization}, domain acme.example`,
      ],
    ],
  ])('to %s say what decided', async (_what, query, login, expected) => {
    const { visitor, log } = await start({ options: { login: { ...login } } })
    await visitor().open(`/login?${query}`)
    const own = constant(log).filter((line) => line.startsWith('debug sign-in'))
    expect(own).toEqual(expected.map((line) => `debug sign-in ID: ${line}`))
  })

  it('that the application begins say so, also where it gives what cannot be sent', async () => {
    const { visitor, log } = await start({
      mount(app, auth) {
        app.use('/begin', (req, res, next) => {
          auth.login(req, res, { organizationId: 'a b\nc', domain: 5 as never }).catch(next)
        })
        app.use(auth)
      },
    })
    await visitor().open('/begin')
    expect(constant(log.slice(1))).toEqual([
      'debug sign-in ID: auth.login() names organization "a b\\nc", domain of type number',
    ])
  })

  it('that began at an identity provider say so', async () => {
    const { visitor, emulator, log } = await start()
    const url = new URL(await emulator.idpInitiatedLogin(ada))
    await visitor().open(url.pathname + url.search)
    const at = `connection ${connection}, organization ${organization}`
    expect(constant(log)).toContain(
      `debug sign-in ID: the identity provider names ${at}, an email address at acme.example`,
    )
  })

  it('on a host that baseUrl does not name say where the browser is sent', async () => {
    const { visitor, url, log } = await start()
    await visitor().open('/login?login_hint=ada@acme.example', { Host: 'other.example' })
    expect(log.slice(1)).toEqual([
      `debug sign-in: \`baseUrl\` does not name this host, redirecting to ${url}`,
    ])
  })

  it('whose cookie was lost tell that it begins again', async () => {
    const { visitor, log } = await start()
    const begun = await visitor().begin('/login?organization_id=acme')
    const other = visitor()
    const { headers } = await other.open(await signInAt(begun.href, ada))
    await other.open(headers.location!)
    expect(constant(log.slice(8))).toEqual([
      'debug sign-in ID: the browser came back with a code',
      'debug sign-in ID: the browser brought no cookie of this sign-in',
      'debug sign-in ID: the sign-in begins again: redirecting to /login',
      'debug sign-in ID: /login names no target, again because its cookie was lost',
      'debug sign-in ID: there is no target, so the user is asked for an email address',
    ])
  })

  it('that comes back twice tell why the second one just goes on', async () => {
    const { visitor, log } = await start()
    const browser = visitor()
    const begun = await browser.begin('/login?organization_id=acme&return_to=/app')
    const [transaction] = browser.cookieNames()
    const cookie = `${transaction}=${browser.cookie(transaction!)}`
    const callback = await signInAt(begun.href, ada)
    await browser.open(callback)
    const names = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
    await visitor().open(callback, { Cookie: [...names, cookie].join('; ') })
    expect(constant(log.slice(-1))).toEqual([
      'debug sign-in ID: The sign-in was already used, but the browser has a live session: redirecting to /app',
    ])
  })
})

describe('an error that comes back', () => {
  it('with a sign-in behind it is a warning under its id', async () => {
    const { visitor, log } = await start()
    const browser = visitor()
    const begun = await browser.begin('/login?organization_id=acme')
    await browser.open(await answerWith(begun.href, 'denied')).expect(400)
    expect(constant(log.slice(-2))).toEqual([
      'debug sign-in ID: the browser came back with the error "access_denied"',
      expect.stringMatching(/^warn sign-in ID failed: login_cancelled \(access_denied\)/),
    ])
    expect(idsIn(log).size).toBe(1)
  })

  it.each([
    ['access_denied', 403],
    ['server_error', 502],
  ])('without one, which any visitor can send, is a debug line: %s', async (error, status) => {
    const { visitor, log } = await start()
    const query = `error=${error}&error_description=${ada}`
    await visitor().open(`/callback?${query}`).expect(status)
    await visitor().open(`/callback?${query}&state=made-up`).expect(status)
    expect(log.slice(1).filter((line) => !line.startsWith('debug '))).toEqual([])
    expect(log.join('\n')).toContain(`sign-in failed: `)
    expect(log.join('\n')).not.toContain(ada)
  })
})

describe('the debug lines of a sign-out', () => {
  it('tell that the session ended here and goes on to end at Scalekit', async () => {
    const { visitor, log } = await start()
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    const before = log.length
    const away = await browser.open('/logout?return_to=/bye?now=1', click).expect(302)
    const back = await fetch(away.headers.location!, { redirect: 'manual' })
    await browser.open(back.headers.get('location')!)
    expect(log.slice(before)).toEqual([
      'debug sign-out: session ended here',
      'debug sign-out: redirecting to Scalekit, which ends its session',
      'debug sign-out: the browser came back from Scalekit, redirecting to /bye',
    ])
  })

  it('tell that the user is asked, and that there is no session', async () => {
    const { visitor, log } = await start()
    const browser = visitor()
    await browser.open('/logout')
    await browser.signIn('/login?organization_id=acme', ada)
    await browser.open('/logout', { 'Sec-Fetch-Site': 'cross-site' }).expect(200)
    expect(log.filter((line) => line.startsWith('debug sign-out'))).toEqual([
      'debug sign-out: there is no session, redirecting to /',
      'debug sign-out: the request did not come from this site: asking the user',
    ])
  })

  it('tell that it ended here only, where Scalekit has no place to sign out', async () => {
    const { visitor, emulator, log } = await start()
    const url = `${emulator.url}/.well-known/openid-configuration`
    const { end_session_endpoint: _, ...document } = await (await fetch(url)).json()
    emulator.fail({ path: '/.well-known/openid-configuration', status: 200, body: document })
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    await browser.open('/logout', click).expect(302)
    expect(log.at(-1)).toMatch(/^debug sign-out: ended here only: .* no end_session_endpoint$/)
  })
})

describe('an ordinary request', () => {
  it('writes no line, whoever is asking', async () => {
    const { visitor, log } = await start()
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    const before = log.length
    for (const each of [browser, visitor()]) {
      await each.open('/app')
      await each.call('/app')
      await each.open('/public').expect(200)
      await each.call('/me').expect(200)
    }
    expect(log.slice(before)).toEqual([])
  })
})

describe('email addresses', () => {
  it('are cut to their domains, also in subjects, paths and ids of the application', async () => {
    const { logger, lines } = fieldsLogger()
    const { visitor } = await start({
      seed: {
        product: 'sso',
        organizations: [
          {
            displayName: 'Acme',
            externalId: 'owner@acme.example',
            domains: ['acme.example'],
            people: [{ email: ada, name: 'Ada Lovelace', idpUserId: ada }],
          },
        ],
      },
      options: { logger },
    })
    const query = `organization_id=owner@acme.example&login_hint=${ada}&return_to=/users/${ada}`
    const { headers } = await visitor().signIn(`/login?${query}`, ada)
    expect(headers.location).toBe(`/users/${ada}`)
    const written = JSON.stringify(lines)
    expect(written).not.toMatch(/ada@|owner@|ada%40|owner%40/)
    expect(written).toContain('redirecting to /users/…@acme.example')
    expect(lines.at(-1)!.fields.userId).toMatch(/^conn_\w+;…@acme.example$/)
  })
})

describe('a logger with `child`', () => {
  /** An application that logs with fields, as pino does. */
  async function logging(options: ScalekitAuthOptions = {}) {
    const { logger, lines } = fieldsLogger()
    const application = await start({
      options: { logger, ...options },
      mount(app, auth) {
        app.use((req, _res, next) => {
          Object.assign(req, { id: 7 })
          next()
        })
        app.use(auth)
        app.use('/app', auth.requireAuth())
      },
    })
    return { ...application, lines }
  }

  function find(lines: readonly LineWithFields[], text: string): LineWithFields | undefined {
    return lines.find(({ message }) => message.includes(text))
  }

  it('gets the fields that are known by then', async () => {
    const { visitor, lines } = await logging()
    await visitor().signIn('/login?organization_id=acme', ada)
    const signInId = lines.find(({ fields }) => fields.signInId)!.fields.signInId
    expect(find(lines, 'session begun')).toEqual({
      level: 'debug',
      message: `sign-in ${signInId}: session begun in ${storage}, user ${user}, organization ${organization}`,
      fields: { signInId, requestId: 7, userId: user, organizationId: organization },
    })
    expect(find(lines, 'tokens received')!.fields).toEqual({ signInId, requestId: 7 })
    expect(find(lines, 'discovery')!.fields).toEqual({})
  })

  it('gets the code of a failure, and who it was', async () => {
    const { visitor, lines } = await logging({ login: { onLogin: () => ({ deny: 'no seat' }) } })
    await visitor().trySignIn('/login?organization_id=acme', ada)
    expect(lines.at(-1)).toEqual({
      level: 'warn',
      message: expect.stringContaining('login_denied'),
      fields: {
        code: 'login_denied',
        signInId: expect.stringMatching(/^[0-9a-f]{8}$/),
        requestId: 7,
        userId: user,
        organizationId: organization,
      },
    })
  })

  it('gets Scalekit’s id of a call that failed', async () => {
    const { visitor, emulator, lines } = await logging()
    const headers = { 'x-request-id': 'req_of_scalekit' }
    emulator.fail({ path: '/api/v1/connections', status: 403, headers })
    await visitor().open(`/login?login_hint=${ada}`)
    expect(find(lines, 'could not be looked up')).toMatchObject({
      level: 'warn',
      fields: { code: 'api_permission_denied', requestId: 'req_of_scalekit' },
    })
    expect(find(lines, 'GET /api/v1/connections')).toEqual({
      level: 'debug',
      message: expect.stringContaining('returned 403, request id req_of_scalekit, attempt 1'),
      fields: { requestId: 'req_of_scalekit' },
    })
  })
})

describe('without a logger', () => {
  afterEach(() => vi.unstubAllEnvs())

  /** What a sign-in writes to the console of an application that has no logger of its own. */
  async function written(): Promise<readonly string[]> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const emulator = await startEmulator({ redirectUris: [`${url}/callback`] })
    const output = captureOutput()
    const auth = scalekitAuth({ ...emulator.options, baseUrl: url, session: 'cookie' })
    server.on('request', (req, res) => auth(req, res, () => res.end()))
    onTestFinished(async () => {
      output.stop()
      await auth.close()
      server.closeAllConnections()
      server.close()
      await emulator.close()
    })
    await visitorOf(url).signIn('/login?organization_id=acme', ada)
    output.stop()
    return output.lines
  }

  it('DEBUG=scalekit shows them on the console', async () => {
    vi.stubEnv('DEBUG', 'scalekit')
    const lines = await written()
    expect(lines.filter((line) => line.startsWith('[scalekit] sign-in '))).toHaveLength(10)
    expect(lines.at(-1)).toMatch(/^\[scalekit\] sign-in [0-9a-f]{8}: redirecting to \/$/)
  })

  it('none appears without it', async () => {
    vi.stubEnv('DEBUG', undefined)
    expect(await written()).toEqual([expect.stringContaining('authority_fixed')])
  })
})

it('takes loggers whose methods use `this`', async () => {
  class Collector implements Logger {
    readonly lines: string[]
    readonly name: string
    constructor(lines: string[] = [], name = '') {
      this.lines = lines
      this.name = name
    }
    debug(message: string) {
      this.lines.push(this.name + message)
    }
    info(message: string) {
      this.debug(message)
    }
    warn(message: string) {
      this.debug(message)
    }
    error(message: string) {
      this.debug(message)
    }
    child(fields: object): Collector {
      return new Collector(this.lines, `${Object.keys(fields)} `)
    }
  }
  const logger = new Collector()
  const { visitor }: Application = await start({ options: { logger } })
  await visitor().open('/login?organization_id=acme').expect(302)
  expect(logger.lines.at(-1)).toMatch(/^signInId sign-in [0-9a-f]{8}: redirecting to Scalekit/)
})
