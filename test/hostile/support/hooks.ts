import { randomUUID } from 'node:crypto'
import request from 'supertest'
import type { ScalekitAuth, ScalekitAuthOptions } from '../../../src/index.ts'
import { eventTypes } from '../../../src/lib/webhooks/events.ts'
import { handlerNames } from '../../../src/lib/webhooks/handler-names.ts'
import { interceptorHandlerNames } from '../../../src/lib/webhooks/interceptor-handlers.ts'
import { signInterceptor } from '../../../src/webhooks.ts'
import { documentedExamples } from '../../fixtures/webhook-examples.ts'
import { type Application, showPrincipal } from '../../support/application.ts'
import type { HostApp } from '../../support/hosts.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import type { Visitor } from '../../support/visitor.ts'
import { deliver, webhookSecret } from '../../support/webhook.ts'
import type { HookFault } from './hook-faults.ts'

/** What came of requests: a status each, or what else they decide. */
export type Outcome = readonly (number | string)[]

/** What the requests are made with. */
export interface Scene {
  readonly application: Application
  readonly browser: Visitor
  /** Where another browser ends a sign-in. */
  readonly callback: string
  readonly other: Visitor
}

/** A function of the application: where it is given, and the requests that call it. */
export interface Hook {
  options?(hook: AnyHook): ScalekitAuthOptions
  mount?(app: HostApp, auth: ScalekitAuth, hook: AnyHook): void
  /** What it does until the requests are made. Default: it is faulty from the start. */
  readonly healthy?: AnyHook
  /** Whether the browser is signed in before. */
  readonly isSignedIn?: boolean
  drive(scene: Scene, hook: AnyHook): Promise<Outcome>
  /** Where a person would be let in, the outcome shows it as `200`. */
  outcome(fault: HookFault): Outcome
  /** The line that tells it, if there has to be one. */
  line?(fault: HookFault): RegExp | undefined
  /** Whether the console tells it, since there is no log. */
  isOnConsole?(fault: HookFault): boolean
}

// biome-ignore lint/suspicious/noExplicitAny: it stands for a function of every type.
export type AnyHook = (...given: any[]) => any

const acme = 'org_69615647365005430'
const ada = 'ada@acme.example'
const login = `/login?organization_id=${acme}`

/** Every function in the options of `scalekitAuth()`, but the handlers by event and point. */
export const optionHooks = {
  'login.resolve': {
    options: (resolve) => ({ login: { resolve } }),
    drive: openLogin,
    outcome: ({ kind }) => [kind === 'nothing' ? 200 : 503],
    line: ({ kind }) => (kind === 'nothing' ? undefined : /login_resolve_failed/),
  },
  'login.onLogin': {
    options: (onLogin) => ({ login: { onLogin } }),
    drive: finishSignIn,
    // By contract nothing is a welcome.
    outcome: ({ kind }) => (kind === 'nothing' ? [302, 200] : [503, 401]),
    line: ({ kind }) => (kind === 'nothing' ? undefined : /on_login_failed/),
  },
  'pages.texts': {
    options: (texts) => ({ pages: { texts } }),
    drive: openLogin,
    outcome: () => [200],
    // An object is a translation, of which unknown members are ignored.
    line: ({ kind, name }) =>
      kind === 'nothing' || name === 'returns an object'
        ? undefined
        : /`pages.texts` failed, so the email page is in English/,
  },
  'pages.email': {
    options: (email) => ({ pages: { email } }),
    drive: openLogin,
    outcome: () => [503],
    line: () => /`pages.email` failed/,
  },
  'organizations.of': {
    options: (of) => ({ organizations: { of } }),
    isSignedIn: true,
    drive: async ({ browser }) => [(await browser.call('/organizations')).status],
    outcome: () => [503],
    line: () => /organizations_failed/,
  },
  'http.fetch': {
    options: (fetch) => ({ http: { fetch } }),
    healthy: (url: string, init: RequestInit) => fetch(url, init),
    drive: finishSignIn,
    outcome: () => [503, 401],
    line: () => /provider_unavailable/,
  },
  clock: {
    options: (clock) => ({ clock, ...signedOptions }),
    healthy: () => Date.now(),
    isSignedIn: true,
    async drive({ application: { url }, browser, other, callback }) {
      const answers = await Promise.all([
        ...['/app', '/public', '/me', '/organizations', login].map((path) => browser.open(path)),
        other.open(callback, { 'Sec-Fetch-Site': 'cross-site' }),
        deliver(url),
        intercept(url, 'PRE_SIGNUP'),
      ])
      return answers.map(({ status }) => status)
    },
    outcome: () => Array(8).fill(503),
    line: () => /^error clock_invalid: `clock` must return a number of milliseconds/m,
  },
  'logger.debug': loggerHook('debug'),
  'logger.info': loggerHook('info'),
  'logger.warn': loggerHook('warn'),
  'logger.error': loggerHook('error'),
  'logger.child': {
    ...loggerHook('child'),
    // A promise is no logger, either.
    isOnConsole: () => true,
  },
} satisfies Readonly<Record<string, Hook>>

