import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Queue } from 'bullmq'
import connect from 'connect'
import { RedisStore } from 'connect-redis'
import express, { type Request, type Response, Router } from 'express'
import {
  AccessError,
  type AccessErrorCode,
  ApiError,
  type ApiErrorCode,
  ConfigError,
  type ConfigErrorCode,
  type EmailPage,
  type ErrorPage,
  type EventHandler,
  type EventOf,
  type Fetch,
  type GeneralErrorCode,
  type Guards,
  getAuth,
  type InterceptorOptions,
  type Logger,
  LoginError,
  type LoginErrorCode,
  type LoginOptions,
  type Machine,
  type Middleware,
  memoryStore,
  type OpenConnection,
  type OpenEnum,
  type OrganizationPage,
  type PageOptions,
  type PageTexts,
  type PageTranslation,
  type Principal,
  type Protect,
  type ResolveLogin,
  type Routes,
  requireAuth,
  requireOrganization,
  requireRole,
  requireThat,
  type ScalekitAuth,
  type ScalekitAuthOptions,
  type ScalekitClient,
  ScalekitError,
  type ScalekitErrorCode,
  type ScalekitEvent,
  type SessionEndedError,
  type SignedIn,
  type SignedOut,
  type StateStore,
  scalekitAuth,
  type User,
  type UserSessionData,
  type WebhookOptions,
  type Webhooks,
} from 'express-scalekit'
import { postgresStore } from 'express-scalekit/postgres'
import { bullmq, pgBoss } from 'express-scalekit/queues'
import { redisStore } from 'express-scalekit/redis'
import { type Emulator, startEmulator } from 'express-scalekit/testing'
import type * as webhooks from 'express-scalekit/webhooks'
import { PermanentError, WebhookError, type WebhookErrorCode } from 'express-scalekit/webhooks'
import { MemoryStore } from 'express-session'
import { Pool, type PoolClient } from 'pg'
import PgBoss from 'pg-boss'
import { createClient, createCluster } from 'redis'
import { describe, expectTypeOf, it } from 'vitest'
import type * as client from '../../src/client.ts'

// Only compiled, never run.
const app = express()
declare const auth: ScalekitAuth
declare const emulator: Emulator

describe('req.scalekit', () => {
  it('is a principal on every request of Express', () => {
    expectTypeOf<Request['scalekit']>().toEqualTypeOf<Principal>()
    app.get('/', (req) => {
      expectTypeOf(req.scalekit).toEqualTypeOf<Principal>()
    })
  })

  it('shows an email address without asking who is signed in', () => {
    app.get('/', requireAuth(), (req, res) => {
      expectTypeOf(req.scalekit.user?.email).toEqualTypeOf<string | undefined>()
      res.send(`Hello ${req.scalekit.user?.email}`)
    })
  })

  it('shows the organization without asking who is signed in', () => {
    app.get('/', requireAuth(), (req, res) => {
      expectTypeOf(req.scalekit.organizationId).toEqualTypeOf<string | undefined>()
      res.send(`Hello ${req.scalekit.user?.name} of ${req.scalekit.organizationId}`)
    })
  })

  it('is told apart by its status', () => {
    app.get('/', ({ scalekit }) => {
      if (scalekit.status === 'signed-in') {
        expectTypeOf(scalekit).toEqualTypeOf<SignedIn>()
        expectTypeOf(scalekit.user).toEqualTypeOf<User>()
      } else if (scalekit.status === 'machine') {
        expectTypeOf(scalekit).toEqualTypeOf<Machine>()
        expectTypeOf(scalekit.user).toEqualTypeOf<undefined>()
      } else {
        expectTypeOf(scalekit).toEqualTypeOf<SignedOut>()
        expectTypeOf(scalekit.user).toEqualTypeOf<undefined>()
      }
      // @ts-expect-error Nobody has roles before somebody is signed in.
      scalekit.roles
    })
  })

  it('cannot be changed', () => {
    app.get('/', (req) => {
      // @ts-expect-error It is not the application's to set.
      req.scalekit = getAuth(req)
      if (req.scalekit.status !== 'signed-in') return
      // @ts-expect-error It is frozen.
      req.scalekit.user.email = 'eve@acme.example'
      // @ts-expect-error So are its lists.
      req.scalekit.roles.push('admin')
    })
  })
})

