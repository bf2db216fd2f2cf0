import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { MemoryStore } from 'express-session'
import { describe, expect, it, onTestFinished } from 'vitest'
import { optionNames, parseConfig } from '../../../src/lib/config/config.ts'
import type { Env } from '../../../src/lib/config/environment.ts'
import type { ScalekitAuthOptions } from '../../../src/lib/config/options.ts'
import type { ConfigError } from '../../../src/lib/ground/errors.ts'
import {
  emulatorClientSecret,
  emulatorInterceptorSecret,
  emulatorWebhookSecret,
} from '../../../src/lib/ground/sample-secrets.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

const clientSecret = 'live_5p1anted0client0secret'
const cookieSecret = 'q3kX9vTz7Lm2Bn8Rw5Yc1Hd6Jf4Gs0Pa'
const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const otherSecret = 'Zt8Uy2Ix6Ob4Ev1Kr9Ql7Wm3Nj5Ch0Dg'
const store = new MemoryStore()
/** As an application wrote one for the version before. */
const storeOfBefore = {
  ...memoryStore(),
  tokenStore: { async put() {}, async get() {}, async remove() {} },
}
const admin = { role: 'admin' }
/** Revocations as processes share them. */
const shared = {
  write: async () => {},
  since: async () => ({ revocations: [], cursor: '', now: 0 }),
}

describe('a variable', () => {
  it('says everything that a production application has to say', () => {
    const config = parseConfig({ logger: silent() }, production())
    expect(config.environmentUrl.href).toBe('https://acme.scalekit.com/')
    expect(config.issuer).toBe('https://acme.scalekit.com')
    expect(config.clientId).toBe('skc_1')
    expect(config.clientSecret.reveal()).toBe(clientSecret)
    expect(config.baseUrl.map(({ origin }) => origin)).toEqual(['https://app.example'])
    expect(config.secret.map((secret) => secret.reveal())).toEqual([cookieSecret])
    expect(config.baseUrl[0].protocol).toBe('https:')
  })

  it('gives way to its option', () => {
    const config = parseConfig(
      {
        environmentUrl: 'https://other.scalekit.com',
        clientId: 'skc_2',
        clientSecret: 'another client secret',
        baseUrl: 'https://other.example',
        secret: otherSecret,
        logger: silent(),
      },
      production(),
    )
    expect(config.environmentUrl.host).toBe('other.scalekit.com')
    expect(config.clientId).toBe('skc_2')
    expect(config.clientSecret.reveal()).toBe('another client secret')
    expect(config.baseUrl[0].host).toBe('other.example')
    expect(config.secret.map((secret) => secret.reveal())).toEqual([otherSecret])
  })

  it('has the alias SCALEKIT_ENV_URL', () => {
    const env = production({
      SCALEKIT_ENVIRONMENT_URL: undefined,
      SCALEKIT_ENV_URL: 'https://alias.scalekit.com',
    })
    const config = parseConfig({ logger: silent() }, env)
    expect(config.environmentUrl.host).toBe('alias.scalekit.com')
  })

  it('wins over its alias, with a line in the log where they differ', () => {
    const { logger, lines } = recordingLogger()
    const env = production({ SCALEKIT_ENV_URL: 'https://alias.scalekit.com' })
    expect(parseConfig({ logger }, env).environmentUrl.host).toBe('acme.scalekit.com')
    expect(lines.join()).toContain('SCALEKIT_ENVIRONMENT_URL and SCALEKIT_ENV_URL differ')
  })

  it('that is empty counts as missing', () => {
    const env = {
      SCALEKIT_ENVIRONMENT_URL: '',
      SCALEKIT_CLIENT_ID: '',
      SCALEKIT_CLIENT_SECRET: '',
      SCALEKIT_COOKIE_SECRET: '',
      APP_BASE_URL: '',
      NODE_ENV: 'production',
    }
    expect(problemsOf({}, env)).toEqual([
      expect.stringMatching(/^`environmentUrl` is missing: set SCALEKIT_ENVIRONMENT_URL/),
      '`clientId` is missing: set SCALEKIT_CLIENT_ID',
      '`clientSecret` is missing: set SCALEKIT_CLIENT_SECRET',
      expect.stringMatching(/^`baseUrl` is missing: set APP_BASE_URL/),
      expect.stringMatching(/^`secret` is missing: set SCALEKIT_COOKIE_SECRET/),
    ])
  })

  it('that is empty leaves development its defaults', () => {
    const env = development({ SCALEKIT_COOKIE_SECRET: '', APP_BASE_URL: '' })
    const config = parseConfig({ logger: silent() }, env)
    expect(config.baseUrl[0].origin).toBe('http://localhost:3000')
    expect(config.secret).toHaveLength(1)
  })

  it('that is empty leaves the word to its alias', () => {
    const env = production({
      SCALEKIT_ENVIRONMENT_URL: '',
      SCALEKIT_ENV_URL: 'https://alias.scalekit.com',
    })
    const config = parseConfig({ logger: silent() }, env)
    expect(config.environmentUrl.host).toBe('alias.scalekit.com')
  })
})

