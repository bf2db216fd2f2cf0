/** JSON as it came over the wire, before anything about it is known. */
export type Json = Readonly<Record<string, unknown>>

/** One of the known values, or one that Scalekit adds later. */
export type OpenEnum<Known extends string> = Known | (string & {})

/** What a hook may return: a value, nothing, or a promise of either. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook may have no return statement.
export type HookResult<Value> = Value | undefined | void | Promise<Value | undefined | void>

/**
 * Who signed in. `id` is the OpenID Connect subject, the one name that never moves to somebody
 * else; an email address can, so do not find your users by it.
 *
 * Declare further fields on this interface when `onLogin` keeps some:
 * `declare module 'express-scalekit' { interface User { plan?: string } }`.
 */
export interface User {
  readonly id: string
  /** The issuer that `id` is unique at: your Scalekit environment. */
  readonly iss: string
  readonly email?: string
  /** True only where the identity provider said so. */
  readonly emailVerified: boolean
  readonly name?: string
  readonly givenName?: string
  readonly familyName?: string
  readonly picture?: string
  readonly username?: string
  /** The user's id in your system, where Scalekit knows it (`xuid`). */
  readonly externalId?: string
}

/**
 * The claims that a session keeps, by their wire names. Declare those that `session.claims` names:
 * `declare module 'express-scalekit' { interface SessionClaims { plan?: string } }`. The value is
 * whatever the token has: the kit does not check its type.
 */
export interface SessionClaims {
  readonly [name: string]: unknown
}

/** What a session holds: written at sign-in, never changed afterwards. Times are in milliseconds. */
export interface Identity {
  readonly v: 1
  /** 128 random bits of our own. */
  readonly sessionId: string
  /** When the sign-in that led here began, by the clock of the process that began it. */
  readonly startedAt: number
  /**
   * The same by the clocks that revocations are by, at the earliest it can have been; a revocation
   * since then ends the session. Absent in a session that an older version began.
   */
  readonly begun?: { readonly scalekit: number; readonly store: number }
  /** When the user last proved who they are. */
  readonly authenticatedAt?: number
  /** What says so: Scalekit, or that the sign-in was begun with `prompt=login`. */
  readonly authenticatedBy?: 'auth_time' | 'prompt'
  readonly iss: string
  readonly sub: string
  readonly organizationId?: string
  readonly externalOrganizationId?: string
  readonly connectionId?: string
  /**
   * The organizations that were signed in to in this browser one after the other, this session's
   * last. Absent where that is the only one. They feed a switcher and decide nothing.
   */
  readonly authenticatedOrganizations?: readonly string[]
  /** The user's id at their company's identity provider: what follows `;` in the subject. */
  readonly idpUserId?: string
  readonly email?: string
  readonly emailVerified: boolean
  /** The session's id at Scalekit. */
  readonly sid?: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly scopes: readonly string[]
  /**
   * Claims about the user, by their wire names. In `onLogin` all that the ID token and the access
   * token have, afterwards those that the session keeps.
   */
  readonly claims: SessionClaims
  /** What `onLogin` asked to keep. */
  readonly user?: Json
  /** How roles, permissions, scopes and claims came about. Absent in sessions of versions before. */
  readonly authority?: AuthorityOrigin
  /**
   * Half of the key that the session's tokens are sealed by, which only a sealed cookie holds. Absent
   * in other kinds of session, and in those of versions before.
   */
  readonly tokenKey?: string
  readonly absoluteExpiresAt: number
  readonly idleExpiresAt: number
  /**
   * The epoch of the store at the sign-in: a store with another one has forgotten which sessions
   * were ended. Absent in sessions of versions before this one.
   */
  readonly epoch?: string
  /** When the session began, by the clock of the process that began it. */
  readonly signedInAt?: number
}

/** Where authority is from, and how old it is. Instants are in milliseconds since the epoch. */
export interface AuthorityOrigin {
  /** When the access token was issued (`iat`), by Scalekit's clock. */
  readonly issuedAt: number
  /** When the application was asked at the earliest, by the store's clock. */
  readonly askedAt?: number
  /** Until when it is young, by the clock of the application; absent where nothing renews it. */
  readonly freshUntil?: number
  /** Whether a refresh token came with it. */
  readonly isRefreshable?: boolean
  /** What `onLogin` answered itself, which no token replaces. */
  readonly fixed?: readonly ('roles' | 'permissions')[]
}

/** What a person may do, with its origin. */
export interface Authority extends AuthorityOrigin {
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly scopes: readonly string[]
  /** Those that `session.claims` names. */
  readonly claims: SessionClaims
}

/** The tokens of one session. They live in the token store and never in a cookie. */
export interface Tokens {
  readonly accessToken: string
  /** When the access token ends, in milliseconds since the epoch, where Scalekit said so. */
  readonly accessTokenExpiresAt?: number
  readonly idToken: string
  readonly refreshToken?: string
}

/** Where a sign-in should go: at most one of connection, organization, domain and provider. */
export interface LoginTarget {
  readonly connectionId?: string
  /** Scalekit's id (`org_…`) or your own id of the organization. */
  readonly organizationId?: string
  /** The email domain of the organization. */
  readonly domain?: string
  /** A social provider, e.g. `google`. */
  readonly provider?: string
}

/** What a sign-in may be asked for, by the application or by the query of `/login`. */
export interface LoginRequest extends LoginTarget {
  /** An email address: it leads to its company's connection, which may fill it in. */
  readonly loginHint?: string
  /**
   * `login` asks for the password again, `select_account` for the account, and so on; several with a
   * space between, as in `login consent`.
   */
  readonly prompt?: string
  /**
   * With `prompt: 'none'`: if Scalekit has no session to answer from, the browser goes on to `returnTo`
   * as it came, and sees no error. Default: false.
   */
  readonly allowAnonymous?: boolean
  /** The languages of Scalekit's pages, best first, with spaces between: `de en`. */
  readonly uiLocales?: string
  /** How the user has to authenticate, best first, with spaces between. The kit does not check `acr`. */
  readonly acrValues?: string
  /** Further parameters for Scalekit, by their wire names; none that the kit sends itself. */
  readonly parameters?: Readonly<Record<string, string>>
  /** The path to come back to. */
  readonly returnTo?: string
}

/** What was sent to Scalekit and must therefore come back. */
export interface Pins {
  readonly organizationId?: string
  readonly externalOrganizationId?: string
  readonly connectionId?: string
}

/** The claims of a verified access token. */
export type AccessTokenClaims = Json & {
  readonly iss: string
  readonly sub: string
  readonly client_id: string
  readonly jti: string
  /** In seconds since the epoch, as `exp`. */
  readonly iat: number
  readonly exp: number
}