describe('getAuth', () => {
  it('takes the request of any framework and of none', () => {
    createServer((req) => expectTypeOf(getAuth(req)).toEqualTypeOf<Principal>())
    connect().use((req: connect.IncomingMessage) => getAuth(req))
    app.get('/', (req) => void getAuth(req))
    expectTypeOf(getAuth).parameters.toEqualTypeOf<[req: IncomingMessage]>()
  })
})

describe('scalekitAuth', () => {
  it('takes no options, the emulator of a test, or what it knows', () => {
    expectTypeOf(scalekitAuth()).toEqualTypeOf<ScalekitAuth>()
    scalekitAuth(emulator.options)
    scalekitAuth({ ...emulator.options, baseUrl: new URL('http://localhost:3000') })
    scalekitAuth({ baseUrl: ['https://a.example', 'https://b.example'], secret: ['new', 'old'] })
    scalekitAuth({ login: { onLogin: async () => ({ deny: 'not today' }) } })
    scalekitAuth({ login: { onLogin: ({ identity }) => ({ user: { plan: identity.sub } }) } })
  })

  it('takes a kind of session, and the stores of express-session', () => {
    scalekitAuth({ session: 'express-session' })
    scalekitAuth({ session: { kind: 'cookie', idleSeconds: 60 } })
    scalekitAuth({ session: { store: new MemoryStore(), secret: ['new', 'old'], keep: ['cart'] } })
    scalekitAuth({ session: { store: new RedisStore({ client: createClient() }) } })
    // @ts-expect-error There is no such kind.
    scalekitAuth({ session: 'memory' })
    // @ts-expect-error A session store is more than a map.
    scalekitAuth({ session: { store: new Map() } })
  })

  it('refuses an unknown option', () => {
    // @ts-expect-error It is `clientSecret`.
    scalekitAuth({ clientSecet: '' })
    // @ts-expect-error It is `environmentUrl`.
    scalekitAuth({ environmentURL: '' })
    // @ts-expect-error It is `login.onLogin`.
    scalekitAuth({ onLogin: () => {} })
    // @ts-expect-error It is `absoluteSeconds`.
    scalekitAuth({ session: { maxAge: 60 } })
    // @ts-expect-error It is a number.
    scalekitAuth({ http: { timeoutSeconds: '5' } })
    // @ts-expect-error Only what the emulator can do.
    void startEmulator({ product: 'sso-only' })
  })

  it('answers with a store of which the application may pass its own', () => {
    expectTypeOf(memoryStore()).toEqualTypeOf<StateStore>()
    scalekitAuth({ store: memoryStore() })
    scalekitAuth({ store: redisStore(createClient(), { prefix: 'app:' }) })
    scalekitAuth({ store: postgresStore(new Pool(), { schema: 'app' }) })
    const queue = new Queue('webhooks', { connection: { url: 'redis://127.0.0.1' } })
    scalekitAuth({ webhooks: { delivery: bullmq(queue, { worker: { concurrency: 2 } }) } })
    const boss = new PgBoss('postgres://127.0.0.1')
    scalekitAuth({ webhooks: { delivery: pgBoss(boss, { worker: false }) } })
    // @ts-expect-error a queue itself is no way of delivery
    scalekitAuth({ webhooks: { delivery: queue } })
    // @ts-expect-error a misspelled option
    pgBoss(boss, { worker: { pollingSeconds: 1 } })
    // @ts-expect-error A store has more to it.
    scalekitAuth({ store: new Map() })
  })

  it('shares state through other clients of Redis, too', () => {
    const cluster = createCluster({ rootNodes: [] })
    redisStore({
      sendCommand: (args) =>
        cluster.sendCommand(args[0]!.startsWith('EVAL') ? args[3] : args[1], false, args),
    })
    const ioredis = {} as { call(name: string, ...args: string[]): Promise<unknown> }
    redisStore({ sendCommand: ([name, ...args]) => ioredis.call(name!, ...args) })
  })

  it('lets a delivery end in a transaction of the application', () => {
    const { ledger } = postgresStore(new Pool())
    expectTypeOf(ledger.settleIn).toBeCallableWith({} as PoolClient, 'msg_1', 'owner', 1000)
    expectTypeOf(redisStore(createClient()).ledger.settleIn).toBeNullable()
  })
})

