import type { IncomingMessage } from 'node:http'
import type { OptionalRevocation } from '../auth/event-targets.ts'
import type { OfferOrganizations } from '../auth/offered-organizations.ts'
import type { OnLogin } from '../auth/on-login.ts'
import type { AccessPredicate } from '../auth/predicate.ts'
import type { AuthorizationResolve } from '../auth/resolve.ts'
import type { Clock } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import type { HookResult, LoginRequest } from '../ground/types.ts'
import type { BearerKind } from '../oidc/bearer-kinds.ts'
import type { Fetch } from '../outgoing/fetch-transport.ts'
import type { SessionStore } from '../session/own-session.ts'
import type { DeliveryQueue } from '../state/delivery-queue.ts'
import type { StateStore } from '../state/store.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import type { InterceptorHandlers } from '../webhooks/interceptor-handlers.ts'
import type { Secrets } from '../webhooks/signing-keys.ts'
import type { PageOptions } from './page-options.ts'

/**
 * The options of `scalekitAuth()`. An option takes precedence over its environment variable. All
 * times and sizes must be greater than 0.
 */
export interface ScalekitAuthOptions {
  /**
   * The URL of your Scalekit environment, e.g. `https://acme.scalekit.com`, or your custom domain
   * for it. Env: `SCALEKIT_ENVIRONMENT_URL` or `SCALEKIT_ENV_URL`.
   */
  readonly environmentUrl?: string | URL
  /** The `iss` claim of the environment's tokens. Default: `environmentUrl`. */
  readonly issuer?: string
  /** The client id from Scalekit's dashboard, `skc_…`. Env: `SCALEKIT_CLIENT_ID`. */
  readonly clientId?: string
  /** The client secret from Scalekit's dashboard. Env: `SCALEKIT_CLIENT_SECRET`. */
  readonly clientSecret?: string
  /**
   * The origin at which browsers reach the application: scheme, host and port. If a proxy removes a
   * path from every request, append it: `https://app.example/portal`. An array allows several
   * hosts; a sign-in returns to the host at which it began. Env: `APP_BASE_URL`, comma-separated.
   * Default: `http://localhost:<PORT or 3000>`; required in production.
   */
  readonly baseUrl?: string | URL | readonly (string | URL)[]
  /**
   * The secret that encrypts cookies: at least 32 random characters. In an array, the first
   * encrypts and all decrypt: to rotate, put the new secret first. Env: `SCALEKIT_COOKIE_SECRET`,
   * comma-separated. Default: derived from the client secret; required in production.
   */
  readonly secret?: string | readonly string[]
  /**
   * The name of this instance: 1 to 32 letters, digits or underscores. Cookie names begin with it,
   * so two instances in one application need two names. Outside production, the default is followed
   * by the port of `baseUrl`, because all ports of a host share cookies. Default: `scalekit`.
   */
  readonly name?: string
  /**
   * The path at which the kit is mounted, e.g. `/auth` for `app.use('/auth', auth)`. It is part of
   * the redirect URI. Default: `/`.
   */
  readonly basePath?: string
  /** The kit's own routes below `basePath`. */
  readonly paths?: PathOptions
  /**
   * The OAuth scopes of a sign-in. `openid` is required; `offline_access` adds a refresh token.
   * Default: `['openid', 'email', 'profile']`.
   */
  readonly scopes?: readonly string[]
  /** The target of a sign-in, and the conditions for accepting one. */
  readonly login?: LoginOptions
  /** The source of roles, permissions, scopes and kept claims, and how old they may be. */
  readonly authorization?: AuthorizationOptions
  /**
   * The keys that decrypt the tokens of a session. `session`: `secret` and a key in the session's
   * cookie, so a copy of the store is useless, even with `secret`. Only with `express-session`,
   * `secret` alone is enough. `server`: `secret` alone, so jobs and webhooks can call
   * `auth.accessTokenOf()`. Default: `session`.
   */
  readonly tokens?: 'session' | 'server'
  /** Where sessions are stored, and how long they last. A string is short for `{ kind }`. */
  readonly session?: SessionOptions | NonNullable<SessionOptions['kind']>
  /**
   * Which access tokens in the header `Authorization` are accepted in place of a session. `{}`
   * accepts users' tokens whose `aud` contains `clientId`. Default: none, and the kit does not read
   * that header.
   */
  readonly bearer?: BearerOptions
  /** The name, style and languages of the kit's own pages, and replacements for them. */
  readonly pages?: PageOptions
  /** Webhook handlers, e.g. `onDirectoryUserCreated`, and how deliveries are received. */
  readonly webhooks?: WebhookOptions
  /** Interceptor handlers, e.g. `onPreSignup`, and how calls are received. */
  readonly interceptors?: InterceptorOptions
  /** The organizations that `/organizations` returns to an organization switcher. */
  readonly organizations?: OrganizationsOptions
  /**
   * Which users may open Scalekit's admin portal at `/portal`. Default: none, and the route does
   * not exist.
   */
  readonly portal?: PortalOptions
  /**
   * The store that processes share: revocations, single-use values, tokens, webhook deliveries.
   * Pass `redisStore(client)` or `postgresStore(pool)` with more than one process,
   * `memoryStore({ file })` with one. Default: `memoryStore()`, which loses revocations when the
   * process ends.
   */
  readonly store?: StateStore
  /** How soon other processes apply a revocation. */
  readonly revocation?: RevocationOptions
  /** The origins whose pages may open WebSockets. */
  readonly connections?: ConnectionOptions
  /**
   * Receives log lines: `debug`, `info`, `warn` and `error`, e.g. `pino()`. If it throws or
   * rejects, requests continue, and one line on the console reports it. Default: the console, with
   * debug lines only if `DEBUG=scalekit`.
   */
  readonly logger?: Logger
  /** How the kit calls Scalekit. */
  readonly http?: HttpOptions
  /**
   * Returns the time in milliseconds since the epoch; for tests. While it throws or returns no
   * time, requests are refused with `clock_invalid`. It must not begin before the machine's own
   * time, by which openid-client refuses ID tokens that have expired. Default: `Date.now`.
   */
  readonly clock?: Clock
  /**
   * Accepts an http `baseUrl` in production; cookies then travel over unencrypted connections. Also
   * allows the emulator, where it is accepted, to be on another machine, such as
   * `http://emulator:4400`. Default: `false`.
   */
  readonly dangerouslyAllowHttp?: boolean
  /**
   * Accepts an emulator and its public secrets in production, for end-to-end tests of the image.
   * Every visitor can then sign in as every user; an error is logged at start. Default: `false`.
   */
  readonly dangerouslyAllowEmulator?: boolean
}

