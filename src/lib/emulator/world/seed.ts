import type { Clock } from '../../ground/clock.ts'
import type { EmulatedInterceptor } from '../interceptors/interceptor.ts'
import type { Subscription } from '../webhooks/delivery.ts'
import type { RetrySchedule } from '../webhooks/retry-schedule.ts'
import type { SessionLimits } from './session-policy.ts'
import type { EmulatorWarning } from './warnings.ts'

/** The initial state and the settings of the emulator. Every member has a working default. */
export interface EmulatorSeed {
  /** The port to listen on. Default: 0, which picks a free port. */
  readonly port?: number
  /**
   * The host name of {@link Emulator.url}, e.g. `emulator` in a container network. If it is set,
   * the emulator listens on every interface: every machine that reaches it can sign in as every
   * person. Default: `localhost`, on the loopback interface only.
   */
  readonly host?: string
  /** Certificate and private key, each as PEM. The emulator then uses https. Default: http. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /**
   * Host names, without a port, that are accepted besides `localhost`, `127.0.0.1` and `[::1]`,
   * such as `emulator` in a container network. Requests with another name in their `Host` header
   * get a 421: otherwise any site could use a developer's emulator by DNS rebinding. Default: none.
   */
  readonly allowedHosts?: readonly string[]
  /** Default: a fixed `skc_…`. */
  readonly clientId?: string
  /** Default: a public secret that the kit refuses in production. */
  readonly clientSecret?: string
  /**
   * The addresses to which codes may be sent, each of at most 256 characters, without query or
   * fragment. They are compared as exact strings, including scheme, case and trailing slash. There
   * are two exceptions: a wildcard as the first label of a host (`https://*.app.example/callback`),
   * and the templates `{{org_slug}}`, `{{external_id}}` and `{{custom_domain}}` as a whole label of
   * the host or a part of the path. A template needs `organization_id` in the request.
   * `{{custom_domain}}` matches any domain of the organization. Default:
   * `http://localhost:3000/callback`.
   */
  readonly redirectUris?: readonly string[]
  /**
   * The addresses to which a logout may redirect, compared in the same way. Default: `logout` next
   * to each redirect URI, so `http://localhost:3000/logout`.
   */
  readonly postLogoutRedirectUris?: readonly string[]
  /**
   * The address at which an IdP-initiated login begins. Default: `login` next to the first redirect
   * URI, so `http://localhost:3000/login`.
   */
  readonly initiateLoginUri?: string
  /** Default: Acme and Globex. */
  readonly organizations?: readonly OrganizationSeed[]
  /**
   * The emulated product. `full-stack` has `usr_…` subjects, sessions, refresh tokens, and access
   * tokens with organization, roles and permissions. `sso` (Modular SSO) has
   * `<connection>;<identity provider's id>` subjects and none of these. Default: `full-stack`.
   */
  readonly product?: EmulatorProduct
  /**
   * Whether a request that names no organization gets a hosted page that asks for an email address.
   * Otherwise the response is the error `invalid_connection_selector`. Default: as in Scalekit,
   * true for `full-stack` and false for `sso`.
   */
  readonly hostedLogin?: boolean
  /**
   * The people who can sign in with `provider=google` and other social providers. A person with the
   * email address of a member signs in to that organization, all others to none. A member of
   * several organizations chooses one.
   */
  readonly socialPeople?: readonly PersonSeed[]
  /** The lifetimes of codes and tokens. Default: those of Scalekit's samples. */
  readonly lifetimes?: Partial<Lifetimes>
  /**
   * A file that keeps organizations, people, directories, keys, sessions, tokens and subscriptions
   * between runs. If it exists, it overrides `organizations`. It contains private keys, so its mode
   * is 600. Default: none.
   */
  readonly stateFile?: string
  /**
   * Starts even if `NODE_ENV` is `production`, for end-to-end tests of a production image. Every
   * visitor can sign in as every person. Default: false.
   */
  readonly dangerouslyAllowEmulator?: boolean
  /** Receives a line for each attempt of a delivery and for each failed sign-in. Default: none. */
  readonly log?: (line: string) => void
  /**
   * The number of calls of the management API that are answered in a minute, by the emulator's
   * clock. All others get a 429 with `Retry-After`. Scalekit's limit is not documented. Default: no
   * limit.
   */
  readonly rateLimitPerMinute?: number
  /** The clock from which {@link Emulator.advance} starts. Default: `Date.now`. */
  readonly clock?: Clock
  /**
   * Whether an authorization request without PKCE is refused, as by Scalekit's setting "Enforce
   * PKCE". A request with PKCE is always checked. Default: false.
   */
  readonly enforcePkce?: boolean
  /**
   * Called with each entry of {@link Emulator.warnings} when it is added. The command prints them.
   */
  readonly onWarning?: (warning: EmulatorWarning) => void
  /** The lifetime of `full-stack` sessions in organizations without a policy of their own. */
  readonly session?: Partial<SessionLimits>
  /**
   * How long a used refresh token still gets the response of its first use, in seconds. After that,
   * all tokens of its sign-in are revoked. Default: 30.
   */
  readonly refreshGraceSeconds?: number
  /** The number of seconds by which `iat` precedes the issuance of a token. Default: 0. */
  readonly backdateIatSeconds?: number
  /**
   * How long after a change of a person their access tokens still have the earlier roles,
   * permissions and other claims, in seconds. This simulates a cache at Scalekit. Events are sent
   * at once. Default: 0.
   */
  readonly staleClaimsSeconds?: number
  /**
   * Whether tokens can be revoked, at the `revocation_endpoint` of discovery. Scalekit's SDK for
   * React uses such an endpoint, but no page of Scalekit documents it. Default: true.
   */
  readonly tokenRevocation?: boolean
  /**
   * Whether ID tokens have `auth_time`, the start of the session. No documented Scalekit token has
   * it. Default: false.
   */
  readonly sendAuthTime?: boolean
  /**
   * The address to which a logout token is sent when a `full-stack` session ends. Default: none is
   * sent.
   *
   * @see OpenID Connect Back-Channel Logout 1.0
   */
  readonly backChannelLogoutUri?: string
  /** Scopes that may be requested besides `openid email profile offline_access`. */
  readonly scopes?: readonly string[]
  /** The webhook subscriptions at startup. Default: none. */
  readonly webhooks?: readonly Subscription[]
  /**
   * The endpoints that are asked before a sign-up, a session, an invitation or a machine's token.
   * Default: none. {@link Emulator.intercept} adds one later.
   */
  readonly interceptors?: readonly EmulatedInterceptor[]
  /**
   * When a delivery without a 2xx response is retried. Either one of the schedules on Scalekit's
   * pages, named by its number of attempts, or the pauses between attempts in seconds; `[]` is one
   * attempt. Default: `6-attempts`, after 5 and 30 seconds, 2, 5 and 15 minutes.
   */
  readonly retrySchedule?: RetrySchedule | readonly number[]
  /** A factor for the pauses between the attempts of a delivery. Default: 1. */
  readonly retryScale?: number
  /**
   * The lifetime of a link to the admin portal, in seconds. Default: 604 800, the week in
   * Scalekit's reference. Links that Scalekit creates today last 60 seconds.
   */
  readonly portalLinkTtlSeconds?: number
  /**
   * Whether a link to the admin portal opens only once, like today's links. The portal then stays
   * open for six hours. Default: false.
   */
  readonly singleUse?: boolean
}