describe('an open connection', () => {
  const upgrades = createServer()

  it('has a principal, and a signal whose reason says why it ended', () => {
    upgrades.on('upgrade', async (req) => {
      const connection = await auth.authenticate(req)
      expectTypeOf(connection).toEqualTypeOf<OpenConnection>()
      expectTypeOf(connection.principal).toEqualTypeOf<Principal>()
      expectTypeOf(connection.ended).toEqualTypeOf<AbortSignal>()
      expectTypeOf(connection.current).returns.resolves.toEqualTypeOf<Principal>()
      expectTypeOf<SessionEndedError['code']>().toEqualTypeOf<'session_ended'>()
      expectTypeOf<'token-outdated' | 'closed'>().toExtend<SessionEndedError['reason']>()
    })
  })

  it('tells changes of a person or a machine, and never of a visitor', () => {
    upgrades.on('upgrade', async (req) => {
      const { onChange, principal } = await auth.authenticate(req)
      const remove = onChange((changed) => {
        expectTypeOf(changed).toEqualTypeOf<SignedIn | Machine>()
        expectTypeOf(changed.roles).toEqualTypeOf<readonly string[]>()
      })
      expectTypeOf(remove).toEqualTypeOf<() => void>()
      // @ts-expect-error A visitor who is signed out has no roles.
      principal.roles
    })
  })

  it('has its signal on req.scalekit, too, except of a visitor who is signed out', () => {
    app.get('/', ({ scalekit }) => {
      // @ts-expect-error Nothing can end that has not begun.
      scalekit.ended
      if (scalekit.status === 'signed-out') return
      expectTypeOf(scalekit.ended).toEqualTypeOf<AbortSignal>()
      expectTypeOf(scalekit.via).toExtend<'session' | 'bearer'>()
    })
  })
})

describe('the option bearer', () => {
  it('takes kinds of callers, as the guards do', () => {
    scalekitAuth({ bearer: {} })
    const accepts = ['user', 'organization-client', 'this-client'] as const
    scalekitAuth({ bearer: { audience: 'https://api.example', accepts } })
    requireAuth({ accepts: ['user', 'organization-client'] })
    requireRole('admin', { accepts: ['this-client'] })
    // @ts-expect-error There is no such kind.
    scalekitAuth({ bearer: { accepts: ['machine'] } })
    // @ts-expect-error Nor for a guard.
    requireAuth({ accepts: ['machine'] })
    // @ts-expect-error It is a list.
    requireAuth({ accepts: 'user' })
  })

  it('lets a handler tell a machine from a person by the guard before it', () => {
    const accepts = ['user', 'organization-client'] as const
    const all = auth.protect(
      [],
      (req, res) => {
        expectTypeOf(req.scalekit).toExtend<SignedIn | Machine>()
        if (req.scalekit.status === 'machine') {
          expectTypeOf(req.scalekit.client.id).toEqualTypeOf<string>()
          // @ts-expect-error A machine has no address.
          req.scalekit.user.email
        }
        res.end()
      },
      { accepts },
    )
    const people = auth.protect([], (req, res) => {
      expectTypeOf(req.scalekit).toExtend<SignedIn>()
      res.end()
    })
    app.get('/api', all, people)
  })
})

describe('the guards', () => {
  it('take what can be checked, and nothing else', () => {
    requireRole('admin')
    requireRole(['admin', 'owner'] as const, { refuse: 'next' })
    // @ts-expect-error A role has a name.
    requireRole()
    // @ts-expect-error A list, not arguments.
    requireRole('admin', 'owner')
    // @ts-expect-error There is no such answer.
    requireAuth({ refuse: 'throw' })
    requireOrganization('org_1')
    requireOrganization({ param: 'org' })
    requireOrganization({ header: 'x-organization' })
    // @ts-expect-error An organization is selected by something.
    requireOrganization()
    // @ts-expect-error There is no such place to look.
    requireOrganization({ body: 'org' })
  })

  it('select with the request of the framework, where it is named', () => {
    app.use(requireOrganization<Request>((req) => req.query.org))
    app.use(requireOrganization((req) => req.headers.host))
    // @ts-expect-error A bare request has no query.
    requireOrganization((req) => req.query.org)
  })

  it('ask the application with the request of the framework, where it is named', () => {
    app.use(requireThat<Request>((_user, req) => req.query.beta === '1', { code: 'beta_only' }))
    app.use(requireThat(async ({ user }) => user.id !== '', { code: 'a', refuse: 'next' }))
    // @ts-expect-error A bare request has no query.
    requireThat((_user, req) => req.query.beta === '1', { code: 'beta_only' })
    // @ts-expect-error A refusal has a code.
    requireThat(() => true, { detail: 'no' })
    // @ts-expect-error It is neither true nor false.
    requireThat(() => 'yes', { code: 'beta_only' })
  })

  it('are members of an instance too', () => {
    expectTypeOf(auth.requireThat).toEqualTypeOf(requireThat)
    expectTypeOf(auth.requireAuth).toEqualTypeOf(requireAuth)
    expectTypeOf(auth.requireOrganization).toEqualTypeOf(requireOrganization)
    expectTypeOf(auth.requireRole).toEqualTypeOf(requireRole)
  })
})

