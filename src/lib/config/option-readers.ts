import type { KeyObject } from 'node:crypto'
import type { OfferOrganizations } from '../auth/offered-organizations.ts'
import type { OnLogin } from '../auth/on-login.ts'
import type { OptionalRevocation } from '../auth/reactions.ts'
import type { Clock } from '../ground/clock.ts'
import {
  oneOf,
  optionalFunction,
  positive,
  texts,
  trueOrFalse,
  withMethods,
} from '../ground/fields.ts'
import { consoleLogger, type Logger } from '../ground/log.ts'
import type { Secret } from '../ground/secret.ts'
import { socialProviders } from '../ground/social-providers.ts'
import type { Fetch } from '../outgoing/fetch-transport.ts'
import type { SessionKind } from '../session/kind.ts'
import type { SessionStore } from '../session/own-session.ts'
import type { DeliveryQueue } from '../state/delivery-queue.ts'
import type { StateStore } from '../state/store.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import type { OnFailure } from '../webhooks/intercept.ts'
import type { InterceptorHandlers } from '../webhooks/interceptor-handlers.ts'
import {
  basePath,
  baseUrls,
  type Env,
  environmentUrl,
  instanceName,
  issuer,
  type Paths,
  pageStyle,
  pageTexts,
  paths,
  required,
  scopes,
  sessionKind,
  sessionStore,
  stateStore,
} from './fields.ts'
import type { ResolveLogin, ScalekitAuthOptions, SessionOptions } from './options.ts'
import type { PageOptions } from './page-options.ts'
import { type PortalFields, portalFields } from './portal.ts'
import { clientSecret, secrets, sessionSecrets } from './secrets.ts'
import {
  delivery,
  interceptorHandlers,
  interceptorKeys,
  onFailure,
  revokeOn,
  webhookHandlers,
  webhookKeys,
} from './signed.ts'

/** `session: 'cookie'` is short for `session: { kind: 'cookie' }`. */
export function sessionOf({ session }: ScalekitAuthOptions): SessionOptions | undefined {
  return typeof session === 'string' ? { kind: session } : session
}

/** One entry an option, under the name its problems are reported by. */
export interface RawFields extends PortalFields {
  environmentUrl: URL
  issuer: string | undefined
  clientId: string
  clientSecret: Secret
  baseUrl: readonly [URL, ...URL[]]
  dangerouslyAllowHttp: boolean
  secret: readonly Secret[]
  name: string
  basePath: string
  paths: Paths
  scopes: readonly string[]
  'login.resolve': ResolveLogin | undefined
  'login.fallback': 'email' | 'hosted'
  'login.providers': readonly string[]
  'login.onLogin': OnLogin | undefined
  'session.kind': 'auto' | SessionKind
  'session.store': SessionStore | undefined
  'session.secret': readonly Secret[] | undefined
  'session.keep': readonly string[]
  'session.absoluteSeconds': number
  'session.idleSeconds': number
  'pages.style': string
  'pages.texts': PageOptions['texts']
  'pages.email': PageOptions['email']
  'webhooks.secret': readonly KeyObject[]
  'webhooks.handlers': EventHandlers
  'webhooks.toleranceSeconds': number
  'webhooks.maxBytes': number
  'webhooks.timeoutSeconds': number
  'webhooks.delivery': 'inline' | DeliveryQueue
  'webhooks.revokeOn': readonly OptionalRevocation[]
  'interceptors.secret': readonly KeyObject[]
  'interceptors.handlers': InterceptorHandlers
  'interceptors.onFailure': OnFailure
  'interceptors.toleranceSeconds': number
  'interceptors.maxBytes': number
  'interceptors.timeoutSeconds': number
  'organizations.of': OfferOrganizations | undefined
  store: StateStore | undefined
  'revocation.maxLagMs': number
  logger: Logger
  'http.fetch': Fetch | undefined
  'http.timeoutSeconds': number
  clock: Clock
}