/** The kit's own routes, each a path below `basePath`. */
export interface PathOptions {
  /** Begins a sign-in. Default: `/login`. */
  readonly login?: string
  /** The redirect URI: Scalekit sends the browser back to it. Default: `/callback`. */
  readonly callback?: string
  /** Signs the user out. Default: `/logout`. */
  readonly logout?: string
  /** Returns the signed-in user as JSON. Default: `/me`. */
  readonly me?: string
  /** Receives Scalekit's webhooks. Default: `/webhooks`. */
  readonly webhooks?: string
  /** Receives Scalekit's interceptor calls. Default: `/interceptors`. */
  readonly interceptors?: string
  /**
   * Receives OpenID Connect's back-channel logouts from Scalekit. Default: `/backchannel-logout`.
   */
  readonly backchannelLogout?: string
  /** Returns the organizations of the user as JSON. Default: `/organizations`. */
  readonly organizations?: string
  /** Opens Scalekit's admin portal. Default: `/portal`. */
  readonly portal?: string
}

/** The target of a sign-in, and the conditions for accepting one. */
export interface LoginOptions {
  /**
   * Returns the target of a sign-in whose request names none, e.g. `{ organizationId }` by
   * subdomain. It times out after 30 seconds. Default: none.
   */
  resolve?(req: IncomingMessage): ReturnType<ResolveLogin>
  /**
   * The page for a sign-in without a target. `email`: the kit's page, which asks for an email
   * address. `hosted`: Scalekit's page, which needs Full Stack Auth. Default: `email`.
   */
  readonly fallback?: 'email' | 'hosted'
  /**
   * The social providers that `/login?provider=…` accepts: `google`, `github`, `linkedin`,
   * `gitlab`, `microsoft`, `salesforce`. Default: none.
   */
  readonly providers?: readonly string[]
  /**
   * The query parameters of `/login` that are sent on to Scalekit, such as those that an invitation
   * adds to the Initiate Login URL. `true`: all except parameters of the protocol and the kit's own
   * for `/login`. A request with one of them is redirected to Scalekit's page at once, whatever
   * `fallback` is. Default: none.
   */
  readonly forward?: true | readonly string[]
  /**
   * The longest time between the user's authentication and the beginning of a sign-in, in whole
   * seconds. The kit sends it to Scalekit as `max_age` and refuses an older `auth_time` with
   * `login_too_old`; clocks may differ by a minute. Without `auth_time`, the sign-in is accepted
   * and one warning is logged. Default: none, a session at Scalekit may have any age.
   */
  readonly maxAgeSeconds?: number
  /**
   * Called for every sign-in after all checks have passed. Returns nothing to accept it, `{ user }`
   * to keep values with the session, `{ roles, permissions }` to replace those of the access token
   * until the session ends, `{ returnTo }` to change the redirect, or `{ deny: reason }` or
   * `{ deny: { reason, message } }` to refuse; the user sees only `message`. If it throws or takes
   * longer than 30 seconds, the sign-in is refused with 503. Default: none.
   */
  readonly onLogin?: OnLogin
}

