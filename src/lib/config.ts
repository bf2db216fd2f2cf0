import type { KeyObject } from 'node:crypto'
import type { OfferOrganizations } from './auth/offered-organizations.ts'
import type { OnLogin } from './auth/on-login.ts'
import type { OptionalRevocation } from './auth/reactions.ts'
import type { Clock } from './clock.ts'
import {
  basePath,
  baseUrls,
  clientSecret,
  delivery,
  type Env,
  environmentUrl,
  instanceName,
  interceptorHandlers,
  interceptorKeys,
  isProduction,
  issuer,
  onFailure,
  type Paths,
  pageStyle,
  pageTextNames,
  pageTexts,
  paths,
  required,
  revokeOn,
  scopes,
  secrets,
  sessionKind,
  sessionSecrets,
  sessionStore,
  webhookHandlers,
  webhookKeys,
} from './config-fields.ts'
import { type PortalFields, type PortalRules, portalFields, portalRules } from './config-portal.ts'
import { ConfigError } from './errors.ts'
import type { Fetch } from './fetch-transport.ts'
import {
  oneOf,
  optionalFunction,
  positive,
  readFields,
  texts,
  unknownNames,
  withMethods,
} from './fields.ts'
import { consoleLogger, type Logger } from './log.ts'
import type { Client } from './oidc/discovery.ts'
import {
  optionNames,
  type ResolveLogin,
  type ScalekitAuthOptions,
  type SessionOptions,
} from './options.ts'
import type { PageOptions } from './page-options.ts'
import type { Secret } from './secret.ts'
import type { SessionKind } from './session/kind.ts'
import type { SessionStore } from './session/own-session.ts'
import { socialProviders } from './social-providers.ts'
import type { DeliveryQueue } from './state/delivery-queue.ts'
import { memoryStore } from './state/memory-store.ts'
import type { StateStore } from './state/store.ts'
import { handlerNames } from './webhooks/handler-names.ts'
import type { EventHandlers } from './webhooks/handlers.ts'
import type { OnFailure } from './webhooks/intercept.ts'
import {
  type InterceptorHandlers,
  interceptorHandlerNames,
} from './webhooks/interceptor-handlers.ts'