describe('a sign-in from a route of the application', () => {
  it('takes what may be asked for, and nothing misspelled', () => {
    app.get('/enter', (req, res) => {
      auth.login(req, res, { prompt: 'none', allowAnonymous: true, returnTo: '/' })
      auth.login(req, res, { uiLocales: 'de en', acrValues: 'mfa', parameters: { made_up: '1' } })
      // @ts-expect-error It is `uiLocales`.
      auth.login(req, res, { ui_locales: 'de' })
      // @ts-expect-error Parameters are strings.
      auth.login(req, res, { parameters: { made_up: 1 } })
      auth.logout(req, res, { local: true, returnTo: '/' })
      // @ts-expect-error It is true or false.
      auth.logout(req, res, { local: 'yes' })
    })
  })

  it('is configured with names to forward, or with all', () => {
    scalekitAuth({ login: { forward: true } })
    scalekitAuth({ login: { forward: ['made_up'] } })
    // @ts-expect-error Without it, nothing is forwarded.
    scalekitAuth({ login: { forward: false } })
  })
})

describe('a middleware of ours', () => {
  it('fits wherever Express takes one', () => {
    app.use(auth)
    app.use('/auth', auth)
    app.use(auth.session())
    app.use([auth.session(), auth.requireAuth()])
    app.get('/login', auth.routes.login)
    app.post('/logout', auth.routes.logout)
    app.all('/:org/:page', requireOrganization({ param: 'org' }), (req, res) => {
      res.send(req.params.page)
    })
    app.route('/app').get(requireAuth(), (_req, res) => void res.send())
    Router().use(requireAuth(), requireRole('admin'))
    expectTypeOf(auth).toExtend<express.RequestHandler>()
    expectTypeOf(requireAuth()).toExtend<express.RequestHandler>()
  })

  it('fits wherever Connect takes one', () => {
    connect().use(auth).use('/app', requireAuth()).use(auth.routes.me)
    expectTypeOf(auth).toExtend<connect.NextHandleFunction>()
    expectTypeOf(requireAuth()).toExtend<connect.NextHandleFunction>()
  })

  it('can be called without any framework', () => {
    createServer((req, res) => auth(req, res, () => void res.end()))
    expectTypeOf<Middleware>().toBeCallableWith(
      {} as IncomingMessage,
      {} as ServerResponse,
      () => {},
    )
  })
})