/** The source of roles, permissions, scopes and kept claims, and how old they may be. */
export interface AuthorizationOptions {
  /**
   * Returns what the user may do: `{ roles, permissions, scopes, claims }`, each of which replaces
   * that of the access token, or `{ deny: reason }`. It is called at the sign-in, when its last
   * answer is older than `maxAgeSeconds`, and after an event, but not for `bearer` tokens; it times
   * out after five seconds. If it fails at the sign-in, the response is 503. Default: none, the
   * access token decides.
   */
  readonly resolve?: AuthorizationResolve
  /** The maximum age of an answer of `resolve`, in seconds. Default: 300. */
  readonly maxAgeSeconds?: number
  /**
   * How long a session keeps its last roles, permissions, scopes and claims while neither `resolve`
   * nor Scalekit can renew them, in seconds. Default: 3600 (an hour).
   */
  readonly outageGraceSeconds?: number
}

/** The organizations that `/organizations` returns. */
export interface OrganizationsOptions {
  /**
   * Returns the organizations to offer a user, as ids or objects. It times out after 30 seconds.
   * Default: the organizations that this browser has signed in to.
   */
  readonly of?: OfferOrganizations
}

/** How soon other processes apply a revocation. */
export interface RevocationOptions {
  /** The longest time until every process applies a revocation, in milliseconds. Default: 1000. */
  readonly maxLagMs?: number
}

/** The origins whose pages may open WebSockets. */
export interface ConnectionOptions {
  /**
   * Further origins whose pages may open a socket that `auth.authenticate()` accepts, such as
   * `https://admin.app.example`, or `capacitor://localhost` for an app. Default: none, only those
   * of `baseUrl`.
   */
  readonly origins?: readonly string[]
}

