import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import { MemoryStore } from 'express-session'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ScalekitClient } from '../../src/client.ts'
import {
  type Middleware,
  requireAuth,
  requireOrganization,
  requireRecentAuth,
  requireRole,
  requireThat,
  type ScalekitAuthOptions,
  type ScalekitError,
  scalekitAuth,
} from '../../src/index.ts'
import { postgresStore } from '../../src/postgres.ts'
import { redisStore } from '../../src/redis.ts'
import { createDispatcher, signWebhook, verifyWebhook } from '../../src/webhooks.ts'
import type { HandledError, HostApp } from '../support/hosts.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { start } from '../support/start.ts'

afterEach(() => vi.unstubAllEnvs())

const secret = 'q3kX9vTz7Lm2Bn8Rw5Yc1Hd6Jf4Gs0Pa'
const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const complete: ScalekitAuthOptions = {
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'test_aB3dE5fG7hJ9kL1mN3pQ5rS7',
  logger: recordingLogger().logger,
}
/** What the machine that runs the tests may have set. */
const variables = [
  'SCALEKIT_ENVIRONMENT_URL',
  'SCALEKIT_ENV_URL',
  'SCALEKIT_CLIENT_ID',
  'SCALEKIT_COOKIE_SECRET',
  'SCALEKIT_WEBHOOK_SECRET',
  'APP_BASE_URL',
]
const production = { NODE_ENV: 'production' }
const completeInProduction = { ...complete, baseUrl: 'https://app.example', secret }

/** What is done, and the sentences that answer it. */
type StartUp = [
  done: string,
  options: object,
  sentence: string,
  env?: Readonly<Record<string, string>>,
]