describe('environmentUrl', () => {
  it.each([
    ['a host alone', 'acme.scalekit.com', 'https://acme.scalekit.com'],
    ['a slash at its end', 'https://acme.scalekit.com/', 'https://acme.scalekit.com'],
    ['a custom domain', 'https://login.acme.example', 'https://login.acme.example'],
    ['capital letters', 'HTTPS://Acme.Scalekit.com', 'https://acme.scalekit.com'],
    ['a port', 'https://acme.scalekit.com:8443', 'https://acme.scalekit.com:8443'],
  ])('may have %s', (_case, environmentUrl, issuer) => {
    const config = parseConfig({ environmentUrl, logger: silent() }, production())
    expect(config.environmentUrl.origin).toBe(issuer)
    expect(config.issuer).toBe(issuer)
  })

  it('may be a URL object', () => {
    const environmentUrl = new URL('https://acme.scalekit.com/')
    const config = parseConfig({ environmentUrl, logger: silent() }, production())
    expect(config.issuer).toBe('https://acme.scalekit.com')
  })

  it.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])(
    'may be an emulator at %s outside production',
    (environmentUrl) => {
      const config = parseConfig({ environmentUrl, logger: silent() }, development())
      expect(config.environmentUrl.origin).toBe(environmentUrl)
      expect(problemsOf({ environmentUrl }, production())).toEqual([
        '`environmentUrl` must begin with https://; http is accepted only for an emulator on this machine',
      ])
    },
  )

  it.each(['http://acme.scalekit.com', 'http://127.0.0.1.evil.example', 'http://localhost.evil'])(
    'is never %s',
    (environmentUrl) => {
      expect(problemsOf({ environmentUrl }, development())).toEqual([
        expect.stringMatching(/^`environmentUrl` must begin with https:\/\//),
      ])
    },
  )
})

describe('an emulator', () => {
  const elsewhere = {
    environmentUrl: 'http://emulator:4400',
    portal: { ...admin, origin: 'http://emulator:4400' },
  }

  it('is on another machine only where that is asked for, outside production', () => {
    expect(problemsOf(elsewhere, development())).toEqual([
      '`environmentUrl` must begin with https://; http is accepted only for an emulator on this machine, and with `dangerouslyAllowHttp` for one elsewhere',
      '`portal.origin` must begin with https://; http is accepted only for an emulator on this machine, and with `dangerouslyAllowHttp` for one elsewhere',
    ])
    const allowed = { ...elsewhere, dangerouslyAllowHttp: true }
    expect(problemsOf(allowed, development())).toEqual([])
    expect(problemsOf(allowed, production())).toHaveLength(2)
  })

  it('is in production only where that is asked for by its ugly name', () => {
    const options = {
      environmentUrl: 'http://localhost:4400',
      clientSecret: emulatorClientSecret,
      webhooks: { secret: emulatorWebhookSecret },
    }
    expect(problemsOf(options, production())).toHaveLength(3)
    expect(
      problemsOf({ ...options, dangerouslyAllowEmulator: 'true' as never }, production()),
    ).toHaveLength(4)
    const allowed = { ...options, dangerouslyAllowEmulator: true }
    expect(problemsOf(allowed, production())).toEqual([])
    expect(problemsOf({ ...allowed, ...elsewhere }, production())).toHaveLength(2)
    const both = { ...allowed, ...elsewhere, dangerouslyAllowHttp: true }
    expect(problemsOf(both, production())).toEqual([])
  })

  it.each([
    [true, production(), 1],
    [false, production(), 0],
    [true, development(), 0],
  ])('that is allowed (%s) is an error in the log of production only', (allow, env, count) => {
    const { logger, lines } = recordingLogger()
    parseConfig({ dangerouslyAllowEmulator: allow, logger }, env)
    const alarms = lines.filter((line) => line.includes('emulator_allowed: '))
    expect(alarms).toHaveLength(count)
    for (const line of alarms) {
      expect(line).toMatch(/^error .*every visitor can sign in as every user/)
    }
  })
})

describe('issuer', () => {
  it('stays as it was written, since tokens say it that way', () => {
    const issuer = 'https://acme.scalekit.com/resources/res_1'
    expect(parseConfig({ issuer, logger: silent() }, production()).issuer).toBe(issuer)
  })

  it('is https wherever the environment must be', () => {
    const issuer = 'http://acme.scalekit.com'
    expect(problemsOf({ issuer }, production())).toEqual([
      '`issuer` must begin with https://; http is accepted only for an emulator on this machine',
    ])
    expect(problemsOf({ issuer }, development())).toHaveLength(1)
  })
})

