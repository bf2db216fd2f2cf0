import type { Clock } from '../../ground/clock.ts'
import type { EmulatedInterceptor } from '../interceptors/interceptor.ts'
import type { Subscription } from '../webhooks/delivery.ts'
import type { RetrySchedule } from '../webhooks/retry-schedule.ts'
import type { SessionLimits } from './session-policy.ts'
import type { EmulatorWarning } from './warnings.ts'

/** What the emulator starts with; everything left out has a working default. */
export interface EmulatorSeed {
  /** The port to listen on. Default: 0, any free one. */
  readonly port?: number
  /**
   * The host name of {@link Emulator.url}, e.g. `emulator` in a network of containers. With it, the
   * emulator listens on every interface, so that every machine in reach can sign in as every
   * person. Default: `localhost`, on the loopback interface only.
   */
  readonly host?: string
  /** Certificate and private key, each as PEM; the emulator then speaks https. Default: http. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /**
   * Names besides `localhost`, `127.0.0.1` and `[::1]` that requests may be addressed to, without a
   * port, such as `emulator` in a network of containers. Requests whose `Host` header has another
   * name are answered with 421, or any site could use a developer's emulator by DNS rebinding.
   * Default: none.
   */
  readonly allowedHosts?: readonly string[]
  /** Default: a fixed `skc_…`. */
  readonly clientId?: string
  /** Default: a well-known secret that the kit refuses in production. */
  readonly clientSecret?: string
  /**
   * Where codes may be sent: at most 256 characters, without query or fragment. They are compared
   * as exact strings: scheme, case and trailing slash count. Two things may stand for something
   * else: a wildcard as the first label of a host (`https://*.app.example/callback`), and the
   * templates `{{org_slug}}`, `{{external_id}}` and `{{custom_domain}}` as a whole label of the host
   * or part of the path. A template needs `organization_id` in the request; `{{custom_domain}}` is
   * any domain of the organization. Default: `http://localhost:3000/callback`.
   */
  readonly redirectUris?: readonly string[]
  /**
   * Where a logout may end, compared likewise. Default: `logout` beside each redirect URI, so
   * `http://localhost:3000/logout`.
   */
  readonly postLogoutRedirectUris?: readonly string[]
  /**
   * Where a login goes that begins at an identity provider. Default: `login` beside the first
   * redirect URI, so `http://localhost:3000/login`.
   */
  readonly initiateLoginUri?: string
  /** Default: Acme and Globex. */
  readonly organizations?: readonly OrganizationSeed[]
  /**
   * Which product is emulated. `full-stack` has `usr_…` subjects, sessions, refresh tokens, and
   * access tokens with organization, roles and permissions. `sso` (Modular SSO) has
   * `<connection>;<identity provider's id>` subjects and none of these. Default: `full-stack`.
   */
  readonly product?: EmulatorProduct
  /**
   * Whether a request that names no organization gets a hosted page that asks for an email
   * address. Without it the answer is `invalid_connection_selector`. Default: as in Scalekit,
   * true for `full-stack` and false for `sso`.
   */
  readonly hostedLogin?: boolean
  /**
   * Who can sign in with `provider=google` and the like. A person with the email address of a
   * member signs in to that organization, all others to none. A member of several organizations
   * chooses one.
   */
  readonly socialPeople?: readonly PersonSeed[]
  /** How long what the emulator issues is good for. Default: as Scalekit's samples show. */
  readonly lifetimes?: Partial<Lifetimes>
  /**
   * A file that keeps organizations, people, directories, keys, sessions, tokens and subscriptions
   * between runs. Where it exists, it wins over `organizations`. It holds private keys: its mode is
   * 600. Default: none.
   */
  readonly stateFile?: string
  /**
   * Starts although `NODE_ENV` is `production`, for end-to-end tests of a production image. Every
   * visitor can sign in as every person. Default: false.
   */
  readonly dangerouslyAllowEmulator?: boolean
  /** Receives a line for each attempt of a delivery and for each failed sign-in. Default: none. */
  readonly log?: (line: string) => void
  /**
   * How many calls of the management API are answered in a minute, by the emulator's clock; all
   * others get a 429 with `Retry-After`. Scalekit's limit is not documented. Default: no limit.
   */
  readonly rateLimitPerMinute?: number
  /** Default: `Date.now`. {@link Emulator.advance} moves on from it. */
  readonly clock?: Clock
  /**
   * Whether an authorization request without PKCE is refused, as by Scalekit's setting "Enforce
   * PKCE". PKCE that is sent is checked always. Default: false.
   */
  readonly enforcePkce?: boolean
  /**
   * Called with each entry of {@link Emulator.warnings} when it is made. The command prints them.
   */
  readonly onWarning?: (warning: EmulatorWarning) => void
  /** How long sessions of `full-stack` last, where an organization has no policy of its own. */
  readonly session?: Partial<SessionLimits>
  /**
   * How long a used refresh token still gets the answer of its first use, in seconds. After that,
   * all tokens of its sign-in are revoked. Default: 30.
   */
  readonly refreshGraceSeconds?: number
  /** How far `iat` of tokens lies before they are issued, in seconds. Default: 0. */
  readonly backdateIatSeconds?: number
  /**
   * How long after a change of a person their access tokens still have the roles, permissions and
   * other claims of before, in seconds, as if by a cache of Scalekit's. Events are sent at once.
   * Default: 0.
   */
  readonly staleClaimsSeconds?: number
  /**
   * Whether tokens can be revoked, at the `revocation_endpoint` of discovery. Scalekit's SDK for React
   * knows such an endpoint; no page of Scalekit's documents it. Default: true.
   */
  readonly tokenRevocation?: boolean
  /**
   * Whether ID tokens have `auth_time`, when the session began. No documented token of Scalekit's
   * has it. Default: false.
   */
  readonly sendAuthTime?: boolean
  /**
   * Where a logout token is sent when a session of `full-stack` ends. Default: nowhere.
   *
   * @see OpenID Connect Back-Channel Logout 1.0
   */
  readonly backChannelLogoutUri?: string
  /** Scopes that may be asked for besides `openid email profile offline_access`. */
  readonly scopes?: readonly string[]
  /** Where events are sent from the start. Default: nowhere. */
  readonly webhooks?: readonly Subscription[]
  /**
   * Which endpoints are asked before a sign-up, a session, an invitation or a machine's token.
   * Default: none. {@link Emulator.intercept} adds one later.
   */
  readonly interceptors?: readonly EmulatedInterceptor[]
  /**
   * When a delivery that is not answered with a 2xx is sent again: one of the schedules that
   * Scalekit's pages describe, by its number of attempts, or the waits between attempts in seconds;
   * `[]` is one attempt. Default: `6-attempts`, after 5 and 30 seconds, 2, 5 and 15 minutes.
   */
  readonly retrySchedule?: RetrySchedule | readonly number[]
  /** What the waits between the attempts of a delivery are multiplied with. Default: 1. */
  readonly retryScale?: number
  /**
   * How long a link to the admin portal is good for, in seconds. Default: 604 800, the week the
   * reference says; links that Scalekit makes today are good for 60 seconds.
   */
  readonly portalLinkTtlSeconds?: number
  /**
   * Whether a link to the admin portal opens once, as today's do; the portal behind it then stays
   * open for six hours. Default: false.
   */
  readonly singleUse?: boolean
}