describe('at start-up, every mistake has a sentence: the option, what is wrong, what to write', () => {
  it.each<StartUp>([
    [
      'a misspelled option',
      { clientID: 'skc_1' },
      '`clientID` is not an option; did you mean `clientId`?',
    ],
    [
      'an option of a group at the top level',
      { idleSeconds: 60 },
      '`idleSeconds` is not an option; did you mean `session.idleSeconds`?',
    ],
    [
      'the name that other packages have',
      { redirectUri: 'https://app.example/callback' },
      '`redirectUri` is not an option; the redirect URI is `baseUrl` + `basePath` + `paths.callback`: set these',
    ],
    [
      'a number as a string',
      { session: { idleSeconds: '60' } },
      '`session.idleSeconds` must be a whole number of seconds greater than 0',
    ],
    [
      'a time of zero',
      { webhooks: { timeoutSeconds: 0 } },
      '`webhooks.timeoutSeconds` must be a number greater than 0',
    ],
    ['a group that is no object', { webhooks: 'whsec_1' }, '`webhooks` must be an object'],
    [
      'no environment URL',
      { environmentUrl: undefined },
      '`environmentUrl` is missing: set SCALEKIT_ENVIRONMENT_URL, or run `npx express-scalekit emulator` and use the variables that it prints',
    ],
    ['no client id', { clientId: undefined }, '`clientId` is missing: set SCALEKIT_CLIENT_ID'],
    [
      'a client secret in quotes',
      { clientSecret: '"test_1"' },
      '`clientSecret` has quotes around it: remove them',
    ],
    [
      'an environment over http',
      { environmentUrl: 'http://acme.scalekit.com' },
      '`environmentUrl` must begin with https://; http is accepted only for an emulator on this machine, and with `dangerouslyAllowHttp` for one elsewhere',
    ],
    [
      'no secret in production',
      { secret: undefined },
      '`secret` is missing: set SCALEKIT_COOKIE_SECRET to the output of `openssl rand -base64 32`',
      production,
    ],
    [
      'a weak secret',
      { secret: 'short' },
      '`secret` is shorter than 32 characters: use the output of `openssl rand -base64 32`',
    ],
    [
      'the secret of a sample',
      { secret: 'your-secret-here-your-secret-here-1234' },
      '`secret` looks like a sample value: use the output of `openssl rand -base64 32`',
    ],
    [
      'http in production',
      { baseUrl: 'http://app.example' },
      '`baseUrl` must begin with https:// in production, not http://app.example',
      production,
    ],
    [
      'no base URL in production',
      { baseUrl: undefined },
      '`baseUrl` is missing: set APP_BASE_URL to the origin that browsers open, such as https://app.example',
      production,
    ],
    [
      'a base URL with a wildcard',
      { baseUrl: 'https://*.app.example' },
      '`baseUrl` must not have a wildcard in its host (*.app.example): a subdomain that an attacker controls could receive sign-ins; list each origin instead',
    ],
    [
      'a base URL with a query',
      { baseUrl: 'https://app.example/shop?from=mail' },
      '`baseUrl` must not have a query or a fragment: write https://app.example/shop',
    ],
    [
      'a base path without a slash',
      { basePath: 'auth' },
      '`basePath` must be a path such as /auth/login',
    ],
    [
      'one path for two routes',
      { paths: { login: '/auth', logout: '/auth' } },
      '`paths` must be different paths, but /auth appears more than once',
    ],
    [
      'a social provider that does not exist',
      { login: { providers: ['gogle'] } },
      '`login.providers` must contain only google, github, linkedin, gitlab, microsoft, salesforce, not "gogle"',
    ],
    [
      'a fallback that does not exist',
      { login: { fallback: 'page' } },
      '`login.fallback` must be "email" or "hosted"',
    ],
    [
      'a hook that is no function',
      { login: { onLogin: true } },
      '`login.onLogin` must be a function',
    ],
    ['scopes without openid', { scopes: ['email'] }, '`scopes` must include "openid"'],
    [
      'a name with a dash',
      { name: 'my-app' },
      '`name` must be 1 to 32 letters, digits or underscores',
    ],
    [
      'a portal without a role',
      { portal: { embed: true } },
      '`portal.role` is missing: name the role that may open the admin portal, or set `portal.permission` or `portal.allow`',
    ],
    [
      'a portal that is switched on',
      { portal: true },
      "`portal` must be an object with a role or a permission, such as { role: 'admin' }",
    ],
    [
      'interceptors without onFailure',
      { interceptors: { secret: signing, onPreSignup: () => ({ decision: 'ALLOW' }) } },
      '`interceptors.onFailure` is missing: write "deny" or "allow", the decision when a handler throws or times out',
    ],
    [
      'a misspelled handler of webhooks',
      { webhooks: { secret: signing, onDirectoryUserCreate: () => {} } },
      '`webhooks.onDirectoryUserCreate` is not an option; did you mean `webhooks.onDirectoryUserCreated`?',
    ],
    [
      'a handler of webhooks without a secret',
      { webhooks: { onDirectoryUserCreated: () => {} } },
      '`webhooks.secret` is missing: set SCALEKIT_WEBHOOK_SECRET to the endpoint’s signing secret',
    ],
    [
      'a signing secret of another kind',
      { webhooks: { secret: 'skc_1' } },
      '`webhooks.secret` must begin with whsec_',
    ],
    [
      'a session store as the store',
      { store: new MemoryStore() },
      '`store` is a session store of express-session: pass it as `session.store`',
    ],
    [
      'a secret for a session store that is not there',
      { session: { secret } },
      '`session.secret` only signs the cookie of `session.store`, which is not set: use `secret`',
    ],
  ])('%s', (_done, options, sentence, env = {}) => {
    for (const name of variables) vi.stubEnv(name, '')
    vi.stubEnv('NODE_ENV', 'development')
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const base = env === production ? completeInProduction : complete
    expect(() => scalekitAuth({ ...base, ...options })).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        code: 'config_invalid',
        message: `express-scalekit cannot start:\n  - ${sentence}`,
        problems: [sentence],
      }),
    )
  })
})

/** What is done, by a call that throws or rejects. */
type Call = [done: string, call: () => unknown, expected: Partial<ScalekitError>]