describe('baseUrl', () => {
  it('is this machine outside production, at PORT or at 3000', () => {
    const at = (env: Env) => parseConfig({ logger: silent() }, env).baseUrl[0].origin
    expect(at(development())).toBe('http://localhost:3000')
    expect(at(development({ PORT: '8080' }))).toBe('http://localhost:8080')
    expect(at(development({ PORT: '' }))).toBe('http://localhost:3000')
  })

  it('may name several origins, the first of which is used where a request names none', () => {
    const hosts = (baseUrl: ScalekitAuthOptions['baseUrl'], env = production()) =>
      parseConfig({ ...(baseUrl && { baseUrl }), logger: silent() }, env).baseUrl.map(
        ({ host }) => host,
      )
    expect(hosts(['https://a.example', new URL('https://b.example')])).toEqual([
      'a.example',
      'b.example',
    ])
    const env = production({ APP_BASE_URL: 'https://c.example,https://d.example' })
    expect(hosts(undefined, env)).toEqual(['c.example', 'd.example'])
  })

  it.each<[string, ScalekitAuthOptions, Env, string]>([
    ['in development', {}, development(), 'scalekit-3000'],
    ['in development, by PORT', {}, development({ PORT: '3001' }), 'scalekit-3001'],
    ['over https', { baseUrl: 'https://localhost:8443' }, development(), 'scalekit-8443'],
    ['without a port', { baseUrl: 'http://shop.localhost' }, development(), 'scalekit'],
    ['with a `name`', { name: 'shop' }, development(), 'shop'],
    ['in production', { baseUrl: 'https://app.example:8443' }, production(), 'scalekit'],
  ])('%s names the cookies: %s', (_case, options, env, prefix) => {
    expect(parseConfig({ ...options, logger: silent() }, env).cookiePrefix).toBe(prefix)
  })

  it('is http in production only where that is asked for by its ugly name', () => {
    const baseUrl = 'http://app.example'
    expect(problemsOf({ baseUrl }, production())).toEqual([
      '`baseUrl` must begin with https:// in production, not http://app.example',
    ])
    const given = { baseUrl, dangerouslyAllowHttp: 'false' as never }
    expect(problemsOf(given, production())).toEqual([
      '`dangerouslyAllowHttp` must be true or false',
    ])
    const allowed = { baseUrl, dangerouslyAllowHttp: true, logger: silent() }
    expect(parseConfig(allowed, production()).baseUrl[0].protocol).toBe('http:')
  })

  it.each([
    [
      'no origin at all',
      [],
      'is an empty array: write at least one origin, such as https://app.example',
    ],
    [
      'https and http',
      ['https://a.example', 'http://b.example'],
      'mixes http and https: use one of them for all origins',
    ],
    [
      'http and https',
      ['http://a.example', 'https://b.example'],
      'mixes http and https: use one of them for all origins',
    ],
    [
      'a query',
      'https://a.example/app?x=1',
      'must not have a query or a fragment: write https://a.example/app',
    ],
    ['a path that is none', 'https://a.example/a//b', 'must be a path such as /auth/login'],
    [
      'several paths',
      ['https://a.example/app', 'https://b.example'],
      'has different paths: use one of them for all origins',
    ],
    ['no scheme', 'a.example', 'must be a URL such as https://app.example'],
    [
      'a wildcard in its host',
      ['https://a.example', 'https://*.a.example'],
      'must not have a wildcard in its host (*.a.example): a subdomain that an attacker controls could receive sign-ins; list each origin instead',
    ],
  ])('is refused with %s', (_case, baseUrl, problem) => {
    expect(problemsOf({ baseUrl }, production())).toEqual([`\`baseUrl\` ${problem}`])
  })
})

describe('secret', () => {
  it('may be a list, so that a new one can be put in front', () => {
    const secrets = (options: ScalekitAuthOptions, env: Env) =>
      parseConfig({ ...options, logger: silent() }, env).secret.map((secret) => secret.reveal())
    const both = [otherSecret, cookieSecret]
    expect(secrets({ secret: both }, production())).toEqual(both)
    const env = production({ SCALEKIT_COOKIE_SECRET: both.join(',') })
    expect(secrets({}, env)).toEqual(both)
  })

  it('is derived outside production, differently for each client, with a line in the log', () => {
    const { logger, lines } = recordingLogger()
    const derived = (secret: string) =>
      parseConfig({ clientSecret: secret, logger }, development()).secret[0]!.reveal()
    expect(derived('one')).not.toBe(derived('other'))
    expect(lines[0]).toContain('Development: deriving the cookie secret from the client secret')
  })

  it.each([
    ['31 characters', 'q3kX9vTz7Lm2Bn8Rw5Yc1Hd6Jf4Gs0P', 'is shorter than 32 characters'],
    ['one character over and over', 'a'.repeat(64), 'looks like a sample'],
    ['few characters over and over', 'password'.repeat(8), 'looks like a sample'],
    ['the words of a sample', 'your-secret-key-which-is-long-enough-42', 'looks like a sample'],
    ['the words of another sample', 'CHANGE_ME_BEFORE_DEPLOYING_1234567890', 'looks like a sample'],
    ['a keyboard cat', 'keyboard cat keyboard cat 0123456789', 'looks like a sample'],
    ['the emulator’s client secret', emulatorClientSecret, 'looks like a sample'],
  ])('is refused when it is %s', (_case, secret, problem) => {
    for (const given of [secret, [cookieSecret, secret]]) {
      expect(problemsOf({ secret: given }, production())).toEqual([
        expect.stringMatching(new RegExp(`^\`secret\` ${problem}.*: use .*openssl rand`)),
      ])
    }
  })

  it('accepts 32 characters', () => {
    expect(cookieSecret).toHaveLength(32)
    expect(problemsOf({ secret: cookieSecret }, production())).toEqual([])
  })

  it('is refused when the list holds none', () => {
    expect(problemsOf({ secret: [] }, production())).toEqual([
      '`secret` is an empty array: write at least one secret',
    ])
  })
})