/** Full-stack authentication, or Modular SSO. */
export type EmulatorProduct = 'full-stack' | 'sso'

/** How long what the emulator issues is good for, in seconds. */
export interface Lifetimes {
  /** Default: 600. */
  readonly codeSeconds: number
  /** Default: 300 for `full-stack`, 900 for `sso`. */
  readonly accessTokenSeconds: number
  /** Default: 1 800 for `full-stack`, 3 900 for `sso`. */
  readonly idTokenSeconds: number
  /** Of a client-credentials token. Default: 86 399. */
  readonly clientTokenSeconds: number
}

/** A customer to start with. */
export interface OrganizationSeed {
  /** Default: `org_…`, derived from the display name. */
  readonly id?: string
  readonly externalId?: string
  /** What `{{org_slug}}` of a redirect URI stands for. Default: none. */
  readonly slug?: string
  readonly displayName: string
  readonly domains?: readonly string[]
  /** What the application attached to it: `org_metadata` of access tokens. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>
  /**
   * Default: an enabled SAML connection at Okta. `null`: none was ever configured. People of such an
   * organization sign in on the hosted page in `full-stack` mode; in `sso` mode they cannot.
   */
  readonly connection?: ConnectionSeed | null
  /** Default: an enabled directory that holds the people and their groups. `null`: none. */
  readonly directory?: DirectorySeed | null
  readonly people?: readonly PersonSeed[]
}

/** How a customer's people sign in. */
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

/** How far the setting-up of a connection came. */
export type ConnectionStatus = 'DRAFT' | 'IN_PROGRESS' | 'COMPLETED'

/** Where a customer's people and groups come from. */
export interface DirectorySeed {
  /** Default: `dir_…`, derived from the organization's display name. */
  readonly id?: string
  /** What is not enabled was never synchronized: Scalekit knows none of its users. Default: true. */
  readonly enabled?: boolean
}

export const membershipStatuses = ['ACTIVE', 'PENDING_INVITE', 'INVITE_EXPIRED'] as const
/** How far a person has become a member of an organization. */
export type MembershipStatus = (typeof membershipStatuses)[number]

/** Somebody who works for a customer, or has an account at a social provider. */
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
  /** Names of the directory groups this person is in. */
  readonly groups?: readonly string[]
  /**
   * Whether this person is a member yet, in `full-stack` mode. The first sign-in of one who is
   * `PENDING_INVITE` accepts the invitation, within 15 days of the emulator's start. An invitation
   * that is `INVITE_EXPIRED` is refused with `access_denied`. Default: `ACTIVE`.
   */
  readonly membershipStatus?: MembershipStatus
  /** Signing in ends with this error, because the identity provider refuses this person. */
  readonly refusal?: 'access_denied' | 'user_not_active'
  /** Added to the ID token, over the usual claims. */
  readonly claims?: Readonly<Record<string, unknown>>
  /**
   * Claims that are defined in Scalekit's dashboard: at the top level of access tokens, beside the
   * standard ones, which they cannot replace. Like the next three, for `full-stack` only.
   */
  readonly accessTokenClaims?: Readonly<Record<string, unknown>>
  /** What an interceptor would add: `custom_claims` of access tokens. */
  readonly customClaims?: Readonly<Record<string, unknown>>
  /** `user_metadata` of access tokens. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** `membership_metadata` of access tokens. */
  readonly membershipMetadata?: Readonly<Record<string, unknown>>
}