describe('the door', () => {
  it('is resolved with the request of the framework, by an answer or by none', () => {
    scalekitAuth({ login: { resolve: ({ headers }) => ({ domain: headers.host ?? 'a.example' }) } })
    scalekitAuth({ login: { resolve: (req: Request) => ({ organizationId: req.hostname }) } })
    scalekitAuth({ login: { resolve: async () => undefined } })
    scalekitAuth({
      login: {
        resolve({ headers }) {
          const [name = '', ...domain] = (headers.host ?? '').split('.')
          return domain.join('.') === 'app.example' ? { organizationId: name } : undefined
        },
      },
    })
    // @ts-expect-error There is no such target.
    scalekitAuth({ login: { resolve: () => ({ tenant: 'acme' }) } })
    // @ts-expect-error A target is an object.
    scalekitAuth({ login: { resolve: () => 'acme' } })
    scalekitAuth({ login: { fallback: 'hosted' } })
    // @ts-expect-error There is no such page.
    scalekitAuth({ login: { fallback: 'scalekit' } })
  })

  it('has a page whose texts and answer are typed', () => {
    scalekitAuth({ pages: { language: (req) => req.headers.cookie?.slice(-2) } })
    scalekitAuth({
      pages: {
        email(page, _req, res: Response) {
          expectTypeOf(page).toEqualTypeOf<EmailPage>()
          expectTypeOf(page.problem).toEqualTypeOf<'unknown' | 'unusable' | undefined>()
          res.render('sign-in', page)
        },
        error(problem, _req, res: Response) {
          expectTypeOf(problem).toEqualTypeOf<ErrorPage>()
          res.status(problem.status).render('problem', problem)
        },
      },
    })
    // @ts-expect-error There is no such text.
    scalekitAuth({ pages: { texts: { de: { email: { heading: 'Anmelden' } } } } })
  })

  it('sends a page as Express does, whatever the call returns', () => {
    const pages: readonly PageOptions[] = [
      { email: (page, _req, res: Response) => res.render('sign-in', page) },
      { email: (page: EmailPage, _req: Request, res: Response) => res.send(page.email) },
      { error: async (problem, _req, res: Response) => res.render('problem', problem) },
      { error: async (problem: ErrorPage, req: Request, res) => res.end(problem.code + req.ip) },
    ]
    expectTypeOf(pages).toExtend<readonly ScalekitAuthOptions['pages'][]>()
    // @ts-expect-error It gets a page.
    const wrong: PageOptions = { error: (problem: number) => problem }
    expectTypeOf(wrong).toExtend<ScalekitAuthOptions['pages']>()
  })

  it('has texts whose types say what a language lacks', () => {
    expectTypeOf<PageTexts['dir']>().toEqualTypeOf<'ltr' | 'rtl'>()
    const partial: PageTranslation = { email: { title: 'Connexion' } }
    scalekitAuth({ pages: { texts: { fr: partial } } })
    // @ts-expect-error It lacks the label of the field, and others.
    const email: PageTexts['email'] = { title: 'Connexion' }
    // @ts-expect-error It lacks a title.
    const problem: PageTexts['problems']['login_denied'] = { text: email.title }
    expectTypeOf(problem.title).toBeString()
  })

  it('tells an error handler what the visitor reads', () => {
    expectTypeOf<ScalekitError['visitorMessage']>().toEqualTypeOf<string | undefined>()
    scalekitAuth({ login: { onLogin: () => ({ deny: { reason: 'seats', message: 'Full.' } }) } })
    // @ts-expect-error A message is what the object is for.
    scalekitAuth({ login: { onLogin: () => ({ deny: { reason: 'seats' } }) } })
  })
})

describe('auth.protect', () => {
  it('shows who is signed in, on the request of the route it is mounted at', () => {
    app.get(
      '/organizations/:id',
      auth.protect([requireRole('admin')], (req, res, next) => {
        expectTypeOf(req.scalekit).toExtend<SignedIn>()
        expectTypeOf(req.scalekit.user).toEqualTypeOf<User>()
        expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
        expectTypeOf(res).toEqualTypeOf<Response>()
        expectTypeOf(next).toEqualTypeOf<express.NextFunction>()
        // @ts-expect-error The route has no such parameter.
        req.params.org
      }),
    )
    app.use(
      '/organizations',
      auth.protect([], async (req, res) => void res.json([req.scalekit.roles, req.query])),
    )
    Router()
      .route('/:id')
      .post(auth.protect([], (req, res) => void res.send(req.scalekit.user.name)))
    connect().use(
      auth.protect([], (req, res) => {
        expectTypeOf(req.scalekit).toEqualTypeOf<SignedIn>()
        res.end(req.originalUrl)
      }),
    )
  })

  it('shows who is signed in on a bare request, when it is mounted later', () => {
    const handler = auth.protect([], (req, res) => {
      expectTypeOf(req).toEqualTypeOf<IncomingMessage & { readonly scalekit: SignedIn }>()
      expectTypeOf(res).toEqualTypeOf<ServerResponse>()
    })
    app.get('/', handler)
    connect().use(handler)
  })

  it('is held to the types that a handler names', () => {
    const handler = auth.protect([], (_req: Request, res: Response) => void res.json({}))
    app.get('/', handler)
    // @ts-expect-error Connect has no such response.
    connect().use(handler)
  })

  it('shows who is signed in to a handler of the framework that is named', () => {
    const handler = auth.protect<Request, Response>([requireRole('admin')], (req, res, next) => {
      expectTypeOf(req.scalekit).toExtend<SignedIn>()
      expectTypeOf(req.scalekit.user).toEqualTypeOf<User>()
      expectTypeOf(next).parameter(0).toEqualTypeOf<unknown>()
      res.json(req.query)
    })
    app.get('/', handler)
  })

  it('takes a handler that is async', () => {
    createServer((req, res) => auth.protect([], async () => {})(req, res, () => {}))
  })

  it('takes the guards first', () => {
    // @ts-expect-error A list of guards, even when it is empty.
    auth.protect((req) => req.scalekit)
  })
})

