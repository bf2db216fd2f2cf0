import type { KeyObject } from 'node:crypto'
import type { OfferOrganizations } from '../auth/offered-organizations.ts'
import type { OnLogin } from '../auth/on-login.ts'
import type { OptionalRevocation } from '../auth/reactions.ts'
import type { Clock } from '../ground/clock.ts'
import { ConfigError } from '../ground/errors.ts'
import { readFields } from '../ground/fields.ts'
import type { Logger } from '../ground/log.ts'
import type { Secret } from '../ground/secret.ts'
import type { Client } from '../oidc/discovery.ts'
import type { Fetch } from '../outgoing/fetch-transport.ts'
import type { SessionKind } from '../session/kind.ts'
import type { SessionStore } from '../session/own-session.ts'
import type { DeliveryQueue } from '../state/delivery-queue.ts'
import type { StateStore } from '../state/store.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import type { OnFailure } from '../webhooks/intercept.ts'
import type { InterceptorHandlers } from '../webhooks/interceptor-handlers.ts'
import type { Env, Paths } from './fields.ts'
import { misspelled } from './names.ts'
import { fieldsOf, type RawFields } from './option-readers.ts'
import type { ResolveLogin, ScalekitAuthOptions } from './options.ts'
import type { PageOptions } from './page-options.ts'
import { type PortalRules, portalRules } from './portal.ts'
import { remarks } from './warnings.ts'

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
  readonly store: StateStore | undefined
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
    store: fields.store,
    maxLagMs: fields['revocation.maxLagMs'],
    logger: fields.logger,
    fetch: fields['http.fetch'],
    timeoutMs: fields['http.timeoutSeconds'] * 1000,
    clock,
  })
}