describe('at a call, every mistake has a sentence: the call, what is wrong, what to write', () => {
  it.each<Call>([
    [
      'redisStore() without a client',
      () => redisStore(undefined as never),
      invalid(
        'redisStore() needs a client with a sendCommand() function: redisStore(await createClient({ url }).connect()) of the package `redis`',
      ),
    ],
    [
      'postgresStore() with a URL',
      () => postgresStore('postgres://localhost' as never),
      invalid(
        'postgresStore() needs a pool with a query() function: postgresStore(new Pool({ connectionString })) of the package `pg`',
      ),
    ],
    [
      'requireRole() with an empty array',
      () => requireRole([]),
      invalid('requireRole() needs at least one role, such as requireRole("admin")'),
    ],
    [
      'requireThat() without a code',
      () => requireThat(() => true, {} as never),
      invalid(
        'The `code` of requireThat() must be up to 64 lower-case letters, digits and underscores, such as "plan_required"',
      ),
    ],
    [
      'requireOrganization() with a misspelled place',
      () => requireOrganization({ params: 'org' } as never),
      invalid(
        "requireOrganization() needs an organization id, a function of the request, or one place in the request, such as { param: 'org' }",
      ),
    ],
    [
      'requireRecentAuth() without a limit',
      () => requireRecentAuth(undefined as never),
      invalid(
        'requireRecentAuth() needs a number of seconds greater than 0, such as requireRecentAuth({ maxAgeSeconds: 300 })',
      ),
    ],
    [
      'scalekitAuth() with a URL',
      () => scalekitAuth('https://acme.scalekit.com' as never),
      invalid('scalekitAuth() must be called with an object of options, or with nothing'),
    ],
    [
      'auth.on() with an unknown event',
      () => scalekitAuth(complete).on('webhook.handle' as never, () => {}),
      invalid('auth.on() has no event "webhook.handle": did you mean \'webhook.handled\'?'),
    ],
    [
      'a dispatcher’s on() with a misspelled event type',
      () => createDispatcher().on('role.create' as never, () => {}),
      invalid('"role.create" is not an event type; did you mean "role.created"?'),
    ],
    [
      'a handler that is no function',
      () => createDispatcher({ onRoleCreated: 'later' as never }),
      invalid('`onRoleCreated` must be a function'),
    ],
    [
      'verifyWebhook() with a parsed body',
      () => verifyWebhook({ type: 'role.created' } as never, {}, signing),
      {
        code: 'webhook_body_consumed',
        message: 'The body is not the bytes that were signed',
        hint: 'Pass the raw body, as express.raw({ type: "*/*" }) gives it: a parsed body never matches.',
      },
    ],
    [
      'signWebhook() with a parsed body',
      () => signWebhook({ id: 'msg_1', body: {} as never, secret: signing }),
      {
        code: 'webhook_body_consumed',
        message: 'signWebhook(): `body` must be a string or a Buffer, not an object',
        hint: 'Sign the body as it will be sent, such as JSON.stringify(event).',
      },
    ],
    [
      'a client with a misspelled option',
      () => client({ timeout: 5 }),
      invalid('`options.timeout` is not an option; did you mean `options.timeoutMs`?'),
    ],
    [
      'a redirect URI with a hash',
      () => client().getAuthorizationUrl('https://app.example/#/callback'),
      {
        code: 'redirect_uri_invalid',
        message: 'The redirect URI must be an absolute URL without a fragment',
        hint: 'Pass it as it is registered at Scalekit, such as https://app.example/callback.',
      },
    ],
    [
      'an id that is undefined',
      () => client().organization.getOrganization(undefined as never),
      {
        code: 'invalid_id',
        message: 'An id must be a string such as org_15421144869927830, not undefined',
      },
    ],
  ])('%s', async (_done, call, expected) => {
    await expect((async () => call())()).rejects.toMatchObject(expected)
  })
})

/** What is done, by an application whose error handler gets to know. */
type Mounted = [
  done: string,
  mount: (app: HostApp, auth: Middleware) => void,
  expected: Partial<ScalekitError>,
  options?: ScalekitAuthOptions,
]