/** How the kit calls Scalekit. */
export interface HttpOptions {
  /**
   * A `fetch` that makes the calls, e.g. through a proxy. Default: `node:http` and `node:https`.
   */
  readonly fetch?: Fetch
  /** The timeout of one call to Scalekit, in seconds. Default: 5. */
  readonly timeoutSeconds?: number
}

/** Returns the target of a sign-in, or nothing. A target in the request takes precedence. */
export type ResolveLogin = (req: IncomingMessage) => HookResult<LoginRequest>

/** Where sessions are stored, and how long they last. */
export interface SessionOptions {
  /**
   * `cookie`: an encrypted cookie. `express-session`: the application's `req.session`, mounted
   * before the kit. `auto`: `express-session` if it is mounted before the kit, otherwise the
   * cookie. Default: `auto`.
   */
  readonly kind?: 'auto' | 'cookie' | 'express-session'
  /** A store for `express-session`, which the kit then mounts itself. Default: none. */
  readonly store?: SessionStore
  /**
   * Signs the cookie of `session.store`: at least 32 random characters. In an array, the first
   * signs and all verify. Default: derived from `secret`.
   */
  readonly secret?: string | readonly string[]
  /**
   * The members of `req.session` that a sign-in keeps, e.g. `cart`. Others are removed, because
   * they may belong to another user. If the same user signs in again to the same organization, all
   * are kept. Default: none.
   */
  readonly keep?: readonly string[]
  /**
   * Further claims to keep on `req.scalekit.claims`, e.g. `plan` or `groups`: names of claims of
   * the access token, of its `custom_claims`, which interceptors write, or of the ID token. Declare
   * their types on the interface `SessionClaims`. Default: none, only the standard profile is kept
   * (`name`, `given_name`, `family_name`, `preferred_username`, `picture`, `locale`, `zoneinfo`,
   * `phone_number`, `profile`, `xuid`).
   */
  readonly claims?: readonly string[]
  /** The longest time that a session lasts, in whole seconds. Default: 604 800 (a week). */
  readonly absoluteSeconds?: number
  /**
   * The time without a request after which a session expires, in whole seconds; at most
   * `absoluteSeconds`. An `express-session` of the application uses its own `cookie.maxAge`
   * instead. Default: 86 400 (a day), or `absoluteSeconds` if that is shorter.
   */
  readonly idleSeconds?: number
  /**
   * How a restart affects sessions and access tokens if `store` is in memory, because the process
   * has forgotten which were ended. `end`: users sign in again, and clients renew their tokens.
   * `keep`: copies of an ended session's cookie, and revoked tokens, work again. Default: `end` in
   * production with a webhook secret, otherwise `keep`.
   */
  readonly afterRestart?: 'end' | 'keep'
}

/**
 * Which access tokens are accepted in place of a session. If a request has a token, only the token
 * decides: the cookie is neither read nor set, the request is not redirected, and
 * `requireSameOrigin` lets it pass. Roles, permissions and scopes are those of the token:
 * `authorization.resolve` and `login.onLogin` are not called. Tokens in the query or the body are
 * not read.
 */
export interface BearerOptions {
  /**
   * The required audience of a token: its `aud` contains this value, e.g. the resource of your API
   * at Scalekit. In an array, any of them. If this is set, tokens without `aud` are refused.
   * Default: `clientId`; tokens issued to that client may then lack `aud`, and so may those of
   * organizations' clients if `accepts` names them.
   */
  readonly audience?: string | readonly string[]
  /**
   * The `iss` of the tokens, compared exactly. In an array, any of them. Tokens of a resource have
   * their own, `https://<environment>/resources/<resource id>`. Default: the environment's issuer.
   */
  readonly issuers?: string | readonly string[]
  /**
   * The holders whose tokens are accepted. `user`: users. `organization-client`: clients of
   * organizations (`m2morg_…`). `this-client`: this application’s own client, without a user.
   * Guards refuse machines unless their own `accepts` names the kind. Default: `['user']`.
   */
  readonly accepts?: readonly BearerKind[]
}