describe('clientSecret', () => {
  it('may be the emulator’s in development, never in production', () => {
    const options = { clientSecret: emulatorClientSecret }
    expect(problemsOf(options, development())).toEqual([])
    expect(problemsOf(options, production())).toEqual([
      '`clientSecret` is the emulator’s client secret, which is public: use the secret of your environment',
    ])
  })
})

describe.each(['webhooks', 'interceptors'] as const)('the secret of %s', (signed) => {
  it.each<[string, string | string[]]>([
    ['alone', emulatorWebhookSecret],
    ['beside another', [signingSecret, emulatorWebhookSecret]],
    ['of interceptors', emulatorInterceptorSecret],
  ])('may be the emulator’s in development, never in production, %s', (_how, secret) => {
    const options = { [signed]: { secret } }
    expect(problemsOf(options, development())).toEqual([])
    expect(problemsOf(options, production())).toEqual([
      `\`${signed}.secret\` is the emulator’s signing secret, which is public: use the secret of your endpoint`,
    ])
  })
})

describe('every other option', () => {
  it.each<[string, object, string]>([
    ['clientId', { clientId: '"skc_1"' }, 'has quotes around it: remove them'],
    ['clientSecret', { clientSecret: 'live_1\n' }, 'has white space or a line break in it'],
    ['name', { name: 'my app' }, 'must be 1 to 32 letters, digits or underscores'],
    ['name', { name: 'a'.repeat(33) }, 'must be 1 to 32 letters, digits or underscores'],
    ['basePath', { basePath: 'auth' }, 'must be a path such as /auth/login'],
    ['paths.login', { paths: { login: 'login' } }, 'must be a path such as /auth/login'],
    [
      'paths',
      { paths: { login: '/me' } },
      'must be different paths, but /me appears more than once',
    ],
    [
      'paths',
      { paths: { login: '/Me' } },
      'must be different paths, but /me appears more than once',
    ],
    ['scopes', { scopes: ['email'] }, 'must include "openid"'],
    [
      'scopes',
      { scopes: ['openid email'] },
      'must contain one scope in each string, not "openid email"',
    ],
    ['scopes', { scopes: 'openid' }, 'must be an array of non-empty strings'],
    ['login.fallback', { login: { fallback: 'page' } }, 'must be "email" or "hosted"'],
    ['login.resolve', { login: { resolve: 'acme' } }, 'must be a function'],
    ['login.providers', { login: { providers: ['gogle'] } }, 'must contain only google, github'],
    ['login.forward', { login: { forward: 'code' } }, 'must be an array of non-empty strings'],
    ['login.forward', { login: { forward: false } }, 'must be an array of non-empty strings'],
    ['login.forward', { login: { forward: ['x', 'state'] } }, 'must not contain "state": only'],
    ['login.forward', { login: { forward: ['redirect_uri'] } }, 'must not contain "redirect_uri"'],
    ['login.forward', { login: { forward: ['return_to'] } }, 'must not contain "return_to"'],
    ['login.forward', { login: { forward: ['__proto__'] } }, 'must not contain "__proto__"'],
    ['login.maxAgeSeconds', { login: { maxAgeSeconds: 0 } }, 'must be a whole number of seconds'],
    [
      'login.maxAgeSeconds',
      { login: { maxAgeSeconds: -300 } },
      'must be a whole number of seconds',
    ],
    ['login.maxAgeSeconds', { login: { maxAgeSeconds: 0.5 } }, 'must be a whole number of seconds'],
    ['login.maxAgeSeconds', { login: { maxAgeSeconds: '300' } }, 'must be a whole number of'],
    ['login.maxAgeSeconds', { login: { maxAgeSeconds: null } }, 'must be a whole number of'],
    ['login.maxAgeSeconds', { login: { maxAgeSeconds: Infinity } }, 'must be a whole number of'],
    ['login.onLogin', { login: { onLogin: true } }, 'must be a function'],
    [
      'pages.style',
      { pages: { style: 5 } },
      'must be a string of CSS without "</", such as ":root { --accent: #0a7d4f }"',
    ],
    ['pages.style', { pages: { style: 'p {}</style><script>' } }, 'must be a string of CSS'],
    ['session.kind', { session: 'memory' }, 'must be "auto" or "cookie" or "express-session"'],
    [
      'session.kind',
      { session: { kind: 'cookie', store } },
      'must be "express-session", or left out, when',
    ],
    [
      'session.store',
      { session: { store: new Map() } },
      'must be an object with a destroy() method',
    ],
    [
      'session.secret',
      { session: { secret: cookieSecret } },
      'only signs the cookie of `session.store`, which is not set',
    ],
    ['session.secret', { session: { secret: 'short', store } }, 'is shorter than 32 characters'],
    [
      'session.secret',
      { session: { secret: [], store } },
      'is an empty array: write at least one secret',
    ],
    ['session.keep', { session: { keep: 'cart' } }, 'must be an array of non-empty strings'],
    ['session.absoluteSeconds', { session: { absoluteSeconds: 1.5 } }, 'must be a whole number of'],
    ['session.idleSeconds', { session: { idleSeconds: 0.5 } }, 'must be a whole number of seconds'],
    [
      'session.idleSeconds',
      { session: { absoluteSeconds: 3600, idleSeconds: 3601 } },
      'must not be greater than `session.absoluteSeconds` (3600)',
    ],
    [
      'session.idleSeconds',
      { session: { idleSeconds: 604_801 } },
      'must not be greater than `session.absoluteSeconds` (604800)',
    ],
    ['session.absoluteSeconds', { session: { absoluteSeconds: 0 } }, 'must be a whole number'],
    ['session.idleSeconds', { session: { idleSeconds: '3600' } }, 'must be a whole number'],
    ['session.afterRestart', { session: { afterRestart: 'forget' } }, 'must be "end" or "keep"'],
    [
      'webhooks.delivery',
      { webhooks: { delivery: 'queue' } },
      'must be "inline", or bullmq(queue) or pgBoss(boss) of express-scalekit/queues',
    ],
    ['webhooks.delivery', { webhooks: { delivery: { add() {} } } }, 'must be "inline", or bullmq'],
    [
      'webhooks.onUserLogin',
      { webhooks: { onUserLogin: 'log', secret: signingSecret } },
      'must be a function',
    ],
    ['organizations.of', { organizations: { of: ['org_1'] } }, 'must be a function'],
    ['bearer', { bearer: true }, 'must be an object'],
    ['bearer.audience', { bearer: { audience: [] } }, 'is an empty array: name at least one'],
    ['bearer.audience', { bearer: { audience: '' } }, 'must be a non-empty string'],
    ['bearer.audience', { bearer: { audience: ['a', 5] } }, 'must be a non-empty string'],
    ['bearer.issuers', { bearer: { issuers: [] } }, 'is an empty array: name at least one'],
    ['bearer.issuers', { bearer: { issuers: null } }, 'must be a non-empty string'],
    ['bearer.accepts', { bearer: { accepts: [] } }, 'is an empty array: name at least one'],
    ['bearer.accepts', { bearer: { accepts: 'user' } }, 'must be an array of non-empty strings'],
    [
      'bearer.accepts',
      { bearer: { accepts: ['users'] } },
      'must contain only user, organization-client, this-client',
    ],
    ['portal', { portal: true }, "with a role or a permission, such as { role: 'admin' }"],
    ['portal.role', { portal: {} }, 'is missing: name the role'],
    ['portal.role', { portal: { features: ['sso'] } }, 'is missing: name the role'],
    ['portal.role', { portal: { role: [] } }, 'is an empty array: name at least one'],
    ['portal.role', { portal: { role: '' } }, 'must be an array of non-empty strings'],
    ['portal.role', { portal: { role: ['admin', 5] } }, 'must be an array of non-empty strings'],
    ['portal.permission', { portal: { permission: [] } }, 'is an empty array: name at least one'],
    ['portal.allow', { portal: { allow: true } }, 'must be a function'],
    [
      'portal.features',
      { portal: { ...admin, features: ['scim'] } },
      'must contain only sso, dir_sync',
    ],
    ['portal.embed', { portal: { ...admin, embed: 'yes' } }, 'must be true or false'],
    ['portal.returnTo', { portal: { ...admin, returnTo: '//evil.example' } }, 'must be a path'],
    ['portal.returnTo', { portal: { ...admin, returnTo: 'javascript:1' } }, 'must be a path'],
    [
      'portal.origin',
      { portal: { ...admin, origin: 'https://p.example/x' } },
      'must not have a path, a query or a fragment: write https://p.example',
    ],
    [
      'portal.origin',
      { portal: { ...admin, origin: 'http://p.example' } },
      'must begin with https',
    ],
    ['authorization.resolve', { authorization: { resolve: 'admin' } }, 'must be a function'],
    ['authorization.maxAgeSeconds', { authorization: { maxAgeSeconds: 0 } }, 'must be a number'],
    [
      'authorization.outageGraceSeconds',
      { authorization: { outageGraceSeconds: '60' } },
      'must be a number',
    ],
    ['store', { store: {} }, 'must be memoryStore(), redisStore(client) or postgresStore(pool)'],
    ['store', { store: false }, 'must be memoryStore(), redisStore(client) or postgresStore(pool)'],
    ['store', { store }, 'is a session store of express-session: pass it as `session.store`'],
    ['store', { store: { ...memoryStore(), tokenStore: undefined } }, 'must be memoryStore(), '],
    [
      'store',
      { store: { ...memoryStore(), revocations: { write() {} } } },
      'must be an object with a since() method',
    ],
    ['store', { store: storeOfBefore }, 'must have a tokenStore with a replace() method'],
    ['revocation.maxLagMs', { revocation: { maxLagMs: -1 } }, 'must be a number'],
    [
      'connections.origins',
      { connections: { origins: 'https://app.example' } },
      'must be an array',
    ],
    [
      'connections.origins',
      { connections: { origins: ['https://app.example/page'] } },
      'must not have a path',
    ],
    [
      'connections.origins',
      { connections: { origins: ['*'] } },
      'must contain origins such as https://admin.app.example',
    ],
    ['logger', { logger: { info() {} } }, 'must be an object with a debug() method'],
    ['http.fetch', { http: { fetch: 'fetch' } }, 'must be a function'],
    ['http.timeoutSeconds', { http: { timeoutSeconds: Number.NaN } }, 'must be a number'],
    ['clock', { clock: 5 }, 'must be a function'],
    ['issuer', { issuer: 'acme' }, 'must be a URL such as https://app.example'],
  ])('%s has a sentence for %j', (name, options, problem) => {
    const [line, ...others] = problemsOf(options as ScalekitAuthOptions, production())
    expect(line).toMatch(new RegExp(`^\`${name}\` `))
    expect(line).toContain(problem)
    expect(others).toEqual([])
  })

  it.each([
    'paths',
    'login',
    'authorization',
    'session',
    'pages',
    'organizations',
    'portal',
    'revocation',
    'connections',
    'http',
  ])('%s has one sentence for what is no object', (group) => {
    for (const given of [null, 5, []]) {
      const options = { [group]: given } as ScalekitAuthOptions
      const more =
        group === 'portal' ? " with a role or a permission, such as { role: 'admin' }" : ''
      expect(problemsOf(options, production())).toEqual([`\`${group}\` must be an object${more}`])
    }
  })

  it('has the default that its documentation says', () => {
    const config = parseConfig({ logger: silent() }, production())
    expect(config).toMatchObject({
      name: 'scalekit',
      basePath: '',
      paths: { login: '/login', callback: '/callback', logout: '/logout', me: '/me' },
      login: {
        providers: [],
        resolve: undefined,
        fallback: 'email',
        forward: [],
        maxAgeSeconds: undefined,
        onLogin: undefined,
      },
      pages: {
        name: undefined,
        logoUrl: undefined,
        supportUrl: undefined,
        style: '',
        language: undefined,
        email: undefined,
        error: undefined,
        errors: 'answer',
      },
      session: {
        kind: 'auto',
        store: undefined,
        secret: undefined,
        keep: [],
        absoluteSeconds: 604_800,
        idleSeconds: 86_400,
        afterRestart: 'keep',
      },
      authorization: { resolve: undefined, maxAgeSeconds: 300, outageGraceSeconds: 3600 },
      organizations: { of: undefined },
      portal: undefined,
      webhooks: {
        delivery: 'inline',
        toleranceSeconds: 300,
        maxBytes: 1_048_576,
        timeoutSeconds: 8,
      },
      interceptors: { toleranceSeconds: 300, maxBytes: 1_048_576, timeoutSeconds: 2.5 },
      revocation: { maxLagMs: 1000 },
      connections: { origins: [] },
      http: { timeoutSeconds: 5 },
      clock: Date.now,
    })
    expect(parseConfig({ portal: admin, logger: silent() }, production()).portal).toEqual({
      role: ['admin'],
      permission: [],
      allow: undefined,
      features: [],
      embed: false,
      returnTo: '/',
      origin: undefined,
    })
    expect([...config.scopes].sort()).toEqual(['email', 'openid', 'profile'])
  })

  it('has an idle time no longer than an absolute time that is shorter than its default', () => {
    const session = { absoluteSeconds: 3600 }
    expect(parseConfig({ session, logger: silent() }, production()).session).toMatchObject({
      absoluteSeconds: 3600,
      idleSeconds: 3600,
    })
    expect(problemsOf({ session: { ...session, idleSeconds: 3600 } }, production())).toEqual([])
  })

  it('takes the root and nothing at all for the same base path', () => {
    const basePath = (given: string) =>
      parseConfig({ basePath: given, logger: silent() }, production()).basePath
    expect([basePath(''), basePath('/'), basePath('/auth')]).toEqual(['', '', '/auth'])
  })
})

