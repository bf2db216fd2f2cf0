import type { IncomingMessage } from 'node:http'
import type { OfferOrganizations } from '../auth/offered-organizations.ts'
import type { OnLogin } from '../auth/on-login.ts'
import type { OptionalRevocation } from '../auth/reactions.ts'
import type { Clock } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import type { HookResult, LoginRequest } from '../ground/types.ts'
import type { Fetch } from '../outgoing/fetch-transport.ts'
import type { SessionStore } from '../session/own-session.ts'
import type { DeliveryQueue } from '../state/delivery-queue.ts'
import type { StateStore } from '../state/store.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import type { InterceptorHandlers } from '../webhooks/interceptor-handlers.ts'
import type { Secrets } from '../webhooks/signing-keys.ts'
import type { PageOptions } from './page-options.ts'

/** What the application passes in. Anything left out is read from the environment. */
export interface ScalekitAuthOptions {
  /**
   * The Scalekit environment: its own host (`https://acme.scalekit.com`) or your custom domain for
   * it. Env: `SCALEKIT_ENVIRONMENT_URL`, or `SCALEKIT_ENV_URL`.
   */
  readonly environmentUrl?: string | URL
  /** The `iss` of the environment's tokens. Default: the environment URL. */
  readonly issuer?: string
  /** `skc_…`, from the dashboard. Env: `SCALEKIT_CLIENT_ID`. */
  readonly clientId?: string
  /** From the dashboard. Env: `SCALEKIT_CLIENT_SECRET`. */
  readonly clientSecret?: string
  /**
   * Where browsers reach the application: scheme, host and port. A list allows several hosts; each
   * visitor stays on the one they came to. Env: `APP_BASE_URL`. Default outside production:
   * `http://localhost:` and `PORT`, or 3000.
   */
  readonly baseUrl?: string | URL | readonly (string | URL)[]
  /**
   * Seals the cookies: at least 32 characters that nobody can guess. In a list the first seals and
   * all open, so a secret is replaced by putting the new one in front. Env:
   * `SCALEKIT_COOKIE_SECRET`, separated by commas. Default outside production: derived from the
   * client secret.
   */
  readonly secret?: string | readonly string[]
  /** Tells several instances in one application apart; part of the cookies' names. Default: `scalekit`. */
  readonly name?: string
  /** Where the kit is mounted, e.g. `/auth`; part of the redirect URI. Default: the root. */
  readonly basePath?: string
  /** The kit's own routes below `basePath`. */
  readonly paths?: PathOptions
  /**
   * What a sign-in asks for; `offline_access` adds a refresh token. Default: `openid email profile`.
   */
  readonly scopes?: readonly string[]
  /** Where sign-ins go, and who gets in. */
  readonly login?: LoginOptions
  /** Where sessions are kept and how long they last; a text is its `kind`. */
  readonly session?: SessionOptions | NonNullable<SessionOptions['kind']>
  /** How our own pages look, and what the e-mail page says. */
  readonly pages?: PageOptions
  /** How Scalekit's webhooks are taken: a handler for each event, e.g. `onDirectoryUserCreated`. */
  readonly webhooks?: WebhookOptions
  /** How Scalekit's questions are answered: a handler for each point, e.g. `onPreSignup`. */
  readonly interceptors?: InterceptorOptions
  /** What `/organizations` shows, for switchers. */
  readonly organizations?: OrganizationsOptions
  /** Lets a customer's administrators open Scalekit's admin portal at `/portal`. Default: nobody. */
  readonly portal?: PortalOptions
  /** What several processes share. Default: this process's memory. */
  readonly store?: StateStore
  /** How sessions end that another process ended. */
  readonly revocation?: RevocationOptions
  /** Where lines for developers and operators go. Default: the console. */
  readonly logger?: Logger
  /** How Scalekit is called. */
  readonly http?: HttpOptions
  /** Tells the time; for tests. Default: `Date.now`. */
  readonly clock?: Clock
  /** Accepts a `baseUrl` with http in production; cookies then travel in the clear. Default: false. */
  readonly dangerouslyAllowHttp?: boolean
}

/** The kit's own routes, each a path below `basePath`. */
export interface PathOptions {
  /** Default: `/login`. */
  readonly login?: string
  /** Default: `/callback`. */
  readonly callback?: string
  /** Default: `/logout`. */
  readonly logout?: string
  /** Default: `/me`. */
  readonly me?: string
  /** Default: `/webhooks`. */
  readonly webhooks?: string
  /** Default: `/interceptors`. */
  readonly interceptors?: string
  /** Default: `/organizations`. */
  readonly organizations?: string
  /** Default: `/portal`. */
  readonly portal?: string
}

/** Where sign-ins go, and who gets in. */
export interface LoginOptions {
  /**
   * Where a sign-in goes that names no target: the tenant of a subdomain, for one. Default: none.
   */
  resolve?(req: IncomingMessage): ReturnType<ResolveLogin>
  /**
   * What a sign-in gets that leads nowhere yet: `email`, a page of ours that asks for an e-mail
   * address, or `hosted`, Scalekit's own, which needs Full Stack Auth. Default: `email`.
   */
  readonly fallback?: 'email' | 'hosted'
  /**
   * The social providers `/login?provider=` may name: `google`, `github`, `linkedin`, `gitlab`,
   * `microsoft`, `salesforce`. Default: none.
   */
  readonly providers?: readonly string[]
  /**
   * How long before a sign-in begins its user may have proved who they are, in whole seconds. The
   * kit sends it to Scalekit as `max_age`, and refuses an older `auth_time` with `login_too_old`;
   * clocks may differ by a minute. If Scalekit sends no `auth_time`, the kit accepts the sign-in and
   * logs one warning. Default: none, Scalekit may continue a session of any age.
   */
  readonly maxAgeSeconds?: number
  /** Has the last word on every sign-in. Default: none. */
  readonly onLogin?: OnLogin
}