/** Full-stack authentication, or Modular SSO. */
export type EmulatorProduct = 'full-stack' | 'sso'

/** The lifetimes of codes and tokens, in seconds. */
export interface Lifetimes {
  /** Default: 600. */
  readonly codeSeconds: number
  /** Default: 300 for `full-stack`, 900 for `sso`. */
  readonly accessTokenSeconds: number
  /** Default: 1 800 for `full-stack`, 3 900 for `sso`. */
  readonly idTokenSeconds: number
  /** For a client-credentials token. Default: 86 399. */
  readonly clientTokenSeconds: number
}

/** An initial customer. */
export interface OrganizationSeed {
  /** Default: `org_…`, derived from the display name. */
  readonly id?: string
  readonly externalId?: string
  /** The value of `{{org_slug}}` in a redirect URI. Default: none. */
  readonly slug?: string
  readonly displayName: string
  readonly domains?: readonly string[]
  /** The application's own metadata: `org_metadata` of access tokens. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>
  /**
   * Default: an enabled SAML connection at Okta. `null`: none was ever configured. Users of such an
   * organization sign in on the hosted page in `full-stack` mode. In `sso` mode they cannot sign
   * in.
   */
  readonly connection?: ConnectionSeed | null
  /** Default: an enabled directory that holds the people and their groups. `null`: none. */
  readonly directory?: DirectorySeed | null
  readonly people?: readonly PersonSeed[]
}