describe('at a request, the error handler gets a sentence', () => {
  it.each<Mounted>([
    [
      'app.use(scalekitAuth) without a call',
      (app) => app.use('/app', scalekitAuth as never),
      invalid('scalekitAuth was mounted without being called: write scalekitAuth()'),
    ],
    [
      'requireAuth without a call',
      (app) => app.use('/app', requireAuth as never),
      invalid('requireAuth was mounted without being called: write requireAuth()'),
    ],
    [
      'a guard above the kit',
      (app, auth) => {
        app.use('/app', requireAuth())
        app.use(auth)
      },
      {
        code: 'not_mounted',
        message: 'scalekitAuth() did not run for this request',
        hint: 'Put app.use(scalekitAuth()) above the routes that read the session. If the kit is mounted below a path, also add app.use(auth.session()).',
      },
    ],
    [
      'a wrong basePath',
      (app, auth) => app.use('/app', auth),
      {
        code: 'base_path_mismatch',
        message: 'The request is for "/app/login", but this route expects "/auth/login"',
        hint: 'Set `basePath` to the path that the kit is mounted at, or set the path of this route in `paths`. A path in `baseUrl` is for a proxy that takes it off.',
      },
      { basePath: '/auth' },
    ],
    [
      'no express-session',
      (app, auth) => {
        app.use(auth)
        app.use('/app', requireAuth())
      },
      {
        code: 'session_not_mounted',
        message: 'express-session did not run for this request',
        hint: 'Mount express-session above scalekitAuth(). If it is already there, its store is disconnected.',
      },
      { session: 'express-session' },
    ],
  ])('%s', async (_done, mount, expected, options = {}) => {
    const errors: unknown[] = []
    const { visitor } = await start({
      options,
      mount(app, auth) {
        mount(app, auth)
        app.use(keepIn(errors))
      },
      host: () => express() as unknown as HostApp,
    })
    await visitor().call('/app/login').expect(500)
    expect(errors).toEqual([expect.objectContaining(expected)])
  })
})

/** What is done, by an application whose log says so. */
type Logged = [done: string, options: ScalekitAuthOptions, line: string]

describe('at a sign-in, the log has a line', () => {
  it.each<Logged>([
    [
      'a wrong client secret',
      { clientSecret: 'test_of_another_environment' },
      'error sign-in failed: application_refused: Scalekit refused the client id or secret | Check that the client id and the client secret (SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET) belong to the environment SCALEKIT_ENVIRONMENT_URL.',
    ],
    [
      'an emulator that is not started',
      { environmentUrl: 'http://localhost:1' },
      'error sign-in failed: provider_unavailable: http://localhost:1 cannot be reached | Is the emulator running? Start it with `npx express-scalekit emulator`.',
    ],
    [
      'onLogin that returns false',
      { login: { onLogin: () => false as never } },
      'error sign-in failed: on_login_failed: onLogin must return an object or undefined, not false | To refuse a sign-in, return { deny: reason }. To accept it, return { user }, { roles, permissions }, { returnTo } or undefined.',
    ],
    [
      'authorization.resolve that returns nothing',
      { authorization: { resolve: () => undefined as never } },
      'error sign-in failed: authorization_unavailable: `authorization.resolve` must return a plain object, not undefined | Return { roles, permissions, scopes, claims }, each of them optional, or { deny: reason }.',
    ],
    [
      'login.resolve that returns a string',
      { login: { resolve: () => 'org_1' as never } },
      'error sign-in failed: login_resolve_failed: login.resolve must return an object of strings or undefined | Return an object such as { organizationId }, or undefined for no target.',
    ],
  ])('%s', async (_done, options, line) => {
    const { visitor, log } = await start({ options })
    const person = visitor()
    const path = '/login?login_hint=ada@acme.example'
    const opened = await person.open(path)
    if (opened.status === 302) await person.trySignIn(path, 'ada@acme.example')
    // The id of the sign-in is random.
    const lines = log.map((entry) => entry.replace(/^(\w+ sign-in) [0-9a-f]{8}/, '$1'))
    expect(lines.map(withoutCauses)).toContain(line)
  })
})

function keepIn(errors: unknown[]) {
  return (
    error: HandledError,
    _req: IncomingMessage,
    _res: ServerResponse,
    next: (error?: unknown) => void,
  ): void => {
    errors.push(error)
    next(error)
  }
}

/** What a library or the machine says in between differs from one version to the next. */
function withoutCauses(line: string): string {
  return line.replace(/ <- ".*"(?= \| )/, '')
}

function invalid(sentence: string): Partial<ScalekitError> {
  return { code: 'config_invalid', message: `express-scalekit cannot start:\n  - ${sentence}` }
}

function client(options: object = {}): ScalekitClient {
  return new ScalekitClient('https://acme.scalekit.com', 'skc_1', 'test_1', options)
}
