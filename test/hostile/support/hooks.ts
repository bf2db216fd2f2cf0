import { eventTypes } from '../../../src/lib/webhooks/events.ts'
import { handlerNames } from '../../../src/lib/webhooks/handler-names.ts'
import { interceptorHandlerNames } from '../../../src/lib/webhooks/interceptor-handlers.ts'
import { documentedExamples } from '../../fixtures/webhook-examples.ts'
import { showPrincipal } from '../../support/application.ts'
import { deliver, webhookSecret } from '../../support/webhook.ts'
import type { HookFault } from './hook-faults.ts'
import {
  type AnyHook,
  finishSignIn,
  type Hook,
  intercept,
  login,
  openLogin,
  signedOptions,
} from './hook-scene.ts'

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
  'authorization.resolve': {
    options: (resolve) => ({ authorization: { resolve } }),
    drive: finishSignIn,
    // Nothing at all is no answer: it may be the one of an application that found no such user.
    outcome: () => [503, 401],
    line: () => /authorization_unavailable/,
  },
  'pages.language': {
    options: (language) => ({ pages: { language } }),
    drive: openLogin,
    // It has to say so at once.
    waits: () => false,
    outcome: () => [200],
    line: ({ name }) =>
      name === 'returns undefined' || name === 'returns null'
        ? undefined
        : /`pages.language` failed, so the request chooses the language/,
  },
  'pages.email': {
    options: (email) => ({ pages: { email } }),
    drive: openLogin,
    // Unless it throws, it may still send its page.
    waits: ({ kind }) => kind !== 'fails',
    outcome: () => [503],
    line: () => /`pages.email` failed/,
  },
  'pages.error': {
    options: (error) => ({ pages: { error } }),
    drive: async ({ browser }) => [(await browser.open('/login?prompt=now')).status],
    // Unless it throws, it may still send its page.
    waits: ({ kind }) => kind !== 'fails',
    outcome: () => [400],
    line: () => /`pages.error` failed, so the kit’s page is sent/,
  },
  'organizations.of': {
    options: (of) => ({ organizations: { of } }),
    isSignedIn: true,
    drive: async ({ browser }) => [(await browser.call('/organizations')).status],
    outcome: () => [503],
    line: () => /organizations_failed/,
  },
  'portal.allow': {
    options: (allow) => ({ portal: { allow } }),
    isSignedIn: true,
    drive: async ({ browser }) => [(await browser.open('/portal')).status],
    // It is the one answer that lets a user in.
    outcome: ({ name }) => [name === 'returns true' ? 302 : 503],
    line: ({ name }) => (name === 'returns true' ? undefined : /authorization_unavailable/),
  },
  'http.fetch': {
    options: (fetch) => ({ http: { fetch } }),
    healthy: (url: string, init: RequestInit) => fetch(url, init),
    drive: finishSignIn,
    outcome: () => [503, 401],
    line: ({ kind }) =>
      kind === 'nothing' || kind === 'nonsense'
        ? /`http\.fetch` did not return a Response/
        : /provider_unavailable/,
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
  requireThat: {
    mount(app, auth, hook) {
      app.use(auth)
      app.use('/o', auth.requireThat(hook, { code: 'plan_required' }))
      app.use('/o', showPrincipal)
    },
    isSignedIn: true,
    drive: async ({ browser }) => [(await browser.call('/o')).status],
    outcome: ({ name }) => [name === 'returns true' ? 200 : 503],
    line: ({ name }) =>
      name === 'returns true'
        ? undefined
        : /^error The predicate of requireThat\(\) for plan_required failed: /m,
  },
} satisfies Readonly<Record<string, Hook>>

const points = [
  'PRE_SIGNUP',
  'PRE_SESSION_CREATION',
  'PRE_USER_INVITATION',
  'PRE_M2M_TOKEN_CREATION',
]

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