/** What `/organizations` shows. */
export interface OrganizationsOptions {
  /** Default: the organizations that were signed in to in this browser. */
  readonly of?: OfferOrganizations
}

/** How fast a session ends that another process ended. */
export interface RevocationOptions {
  /** How long a revocation may take to be known in every process, in ms. Default: 1000. */
  readonly maxLagMs?: number
}

/** How Scalekit is called. */
export interface HttpOptions {
  /** Makes the calls to Scalekit, e.g. through a proxy. Default: `node:http` and `node:https`. */
  readonly fetch?: Fetch
  /** How long one call to Scalekit may take, in seconds. Default: 5. */
  readonly timeoutSeconds?: number
}

/** Answers where a request belongs, or nothing; what the request says itself has the last word. */
export type ResolveLogin = (req: IncomingMessage) => HookResult<LoginRequest>

/** Where sessions are kept, and how long they last. */
export interface SessionOptions {
  /**
   * `cookie`: sealed in a cookie of the kit's own. `express-session`: in the application's
   * `req.session`, which has to be mounted above the kit. `auto`: the latter once a request
   * that needs a session has it, else the former. Default: `auto`.
   */
  readonly kind?: 'auto' | 'cookie' | 'express-session'
  /** Mounts `express-session` with this store, so that the application need not. */
  readonly store?: SessionStore
  /**
   * Signs the cookie of `store`: at least 32 characters that nobody can guess. In a list the first
   * signs and all verify. Default: derived from the kit's `secret`.
   */
  readonly secret?: string | readonly string[]
  /**
   * The members of `req.session` that outlive a sign-in; the `name` of another instance, for one.
   * Default: none, as they may be another visitor's.
   */
  readonly keep?: readonly string[]
  /** The longest a session lasts, in seconds. Default: 604 800 (a week). */
  readonly absoluteSeconds?: number
  /**
   * How long a session lasts without a request, in seconds. An `express-session` that the
   * application mounts has its own `cookie.maxAge` for that. Default: 86 400 (a day).
   */
  readonly idleSeconds?: number
}

/** Handlers of events, by names derived from the events', and how deliveries are taken. */
export type WebhookOptions = EventHandlers & {
  /**
   * The endpoint's signing secret, `whsec_…`; several while one replaces another. Env:
   * `SCALEKIT_WEBHOOK_SECRET`, separated by commas.
   */
  readonly secret?: Secrets
  /** How far Scalekit's clock and ours may be apart, in seconds. Default: 300. */
  readonly toleranceSeconds?: number
  /** The largest body, in bytes. Default: 1 048 576. */
  readonly maxBytes?: number
  /** How long Scalekit, which waits ten seconds, is kept waiting, in seconds. Default: 8. */
  readonly timeoutSeconds?: number
  /**
   * When a delivery is acknowledged. `inline`: after its handlers, so that Scalekit repeats what
   * failed. `bullmq(queue)` or `pgBoss(boss)` of `express-scalekit/queues`: after the queue took it,
   * which runs the handlers until they succeed. Default: `inline`.
   */
  readonly delivery?: 'inline' | DeliveryQueue
  /**
   * Further events that end all sessions of their organization: `sso_disabled`,
   * `directory_disabled`. Default: none.
   */
  readonly revokeOn?: readonly OptionalRevocation[]
}

/** What can be set up in the admin portal. */
export const portalFeatures = ['sso', 'dir_sync'] as const
/** Single sign-on, or the directory. */
export type PortalFeature = (typeof portalFeatures)[number]

/** Who may open the admin portal of their organization, and how it opens. */
export interface PortalOptions {
  /** Who has it in the current organization may open the portal; of a list, who has any. */
  readonly role?: string | readonly string[]
  /** Has to be had as well, or in place of a role; of a list, all. */
  readonly permission?: string | readonly string[]
  /** What can be set up there. Default: what the organization has enabled. */
  readonly features?: readonly PortalFeature[]
  /** Whether the portal opens inside a page of the kit. Default: false, the browser goes there. */
  readonly embed?: boolean
  /** The path that the page leads back to. Default: `/`. */
  readonly returnTo?: string
  /** Where Scalekit's links to the portal lead. Default: the environment URL. */
  readonly origin?: string | URL
}

/** Handlers of trigger points, by names derived from the points', and how calls are taken. */
export type InterceptorOptions = InterceptorHandlers & {
  /**
   * The interceptors' signing secret; several while one replaces another. Env:
   * `SCALEKIT_INTERCEPTOR_SECRET`, separated by commas.
   */
  readonly secret?: Secrets
  /**
   * The answer where a handler throws or takes too long: `deny` keeps everybody out meanwhile,
   * `allow` lets everybody in. Has to be said where there are handlers.
   */
  readonly onFailure?: 'allow' | 'deny'
  /** How far Scalekit's clock and ours may be apart, in seconds. Default: 300. */
  readonly toleranceSeconds?: number
  /** The largest body, in bytes. Default: 1 048 576. */
  readonly maxBytes?: number
  /** How long a handler may take, in seconds; Scalekit waits three to five. Default: 2.5. */
  readonly timeoutSeconds?: number
}