/** A handler for each event, named after the event, and how deliveries are received. */
export type WebhookOptions = EventHandlers & {
  /**
   * The signing secret of the endpoint, `whsec_…`. In an array, e.g. during a rotation, all are
   * accepted. Env: `SCALEKIT_WEBHOOK_SECRET`, comma-separated. Default: none, and the route does
   * not exist.
   */
  readonly secret?: Secrets
  /**
   * The largest difference between Scalekit's clock and this machine's, in seconds. Default: 300.
   */
  readonly toleranceSeconds?: number
  /** The largest accepted body, in bytes. Default: 1 048 576. */
  readonly maxBytes?: number
  /**
   * The longest time until the kit responds to a delivery, in seconds. Scalekit waits ten. A
   * handler that takes longer continues, and Scalekit sends the delivery again. Default: 8.
   */
  readonly timeoutSeconds?: number
  /**
   * When a delivery is acknowledged. `inline`: after its handlers succeeded; Scalekit retries
   * failures. `bullmq(queue)` or `pgBoss(boss)` from `express-scalekit/queues`: when the queue has
   * stored it; the queue retries the handlers. Default: `inline`.
   */
  readonly delivery?: 'inline' | DeliveryQueue
  /**
   * Events that also end all sessions of their organization: `sso_disabled`, `directory_disabled`.
   * Default: none.
   */
  readonly revokeOn?: readonly OptionalRevocation[]
}

/** The features that can be set up in the admin portal. */
export const portalFeatures = ['sso', 'dir_sync'] as const
/** `sso` is single sign-on, `dir_sync` is directory sync. */
export type PortalFeature = (typeof portalFeatures)[number]

/** Which users may open the admin portal of their organization, and how it opens. */
export interface PortalOptions {
  /**
   * The role that a user needs in the current organization. In an array, any of the roles. Default:
   * none; `role`, `permission` or `allow` is required.
   */
  readonly role?: string | readonly string[]
  /**
   * The permission that a user needs, in addition to `role` if both are set. In an array, all of
   * them. Default: none.
   */
  readonly permission?: string | readonly string[]
  /**
   * Decides whether a user who has `role` and `permission`, if set, may open the portal. Only
   * `true` opens it, returned or as a promise. If it throws, takes longer than five seconds or
   * returns no boolean, the response is 503. Default: none.
   */
  readonly allow?: AccessPredicate
  /**
   * The features that can be set up: `sso`, `dir_sync`. Default: those that the organization has
   * enabled.
   */
  readonly features?: readonly PortalFeature[]
  /**
   * Whether the portal opens inside a page of the kit, instead of by a redirect. Default: `false`.
   */
  readonly embed?: boolean
  /** The path of the link "Back" on this page. Default: `/`. */
  readonly returnTo?: string
  /** The origin of Scalekit's portal links; others are refused. Default: `environmentUrl`. */
  readonly origin?: string | URL
}

/** A handler for each trigger point, named after it, and how calls are received. */
export type InterceptorOptions = InterceptorHandlers & {
  /**
   * The signing secret of the interceptors. In an array, e.g. during a rotation, all are accepted.
   * Env: `SCALEKIT_INTERCEPTOR_SECRET`, comma-separated. Default: none, and the route does not
   * exist.
   */
  readonly secret?: Secrets
  /**
   * The decision when a handler throws or times out: `deny` or `allow`. Required with handlers.
   * Default: none.
   */
  readonly onFailure?: 'allow' | 'deny'
  /**
   * The largest difference between Scalekit's clock and this machine's, in seconds. Default: 300.
   */
  readonly toleranceSeconds?: number
  /** The largest accepted body, in bytes. Default: 1 048 576. */
  readonly maxBytes?: number
  /** The timeout of a handler, in seconds. Scalekit waits three to five seconds. Default: 2.5. */
  readonly timeoutSeconds?: number
}