describe('a ConfigError', () => {
  it('tells every problem at once, misspelled options too', () => {
    const options = { clientID: 'x', session: { idleSecond: 1 }, name: '', http: { timeout: 5 } }
    const error = refusal(options as ScalekitAuthOptions, {})
    expect(error).toMatchObject({ name: 'ConfigError', code: 'config_invalid', status: 500 })
    expect(error!.problems).toEqual([
      '`clientID` is not an option; did you mean `clientId`?',
      '`session.idleSecond` is not an option; did you mean `session.idleSeconds`?',
      '`http.timeout` is not an option; did you mean `http.timeoutSeconds`?',
      expect.stringMatching(/^`environmentUrl` is missing: set SCALEKIT_ENVIRONMENT_URL, or run/),
      '`clientId` is missing: set SCALEKIT_CLIENT_ID',
      '`clientSecret` is missing: set SCALEKIT_CLIENT_SECRET',
      expect.stringMatching(/^`name` must be/),
    ])
    for (const problem of error!.problems) expect(error!.message).toContain(problem)
  })

  it.each(Object.keys(optionNames))('notices a misspelled name among those of %j', (group) => {
    const [outer, inner] = group.split('.')
    const members = inner ? { [inner]: { zzzzzz: 1 } } : { zzzzzz: 1 }
    const options = outer ? { [outer]: members } : members
    const prefix = group && `${group}.`
    expect(problemsOf(options as ScalekitAuthOptions, production())).toContain(
      `\`${prefix}zzzzzz\` is not an option`,
    )
  })

  it.each<[object, string]>([
    [{ providers: ['google'] }, '`providers` is not an option; did you mean `login.providers`?'],
    [{ onLogin() {} }, '`onLogin` is not an option; did you mean `login.onLogin`?'],
    [
      { authorization: { resolver: () => ({}) } },
      '`authorization.resolver` is not an option; did you mean `authorization.resolve`?',
    ],
    [{ maxLagMs: 5 }, '`maxLagMs` is not an option; did you mean `revocation.maxLagMs`?'],
    [{ login: { baseUrl: 'x' } }, '`login.baseUrl` is not an option; did you mean `baseUrl`?'],
    [
      { onDirectoryUserCreated() {} },
      '`onDirectoryUserCreated` is not an option; did you mean `webhooks.onDirectoryUserCreated`?',
    ],
    [
      { webhooks: { secret: signingSecret, onDirectoryUserCreatd() {} } },
      '`webhooks.onDirectoryUserCreatd` is not an option; did you mean `webhooks.onDirectoryUserCreated`?',
    ],
    [
      { redirectUri: 'x' },
      '`redirectUri` is not an option; the redirect URI is `baseUrl` + `basePath` + `paths.callback`: set these',
    ],
    [
      { session: { maxAge: 5 } },
      '`session.maxAge` is not an option; write `session.absoluteSeconds` or `session.idleSeconds`',
    ],
    [{ issuerBaseURL: 'x' }, '`issuerBaseURL` is not an option; write `environmentUrl`'],
    [{ pages: { text: {} } }, '`pages.text` is not an option; did you mean `pages.texts`?'],
    [{ constructor: 1 }, '`constructor` is not an option'],
    [{ session: { toString: 1 } }, '`session.toString` is not an option'],
  ])('says what to write in place of %j', (options, problem) => {
    const [line, ...others] = problemsOf(options as ScalekitAuthOptions, production())
    expect(line).toContain(problem)
    expect(others).toEqual([])
  })

  it('has a sentence for each wrong value of a group, and one for a path that is taken twice', () => {
    const paths = { login: 'login', me: '/same', logout: '/same' }
    expect(problemsOf({ paths }, production())).toEqual([
      '`paths.login` must be a path such as /auth/login',
      '`paths` must be different paths, but /same appears more than once',
    ])
  })

  it('never shows a secret', () => {
    const planted = {
      clientSecret: '"live_planted_client_secret"',
      secret: [' planted cookie secret of more than 32 characters', 'planted short'],
    }
    const error = refusal(planted, { NODE_ENV: 'production' })
    expect(error!.problems).toContain('`clientSecret` has quotes around it: remove them')
    expect(inspect(error, { depth: 9 })).not.toContain('planted')
    expect(JSON.stringify(error)).not.toContain('planted')
  })
})