/** The handlers by event and by point, each set walked at once. */
export const handlerHooks = {
  'webhooks.on…': {
    options: (hook) => ({
      webhooks: { secret: webhookSecret, ...each(handlerNames, hook) },
    }),
    async drive({ application: { url } }) {
      const unknown = { ...documentedExamples['user.login'], type: 'user.unheard_of' }
      const events = [...eventTypes.map((type) => documentedExamples[type]), unknown]
      return statuses(events.map((event) => deliver(url, { event })))
    },
    outcome: ({ kind }) => [kind === 'fails' || kind === 'hangs' ? 503 : 201],
    line: ({ kind }) => told(kind, /attempt 1 failed/, /webhook_late/),
  },
  'interceptors.on…': {
    options: (hook) => ({
      interceptors: {
        secret: webhookSecret,
        onFailure: 'deny',
        ...each(interceptorHandlerNames, hook),
      },
    }),
    async drive({ application: { url } }) {
      const answers = await Promise.all(points.map((point) => intercept(url, point)))
      return answers.map(({ status, body }) => `${status} ${body.decision}`)
    },
    // By contract `undefined` allows.
    outcome: ({ name }) =>
      Array(points.length).fill(
        name.endsWith('undefined') && !/throws|rejects/.test(name) ? '200 ALLOW' : '200 DENY',
      ),
    line: ({ name }) =>
      name === 'returns undefined' || name === 'resolves with undefined'
        ? undefined
        : /^error interceptor "PRE_SIGNUP": the handler .+, so the decision is DENY/m,
  },
} satisfies Readonly<Record<string, Hook>>

/** Functions that are given to members of the kit. */
export const memberHooks = {
  'auth.on': {
    options: () => signedOptions,
    async drive({ application: { auth, url } }, hook) {
      auth.on('webhook.handled', hook)
      return statuses([deliver(url)])
    },
    outcome: () => [201],
    line: ({ kind }) => told(kind, /^error A listener of webhook\.handled failed/m),
  },
  'auth.webhooks.on': {
    options: () => signedOptions,
    async drive({ application: { auth, url } }, hook) {
      auth.webhooks.on('*', hook)
      return statuses([deliver(url)])
    },
    outcome: ({ kind }) => [kind === 'fails' || kind === 'hangs' ? 503 : 201],
    line: ({ kind }) => told(kind, /attempt 1 failed/, /webhook_late/),
  },
  requireOrganization: {
    mount(app, auth, hook) {
      app.use(auth)
      app.use('/o', auth.requireOrganization(hook))
      app.use('/o', showPrincipal)
    },
    isSignedIn: true,
    drive: async ({ browser }) => [(await browser.call('/o')).status],
    outcome: ({ name }) => [name.startsWith('throws') ? 503 : 403],
    line({ name }) {
      if (name.startsWith('throws')) return /^error The select function of requireOrganization/m
      // A string is an organization, if not this one.
      const isTyped = /returns (undefined|null|a string)/.test(name)
      return isTyped
        ? undefined
        : /^warn The select function of requireOrganization\(\) must return/m
    },
  },
} satisfies Readonly<Record<string, Hook>>

const signedOptions: ScalekitAuthOptions = {
  webhooks: { secret: webhookSecret, onDirectoryUserCreated() {} },
  interceptors: { secret: webhookSecret, onFailure: 'deny', onPreSignup() {} },
}

const points = [
  'PRE_SIGNUP',
  'PRE_SESSION_CREATION',
  'PRE_USER_INVITATION',
  'PRE_M2M_TOKEN_CREATION',
]

async function openLogin({ browser }: Scene): Promise<Outcome> {
  return [(await browser.open('/login')).status]
}

/** Whether the sign-in succeeded, and whether the user is in. */
async function finishSignIn({ other, callback }: Scene): Promise<Outcome> {
  const { status } = await other.open(callback, { 'Sec-Fetch-Site': 'cross-site' })
  return [status, (await other.call('/app')).status]
}

/** Everything that is done before the requests. */
export async function sceneFor(application: Application, hook: Hook): Promise<Scene> {
  const [browser, other] = [application.visitor(), application.visitor()]
  if (hook.isSignedIn) await browser.signIn(login, ada)
  const callback = await signInAt((await other.begin(login)).href, ada)
  return { application, browser, other, callback }
}

/** A method of a logger: what it does changes no response. */
function loggerHook(method: 'debug' | 'info' | 'warn' | 'error' | 'child'): Hook {
  return {
    options: (hook) => ({
      logger: { debug() {}, info() {}, warn() {}, error() {}, [method]: hook },
      organizations: { of: () => Promise.reject(new Error('the database is down')) },
    }),
    async drive(scene) {
      const signedIn = await finishSignIn(scene)
      const answers = [
        await scene.other.open('/callback?code=a'),
        await scene.other.call('/organizations'),
        await scene.browser.open(`${login}&return_to=//evil.example`),
      ]
      return [...signedIn, ...answers.map(({ status }) => status)]
    },
    outcome: () => [302, 200, 400, 503, 302],
    isOnConsole: ({ kind }) => kind === 'fails',
  }
}

/** The line of what failed, and of what took too long. */
function told(kind: HookFault['kind'], failed: RegExp, late?: RegExp): RegExp | undefined {
  if (kind === 'hangs') return late
  return kind === 'fails' ? failed : undefined
}

function each(names: readonly string[], hook: AnyHook): Readonly<Record<string, AnyHook>> {
  return Object.fromEntries(names.map((name) => [name, hook]))
}

/** The statuses there are among the answers. */
async function statuses(asked: readonly PromiseLike<{ status: number }>[]): Promise<number[]> {
  const answers = await Promise.all(asked)
  return [...new Set(answers.map(({ status }) => status))]
}

function intercept(url: string, point: string) {
  const body = JSON.stringify({
    display_name: point,
    trigger_point: point,
    interceptor_context: { environment_id: 'env_1', user_id: 'usr_1', organization_id: 'org_1' },
    data: { user: { id: 'usr_1', memberships: [] } },
  })
  return request(url)
    .post('/interceptors')
    .type('application/json')
    .set(signInterceptor({ id: `int_${randomUUID()}`, body, secret: webhookSecret }))
    .send(body)
}