/** How each option is read; one by one, so that all problems are found. */
export function fieldsOf(
  options: ScalekitAuthOptions,
  env: Env,
): { readonly [Name in keyof RawFields]: () => RawFields[Name] } {
  const login = options.login ?? {}
  const session = sessionOf(options) ?? {}
  const pages = options.pages ?? {}
  const webhooks = options.webhooks ?? {}
  const interceptors = options.interceptors ?? {}
  const http = options.http ?? {}
  const revocation = options.revocation ?? {}
  return {
    environmentUrl: () => environmentUrl(options, env),
    issuer: () => (options.issuer === undefined ? undefined : issuer(options.issuer, env)),
    clientId: () => required(options.clientId ?? env.SCALEKIT_CLIENT_ID, 'SCALEKIT_CLIENT_ID'),
    clientSecret: () => clientSecret(options, env),
    baseUrl: () => baseUrls(options, env),
    dangerouslyAllowHttp: () => trueOrFalse(options.dangerouslyAllowHttp ?? false),
    secret: () => secrets(options, env),
    name: () => instanceName(options.name ?? 'scalekit'),
    basePath: () => basePath(options.basePath ?? ''),
    paths: () => paths(options.paths),
    scopes: () => scopes(options.scopes ?? ['openid', 'email', 'profile']),
    'login.resolve': () => optionalFunction(login.resolve),
    'login.fallback': () => oneOf(login.fallback ?? 'email', ['email', 'hosted']),
    'login.providers': () => texts(login.providers ?? [], [...socialProviders.keys()]),
    'login.onLogin': () => optionalFunction(login.onLogin),
    'session.kind': () => sessionKind(session),
    'session.store': () => sessionStore(session),
    'session.secret': () => sessionSecrets(session),
    'session.keep': () => texts(session.keep ?? []),
    'session.absoluteSeconds': () => positive(session.absoluteSeconds ?? 604_800),
    'session.idleSeconds': () => positive(session.idleSeconds ?? 86_400),
    'pages.style': () => pageStyle(pages.style ?? ''),
    'pages.texts': () => pageTexts(pages.texts),
    'pages.email': () => optionalFunction(pages.email),
    'webhooks.secret': () => webhookKeys(options, env),
    'webhooks.handlers': () => webhookHandlers(options),
    'webhooks.toleranceSeconds': () => positive(webhooks.toleranceSeconds ?? 300),
    'webhooks.maxBytes': () => positive(webhooks.maxBytes ?? 1_048_576),
    'webhooks.timeoutSeconds': () => positive(webhooks.timeoutSeconds ?? 8),
    'webhooks.delivery': () => delivery(webhooks.delivery ?? 'inline'),
    'webhooks.revokeOn': () => revokeOn(webhooks.revokeOn ?? []),
    'interceptors.secret': () => interceptorKeys(options, env),
    'interceptors.handlers': () => interceptorHandlers(options),
    'interceptors.onFailure': () => onFailure(options),
    'interceptors.toleranceSeconds': () => positive(interceptors.toleranceSeconds ?? 300),
    'interceptors.maxBytes': () => positive(interceptors.maxBytes ?? 1_048_576),
    'interceptors.timeoutSeconds': () => positive(interceptors.timeoutSeconds ?? 2.5),
    'organizations.of': () => optionalFunction(options.organizations?.of),
    ...portalFields(options, env),
    store: () => stateStore(options.store),
    'revocation.maxLagMs': () => positive(revocation.maxLagMs ?? 1000),
    logger: () =>
      withMethods(options.logger ?? consoleLogger(env), ['debug', 'info', 'warn', 'error']),
    'http.fetch': () => optionalFunction(http.fetch),
    'http.timeoutSeconds': () => positive(http.timeoutSeconds ?? 5),
    clock: () => optionalFunction(options.clock) ?? Date.now,
  }
}