describe('a Config', () => {
  it('never shows a secret', () => {
    const config = parseConfig({ logger: silent() }, production())
    for (const shown of [inspect(config, { depth: 9, showHidden: true }), JSON.stringify(config)]) {
      expect(shown).not.toContain(clientSecret)
      expect(shown).not.toContain(cookieSecret)
    }
  })

  it('is frozen', () => {
    expect(Object.isFrozen(parseConfig({ logger: silent() }, production()))).toBe(true)
  })
})

describe('NODE_ENV', () => {
  const linesWith = (mode: string | undefined) => {
    const { logger, lines } = recordingLogger()
    parseConfig({ secret: cookieSecret, logger }, development({ NODE_ENV: mode }))
    return lines
  }

  it.each(['staging', 'prod', 'Production'])('that is %s is named, since it is none', (mode) => {
    expect(linesWith(mode)).toEqual([
      `warn NODE_ENV is "${mode}", which counts as development: set it to "production" where users sign in`,
    ])
  })

  it.each([undefined, 'development', 'test'])('that is %s is nothing to be told', (mode) => {
    expect(linesWith(mode)).toEqual([])
  })
})

describe('with `bearer`', () => {
  function told(options: ScalekitAuthOptions) {
    const { logger, lines } = recordingLogger()
    parseConfig({ secret: cookieSecret, logger, ...options }, development())
    return lines
  }
  const resolve = () => ({ roles: [] })
  const onLogin = () => {}

  it.each<[string, ScalekitAuthOptions]>([
    ['`authorization.resolve`', { authorization: { resolve } }],
    ['`login.onLogin`', { login: { onLogin } }],
    [
      '`authorization.resolve` and `login.onLogin`',
      { authorization: { resolve }, login: { onLogin } },
    ],
  ])('a line says that access tokens are not passed to %s', (names, options) => {
    expect(told({ bearer: {}, ...options })).toEqual([
      expect.stringMatching(
        new RegExp(`^warn bearer_roles_of_tokens: access tokens are not passed to ${names}\\.`),
      ),
    ])
    expect(told(options)).toEqual([])
  })

  it('alone, and without machines, there is nothing to be told', () => {
    expect(told({ bearer: {} })).toEqual([])
  })
})