/** The connection through which a customer's users sign in. */
export interface ConnectionSeed {
  /** Default: `conn_…`, derived from the organization's display name. */
  readonly id?: string
  /** Scalekit's name, such as `OKTA` or `MICROSOFT_AD`. Default: `OKTA`. */
  readonly provider?: string
  /** Default: `SAML`. */
  readonly type?: 'SAML' | 'OIDC'
  /** Default: true. */
  readonly enabled?: boolean
  /** Usable when it is enabled and `COMPLETED`. Default: `COMPLETED`. */
  readonly status?: ConnectionStatus
}

/** The progress of a connection's setup. */
export type ConnectionStatus = 'DRAFT' | 'IN_PROGRESS' | 'COMPLETED'

/** The source of a customer's users and groups. */
export interface DirectorySeed {
  /** Default: `dir_…`, derived from the organization's display name. */
  readonly id?: string
  /**
   * A disabled directory was never synchronized: Scalekit knows none of its users. Default: true.
   */
  readonly enabled?: boolean
}

export const membershipStatuses = ['ACTIVE', 'PENDING_INVITE', 'INVITE_EXPIRED'] as const
/** The status of a person's membership in an organization. */
export type MembershipStatus = (typeof membershipStatuses)[number]

/** A person who works for a customer, or who has an account at a social provider. */
export interface PersonSeed {
  readonly email: string
  readonly name: string
  /** Default: `usr_…`, derived from the email address, so it is one user in all organizations. */
  readonly id?: string
  /** The identity provider's id. Default: derived from organization and email address. */
  readonly idpUserId?: string
  /** The application's id, `xuid` in access tokens. */
  readonly externalId?: string
  /** Default: true. */
  readonly emailVerified?: boolean
  /** Default: `['member']`. */
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
  /** The names of this person's directory groups. */
  readonly groups?: readonly string[]
  /**
   * The status of this person's membership, in `full-stack` mode. With `PENDING_INVITE`, the first
   * sign-in accepts the invitation, within 15 days of the emulator's start. With `INVITE_EXPIRED`,
   * a sign-in is refused with `access_denied`. Default: `ACTIVE`.
   */
  readonly membershipStatus?: MembershipStatus
  /** The error with which this person's sign-in ends, because the identity provider refuses it. */
  readonly refusal?: 'access_denied' | 'user_not_active'
  /** Added to the ID token; they override the usual claims. */
  readonly claims?: Readonly<Record<string, unknown>>
  /**
   * Claims that are defined in Scalekit's dashboard. They are at the top level of access tokens,
   * next to the standard claims, which they cannot replace. Like the next three members, for
   * `full-stack` only.
   */
  readonly accessTokenClaims?: Readonly<Record<string, unknown>>
  /** An interceptor's additions: `custom_claims` of access tokens. */
  readonly customClaims?: Readonly<Record<string, unknown>>
  /** `user_metadata` of access tokens. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** `membership_metadata` of access tokens. */
  readonly membershipMetadata?: Readonly<Record<string, unknown>>
}