describe('what a signature shows', () => {
  it('can be named by what `.` exports: the options and their hooks', () => {
    const resolve: ResolveLogin = ({ headers }) => ({ domain: headers.host ?? 'a.example' })
    const login: LoginOptions = { resolve }
    const onUserLogin: EventHandler<EventOf<'user.login'>> = ({ data }, { log }) => {
      expectTypeOf(data).toEqualTypeOf<UserSessionData>()
      expectTypeOf(log).toEqualTypeOf<Logger>()
    }
    const handlers: WebhookOptions = { onUserLogin, timeoutSeconds: 5 }
    const interceptors: InterceptorOptions = { onFailure: 'deny' }
    const fetch: Fetch = async () => new Response()
    scalekitAuth({ login, webhooks: handlers, interceptors, http: { fetch } })
  })

  it('takes a logger with overloads and any fields, as pino has it', () => {
    type Write = {
      (fields: object, message?: string, ...values: unknown[]): void
      (message: string, ...values: unknown[]): void
    }
    interface PinoLike {
      readonly debug: Write
      readonly info: Write
      readonly warn: Write
      readonly error: Write
      child<Levels extends string = never>(
        bindings: { [name: string]: unknown },
        options?: { readonly customLevels?: { [Level in Levels]: number } },
      ): PinoLike
    }
    expectTypeOf<PinoLike>().toExtend<Logger>()
  })

  it('can be named by what `.` exports: the members of an instance', () => {
    expectTypeOf(auth).toExtend<Guards>()
    expectTypeOf(auth.routes).toEqualTypeOf<Routes>()
    expectTypeOf(auth.webhooks).toEqualTypeOf<Webhooks>()
    expectTypeOf(auth.protect).toEqualTypeOf<Protect>()
    expectTypeOf(auth.client).toEqualTypeOf<ScalekitClient>()
    expectTypeOf(
      auth.client.organization.listOrganization,
    ).returns.resolves.toEqualTypeOf<OrganizationPage>()
    expectTypeOf(auth.on('webhook.handled', () => {})).toEqualTypeOf<() => void>()
  })

  it('is the same type in another entry', () => {
    expectTypeOf<ScalekitEvent>().toEqualTypeOf<webhooks.ScalekitEvent>()
    expectTypeOf<ScalekitClient>().toEqualTypeOf<client.ScalekitClient>()
    expectTypeOf<WebhookError>().toEqualTypeOf<webhooks.WebhookError>()
  })
})