/** Everything decided at start-up; the rest of the package reads nothing else. */
export interface Config {
  readonly client: Client
  /** The application's own origins; the first is used where the request names none of them. */
  readonly origins: readonly [URL, ...URL[]]
  readonly isSecure: boolean
  readonly secrets: readonly Secret[]
  readonly name: string
  /** Empty, or `/…` without a slash at its end. */
  readonly basePath: string
  readonly paths: Paths
  readonly scope: string
  readonly providers: readonly string[]
  readonly resolve: ResolveLogin | undefined
  readonly fallback: 'email' | 'hosted'
  readonly pages: PageOptions
  readonly onLogin: OnLogin | undefined
  readonly sessionKind: 'auto' | SessionKind
  readonly sessionStore: SessionStore | undefined
  readonly sessionSecrets: readonly Secret[] | undefined
  readonly sessionKeep: readonly string[]
  readonly absoluteSeconds: number
  readonly idleSeconds: number
  readonly webhookKeys: readonly KeyObject[]
  readonly webhookHandlers: EventHandlers
  readonly webhookMaxBytes: number
  readonly webhookToleranceSeconds: number
  readonly webhookTimeoutMs: number
  readonly webhookDelivery: 'inline' | DeliveryQueue
  readonly revokeOn: readonly OptionalRevocation[]
  readonly interceptorKeys: readonly KeyObject[]
  readonly interceptorHandlers: InterceptorHandlers
  readonly interceptorOnFailure: OnFailure
  readonly interceptorToleranceSeconds: number
  readonly interceptorMaxBytes: number
  readonly interceptorTimeoutMs: number
  readonly offerOrganizations: OfferOrganizations | undefined
  readonly portal: PortalRules | undefined
  readonly store: StateStore
  readonly maxLagMs: number
  readonly logger: Logger
  readonly fetch: Fetch | undefined
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Turns options and environment into a {@link Config}; an option wins over its variable.
 *
 * @throws {@link ConfigError} listing every problem at once
 */
export function parseConfig(
  options: ScalekitAuthOptions = {},
  variables: Env = process.env,
): Config {
  const env = withoutEmpty(variables)
  const problems = misspelled(options)
  const fields = readFields<RawFields>(fieldsOf(options, env), problems)
  if (problems.length > 0) throw new ConfigError(problems)
  const config = assemble(fields)
  for (const line of remarks(options, env)) config.logger.warn(line)
  return config
}

/** `NAME=` in a file of variables means that there is none. */
function withoutEmpty(variables: Env): Env {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

function misspelled(options: ScalekitAuthOptions): string[] {
  const { paths, login, pages, webhooks, interceptors, organizations, portal, revocation, http } =
    options
  return [
    ...unknownNames(options, optionNames.root),
    ...unknownNames(paths, optionNames.paths, 'paths.'),
    ...unknownNames(login, optionNames.login, 'login.'),
    ...unknownNames(sessionOf(options), optionNames.session, 'session.'),
    ...unknownNames(pages, optionNames.pages, 'pages.'),
    ...unknownNames(pageTextsOf(pages), pageTextNames, 'pages.texts.'),
    ...unknownNames(webhooks, [...optionNames.webhooks, ...handlerNames], 'webhooks.'),
    ...unknownNames(
      interceptors,
      [...optionNames.interceptors, ...interceptorHandlerNames],
      'interceptors.',
    ),
    ...unknownNames(organizations, optionNames.organizations, 'organizations.'),
    ...unknownNames(portal, optionNames.portal, 'portal.'),
    ...unknownNames(revocation, optionNames.revocation, 'revocation.'),
    ...unknownNames(http, optionNames.http, 'http.'),
  ]
}

/** A function's texts are not known yet. */
function pageTextsOf(pages: PageOptions | undefined): unknown {
  return typeof pages?.texts === 'function' ? undefined : pages?.texts
}

/** `session: 'cookie'` is short for `session: { kind: 'cookie' }`. */
function sessionOf({ session }: ScalekitAuthOptions): SessionOptions | undefined {
  return typeof session === 'string' ? { kind: session } : session
}

/** One entry an option, under the name its problems are reported by. */
interface RawFields extends PortalFields {
  environmentUrl: URL
  issuer: string | undefined
  clientId: string
  clientSecret: Secret
  baseUrl: readonly [URL, ...URL[]]
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

function fieldsOf(
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
    store: () =>
      options.store && withMethods(options.store.marks, ['write', 'since']) && options.store,
    'revocation.maxLagMs': () => positive(revocation.maxLagMs ?? 1000),
    logger: () =>
      withMethods(options.logger ?? consoleLogger(env), ['debug', 'info', 'warn', 'error']),
    'http.fetch': () => optionalFunction(http.fetch),
    'http.timeoutSeconds': () => positive(http.timeoutSeconds ?? 5),
    clock: () => optionalFunction(options.clock) ?? Date.now,
  }
}

function assemble(fields: RawFields): Config {
  const { environmentUrl, clientId, clientSecret, clock } = fields
  return Object.freeze({
    client: {
      environmentUrl,
      // Scalekit's issuer is the environment URL without a slash at its end.
      issuer: fields.issuer ?? environmentUrl.origin,
      clientId,
      clientSecret,
    },
    origins: fields.baseUrl,
    isSecure: fields.baseUrl[0].protocol === 'https:',
    secrets: fields.secret,
    name: fields.name,
    basePath: fields.basePath,
    paths: fields.paths,
    scope: fields.scopes.join(' '),
    providers: fields['login.providers'],
    resolve: fields['login.resolve'],
    fallback: fields['login.fallback'],
    pages: {
      style: fields['pages.style'],
      ...(fields['pages.texts'] ? { texts: fields['pages.texts'] } : {}),
      ...(fields['pages.email'] ? { email: fields['pages.email'] } : {}),
    },
    onLogin: fields['login.onLogin'],
    sessionKind: fields['session.kind'],
    sessionStore: fields['session.store'],
    sessionSecrets: fields['session.secret'],
    sessionKeep: fields['session.keep'],
    absoluteSeconds: fields['session.absoluteSeconds'],
    idleSeconds: fields['session.idleSeconds'],
    webhookKeys: fields['webhooks.secret'],
    webhookHandlers: fields['webhooks.handlers'],
    webhookToleranceSeconds: fields['webhooks.toleranceSeconds'],
    webhookMaxBytes: fields['webhooks.maxBytes'],
    webhookTimeoutMs: fields['webhooks.timeoutSeconds'] * 1000,
    webhookDelivery: fields['webhooks.delivery'],
    revokeOn: fields['webhooks.revokeOn'],
    interceptorKeys: fields['interceptors.secret'],
    interceptorHandlers: fields['interceptors.handlers'],
    interceptorOnFailure: fields['interceptors.onFailure'],
    interceptorToleranceSeconds: fields['interceptors.toleranceSeconds'],
    interceptorMaxBytes: fields['interceptors.maxBytes'],
    interceptorTimeoutMs: fields['interceptors.timeoutSeconds'] * 1000,
    offerOrganizations: fields['organizations.of'],
    portal: portalRules(fields),
    store: fields.store ?? memoryStore({ clock }),
    maxLagMs: fields['revocation.maxLagMs'],
    logger: fields.logger,
    fetch: fields['http.fetch'],
    timeoutMs: fields['http.timeoutSeconds'] * 1000,
    clock,
  })
}

/** What works but should be known. */
function remarks(options: ScalekitAuthOptions, env: Env): string[] {
  const lines: string[] = []
  const [url, alias] = [env.SCALEKIT_ENVIRONMENT_URL, env.SCALEKIT_ENV_URL]
  if (options.environmentUrl === undefined && url && alias && url !== alias) {
    lines.push('SCALEKIT_ENVIRONMENT_URL and SCALEKIT_ENV_URL differ; the first is used')
  }
  if (isProduction(env)) {
    if (!options.store) {
      lines.push(
        'store_in_memory: a logout reaches only this process; with several processes pass a shared `store`',
      )
    }
    return lines
  }
  if (!(options.secret ?? env.SCALEKIT_COOKIE_SECRET)) {
    lines.push(
      '`secret` is derived from the client secret; set SCALEKIT_COOKIE_SECRET in production',
    )
  }
  return lines
}