describe('a production application without a store', () => {
  const webhooks = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }

  function told(options: ScalekitAuthOptions, env: Env = {}) {
    const { logger, lines } = recordingLogger()
    const { session } = parseConfig({ logger, ...options }, production(env))
    return { lines, afterRestart: session.afterRestart }
  }

  it('is told in the log what then holds for one process only', () => {
    expect(told({}).lines).toEqual([
      expect.stringMatching(/^warn store_in_memory: .*in the process that handled it/),
    ])
  })

  it.each<[string, 'end' | 'keep', ScalekitAuthOptions, Env]>([
    ['without webhooks', 'keep', {}, {}],
    ['with a webhook secret', 'end', { webhooks }, {}],
    ['with the secret in a variable', 'end', {}, { SCALEKIT_WEBHOOK_SECRET: webhooks.secret }],
    ['that says so', 'end', { session: { afterRestart: 'end' } }, {}],
    [
      'that says so in spite of webhooks',
      'keep',
      { session: { afterRestart: 'keep' }, webhooks },
      {},
    ],
    ['whose store is in memory', 'end', { store: memoryStore(), webhooks }, {}],
  ])('%s is told that a restart will %s sessions', (_which, expected, options, env) => {
    const { lines, afterRestart } = told(options, env)
    expect(afterRestart).toBe(expected)
    const meaning = {
      end: 'A restart signs every user out, .*`session.afterRestart` is "end"',
      keep: 'a copy of the cookie of a session that was ended works again .* is "keep"',
    }
    expect(lines).toEqual([expect.stringMatching(new RegExp(meaning[expected]))])
    expect(lines[0]).toContain('memoryStore({ file })')
  })

  it('with a file for revocations is told nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    expect(told({ store: memoryStore({ file: join(folder, 'file') }), webhooks }).lines).toEqual([])
  })

  it.each<[string, ScalekitAuthOptions, number]>([
    ['no store', {}, 1],
    ['a store in memory', { store: memoryStore() }, 1],
    ['a shared store', { store: { ...memoryStore(), revocations: shared } }, 0],
  ])('with refresh tokens and %s is told who can renew', (_which, options, count) => {
    const scopes = ['openid', 'offline_access']
    const lines = told({ scopes, ...options }).lines.filter((line) => line.includes('tokens_in'))
    expect(lines).toHaveLength(count)
    for (const line of lines) expect(line).toMatch(/^warn tokens_in_memory: .*Other processes/)
    expect(told(options).lines.join()).not.toContain('tokens_in_memory')
  })

  it('with refresh tokens and a file is told it, too: the file has no tokens', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const store = memoryStore({ file: join(folder, 'file') })
    const { lines } = told({ scopes: ['openid', 'offline_access'], store })
    expect(lines).toEqual([expect.stringContaining('tokens_in_memory')])
  })

  it('keeps sessions in development, where restarts are many', () => {
    const env = development({ SCALEKIT_WEBHOOK_SECRET: webhooks.secret })
    expect(parseConfig({ logger: silent() }, env).session.afterRestart).toBe('keep')
  })
})

function production(changes: Env = {}): Env {
  return {
    NODE_ENV: 'production',
    SCALEKIT_ENVIRONMENT_URL: 'https://acme.scalekit.com',
    SCALEKIT_CLIENT_ID: 'skc_1',
    SCALEKIT_CLIENT_SECRET: clientSecret,
    SCALEKIT_COOKIE_SECRET: cookieSecret,
    APP_BASE_URL: 'https://app.example',
    ...changes,
  }
}

function development(changes: Env = {}): Env {
  const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = production()
  return { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET, ...changes }
}

function silent() {
  return recordingLogger().logger
}

function refusal(options: ScalekitAuthOptions, env: Env): ConfigError | undefined {
  try {
    parseConfig({ logger: silent(), ...options }, env)
    return undefined
  } catch (error) {
    return error as ConfigError
  }
}

function problemsOf(options: ScalekitAuthOptions, env: Env): readonly string[] {
  return refusal(options, env)?.problems ?? []
}