describe('an error code', () => {
  it('is one of a list', () => {
    expectTypeOf<'not_mounted'>().toExtend<ScalekitErrorCode>()
    expectTypeOf<'no_such_code'>().not.toExtend<ScalekitErrorCode>()
  })

  it('belongs to one class', () => {
    type Others = [
      Extract<ConfigErrorCode, LoginErrorCode | AccessErrorCode | WebhookErrorCode>,
      Extract<LoginErrorCode, AccessErrorCode | WebhookErrorCode>,
      Extract<AccessErrorCode, WebhookErrorCode>,
      Extract<ApiErrorCode, ConfigErrorCode | LoginErrorCode | AccessErrorCode | WebhookErrorCode>,
      Extract<GeneralErrorCode, ConfigErrorCode | LoginErrorCode | AccessErrorCode>,
      Extract<GeneralErrorCode, WebhookErrorCode | ApiErrorCode>,
    ]
    expectTypeOf<Others>().toEqualTypeOf<[never, never, never, never, never, never]>()
  })

  it('is narrowed by the class', () => {
    const error: unknown = undefined
    if (error instanceof ScalekitError) {
      expectTypeOf(error.code).toEqualTypeOf<OpenEnum<ScalekitErrorCode>>()
    }
    if (error instanceof ConfigError) expectTypeOf(error.code).toEqualTypeOf<ConfigErrorCode>()
    if (error instanceof LoginError) expectTypeOf(error.code).toEqualTypeOf<LoginErrorCode>()
    // `requireThat` refuses with a code of the application.
    if (error instanceof AccessError) {
      expectTypeOf(error.code).toEqualTypeOf<OpenEnum<AccessErrorCode>>()
    }
    if (error instanceof WebhookError) expectTypeOf(error.code).toEqualTypeOf<WebhookErrorCode>()
    if (error instanceof ApiError) expectTypeOf(error.code).toEqualTypeOf<ApiErrorCode>()
    if (error instanceof PermanentError) {
      expectTypeOf(error.code).toEqualTypeOf<'webhook_given_up'>()
    }
    // @ts-expect-error No sign-in fails by this.
    if (error instanceof LoginError && error.code === 'api_aborted') error
    // @ts-expect-error It is misspelled.
    if (error instanceof ConfigError && error.code === 'nto_mounted') error
  })

  it('of a class can be switched on to the last', () => {
    function isAboutMounting(error: unknown): boolean {
      if (!(error instanceof ConfigError)) return false
      switch (error.code) {
        case 'not_mounted':
        case 'base_path_mismatch':
        case 'session_not_mounted':
        case 'session_kind_changed':
          return true
        case 'config_invalid':
        case 'session_too_large':
        case 'portal_not_configured':
        case 'redirect_uri_invalid':
        case 'test_sign_in_invalid':
        case 'clock_invalid':
          return false
      }
    }
    // @ts-expect-error Cases are missing, and then it returns nothing.
    function isShort({ code }: ConfigError): boolean {
      switch (code) {
        case 'not_mounted':
          return true
      }
    }
    expectTypeOf(isAboutMounting).toBeCallableWith(new ConfigError('not_mounted', 'no'))
    expectTypeOf(isShort).parameter(0).toEqualTypeOf<ConfigError>()
  })

  it('of the application is one that any string may be', () => {
    function isAboutMoney(error: AccessError): boolean {
      return error.code === 'plan_required'
    }
    // @ts-expect-error A refusal may have another code, and then it returns nothing.
    function isAboutRoles({ code }: AccessError): boolean {
      switch (code) {
        case 'role_required':
          return true
      }
    }
    expectTypeOf(isAboutMoney).toBeCallableWith(new AccessError('not_signed_in', 'no'))
    expectTypeOf(isAboutRoles).parameter(0).toEqualTypeOf<AccessError>()
    // @ts-expect-error Only `requireThat` makes an error of it.
    new AccessError('plan_required', 'no')
  })

  it('of another class makes no error', () => {
    new LoginError('login_denied', 'no', { hint: 'Ask.', providerError: 'access_denied' })
    new ScalekitError('store_unavailable', 'no', { cause: 1, loginUrl: '/login' })
    new ConfigError(['`a` is missing'])
    new ConfigError('not_mounted', 'no')
    // @ts-expect-error It is an ApiError's.
    new LoginError('api_aborted', 'no')
    // @ts-expect-error It is a LoginError's.
    new AccessError('login_denied', 'no')
    // @ts-expect-error It is an AccessError's.
    new ApiError('not_signed_in', 'no')
    // @ts-expect-error It is an ApiError's.
    new WebhookError('api_aborted', 'no')
    // @ts-expect-error It is a ScalekitError's own.
    new ConfigError('store_unavailable', 'no')
    // @ts-expect-error It is an ApiError's.
    new ScalekitError('api_aborted', 'no')
    // @ts-expect-error So it is where every error would do.
    const error: ScalekitError = new ScalekitError('api_aborted', 'no')
    expectTypeOf(new LoginError('login_denied', 'no')).toExtend<typeof error>()
  })

  it('comes with what error handlers read', () => {
    const { status, statusCode, expose, headers, loginUrl } = new AccessError('not_signed_in', '')
    expectTypeOf([status, statusCode]).toEqualTypeOf<number[]>()
    expectTypeOf(expose).toEqualTypeOf<boolean>()
    expectTypeOf(headers).toEqualTypeOf<Readonly<Record<string, string>> | undefined>()
    expectTypeOf(loginUrl).toEqualTypeOf<string | undefined>()
  })
})
