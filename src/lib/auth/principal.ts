import { deepFreeze } from '../ground/freeze.ts'
import type { Identity, SessionClaims, User } from '../ground/types.ts'
import { authenticatedOrganizations } from './authenticated-organizations.ts'
import { has, userOf } from './principal-parts.ts'

/**
 * The holder of a request's credentials: a user, a machine, or neither. `req.scalekit` is one of
 * these.
 */
export type Principal = SignedIn | Machine | SignedOut

/**
 * A user, with a live session or with an access token in the header `Authorization`. Frozen, so
 * that no request can change it for another.
 */
export interface SignedIn {
  readonly status: 'signed-in'
  /**
   * `session`: by the session of the request. `bearer`: by an access token, which the option
   * `bearer` allows.
   */
  readonly via: 'session' | 'bearer'
  /** The user, with the values that `onLogin` returned as `user`. */
  readonly user: User
  readonly client?: undefined
  /** The organization of the session or token. Roles and permissions are those held in it. */
  readonly organizationId?: string
  /** Your own id of that organization, if Scalekit knows it. */
  readonly externalOrganizationId?: string
  /** The connection through which the user signed in, `conn_…`, if it is known. */
  readonly connectionId?: string
  /**
   * The organizations that this user has signed in to in this browser, at most 20, the current one
   * last. It is for a switcher only: an id in it grants no access.
   */
  readonly authenticatedOrganizations: readonly string[]
  /** The names of the roles in the organization, from the access token or the application. */
  readonly roles: readonly string[]
  /** The names of the permissions in the organization, from the same sources. */
  readonly permissions: readonly string[]
  /** The OAuth scopes that were granted. */
  readonly scopes: readonly string[]
  /**
   * The claims of the standard profile and those that `session.claims` names, by their wire names.
   */
  readonly claims: SessionClaims
  /** The id of the session, which `auth.revoke` accepts. Present only via `session`. */
  readonly sessionId?: string
  /** The token’s `jti`, which `auth.revoke` accepts. Present only via `bearer`. */
  readonly tokenId?: string
  /**
   * When the sign-in of this session began, in milliseconds since the epoch. Via `bearer`: when the
   * token was issued.
   */
  readonly startedAt: number
  /** When the user last authenticated, in milliseconds since the epoch, if that is known. */
  readonly authenticatedAt?: number
  /**
   * The source of `authenticatedAt`: Scalekit’s `auth_time`, or the `prompt=login` with which the
   * sign-in began. The user can remove that parameter from the URL.
   */
  readonly authenticatedBy?: 'auth_time' | 'prompt'
  /** When the session or the token expires at the latest, in milliseconds since the epoch. */
  readonly expiresAt: number
  /**
   * Whether roles, permissions, scopes and the claims of `session.claims` are older than allowed,
   * because their source does not respond. If an event has reported a change that the source has
   * not delivered yet, all four are empty. Always `false` via `bearer`: a token that is too old is
   * refused.
   */
  readonly isStale: boolean
  /**
   * Whether all named conditions hold. Never holds for `undefined`, an unknown condition, or no
   * condition at all.
   *
   * @param conditions Exact names. If there are several, all must hold.
   * @example
   * if (principal.has({ role: 'admin' })) showSettings()
   */
  has(conditions: Conditions): boolean
  /**
   * Returns a token for the header `X-CSRF-Token`. With it, `/logout` accepts a request from a
   * script of your pages. Via `bearer` it is the empty string: another site cannot make a browser
   * send `Authorization`.
   */
  csrfToken(): string
  /**
   * Returns the user's access token at Scalekit, renewed if it expires too soon. Via `bearer` it is
   * the token of the request, which cannot be renewed here.
   *
   * @param options `minTtlSeconds`: the shortest remaining lifetime, in seconds. Default: 0.
   * @throws {@link ScalekitError} `token_unavailable` if the session has no access token, or none
   *   that lasts
   * @example const accessToken = await principal.accessToken({ minTtlSeconds: 60 })
   */
  accessToken(options?: AccessTokenOptions): Promise<string>
  /**
   * Fires when the session or the token ends, in every process, also while no request arrives. It
   * is for event streams and sockets. The reason is a {@link SessionEndedError}. The signal of
   * `req.scalekit` belongs to that request, and is no longer watched once the response has closed.
   */
  readonly ended: AbortSignal
}

/** A user with a session. The kit's own sign-in routes work with these. */
export type SessionPrincipal = SignedIn & { readonly via: 'session'; readonly sessionId: string }

/** Accepted credentials: a user or a machine. */
export type Caller = SignedIn | Machine

/** The kinds of machines: a client of an organization, or this application’s own client. */
export type MachineKind = 'organization-client' | 'this-client'

/**
 * A client without a user, with an access token of its own in the header `Authorization`. The
 * option `bearer.accepts` must name its kind, and so must the `accepts` of a guard. Frozen.
 */
export interface Machine {
  /** A check for `signed-in` never accepts a machine. */
  readonly status: 'machine'
  readonly via: 'bearer'
  readonly user?: undefined
  readonly client: {
    /** The token's `client_id`. */
    readonly id: string
    readonly kind: MachineKind
  }
  /** The organization of the client. This application’s own client has none. */
  readonly organizationId?: string
  readonly externalOrganizationId?: undefined
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly scopes: readonly string[]
  /** The token’s claims that `session.claims` names, by their wire names. */
  readonly claims: SessionClaims
  readonly sessionId?: undefined
  /** The token’s `jti`, which `auth.revoke` accepts. */
  readonly tokenId?: string
  /** When the token was issued, in milliseconds since the epoch. */
  readonly startedAt: number
  /** When the token expires, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** Whether all named conditions hold, as {@link SignedIn.has}. */
  has(conditions: Conditions): boolean
  /** Fires when the token ends, as {@link SignedIn.ended}. */
  readonly ended: AbortSignal
}

/** The requirements for an access token. */
export interface AccessTokenOptions {
  /** The shortest remaining lifetime, in seconds. Default: 0. */
  readonly minTtlSeconds?: number
}

/** No user and no machine, with the reason. */
export interface SignedOut {
  readonly status: 'signed-out'
  /**
   * Why there is no user:
   *
   * - `no-session`: the request has neither a session nor an access token
   * - `expired`: the session or access token expired
   * - `revoked`: the session or access token was revoked
   * - `forgotten`: the store was emptied or replaced, so a revocation of the session may be lost
   * - `refresh-rejected`: Scalekit ended the session
   * - `refresh-lost`: the session's tokens were lost
   * - `refresh-mismatch`: Scalekit renewed the tokens for another user or organization
   * - `token-invalid`: the header `Authorization` has no access token that is accepted here
   * - `token-outdated`: the client has to renew the token, because the authority of its holder has
   *   changed since its issue, or because the process has restarted and forgotten which were revoked
   *   (`session.afterRestart`)
   */
  readonly reason:
    | 'no-session'
    | 'expired'
    | 'revoked'
    | 'forgotten'
    | 'refresh-rejected'
    | 'refresh-lost'
    | 'refresh-mismatch'
    | 'token-invalid'
    | 'token-outdated'
  readonly user: undefined
  readonly via?: undefined
  readonly client?: undefined
  readonly sessionId?: undefined
  readonly organizationId?: undefined
}

/** A signed-out principal of the kit's own sign-in routes, which read sessions only. */
export type NoSession = SignedOut & {
  readonly reason: Exclude<SignedOut['reason'], 'token-invalid' | 'token-outdated'>
}

/** The conditions of {@link SignedIn.has}, by exact names. */
export interface Conditions {
  readonly role?: string
  readonly permission?: string
  /** Compared with the id of the current organization. */
  readonly organization?: string
}

/** The signed-out principals, one shared object for each reason. */
export const signedOut: {
  readonly [Reason in SignedOut['reason']]: SignedOut & { readonly reason: Reason }
} = deepFreeze({
  'no-session': { status: 'signed-out', reason: 'no-session', user: undefined },
  expired: { status: 'signed-out', reason: 'expired', user: undefined },
  revoked: { status: 'signed-out', reason: 'revoked', user: undefined },
  forgotten: { status: 'signed-out', reason: 'forgotten', user: undefined },
  'refresh-rejected': { status: 'signed-out', reason: 'refresh-rejected', user: undefined },
  'refresh-lost': { status: 'signed-out', reason: 'refresh-lost', user: undefined },
  'refresh-mismatch': { status: 'signed-out', reason: 'refresh-mismatch', user: undefined },
  'token-invalid': { status: 'signed-out', reason: 'token-invalid', user: undefined },
  'token-outdated': { status: 'signed-out', reason: 'token-outdated', user: undefined },
})

/** The functions behind a principal's methods. */
export interface Abilities {
  csrfToken(sessionId: string): string
  accessToken(identity: Identity, options?: AccessTokenOptions): Promise<string>
  ended(identity: Identity): AbortSignal
}

/**
 * Builds the principal of an identity.
 *
 * @param isStale Whether its authority is older than its source allows.
 */
export function signedIn(
  identity: Identity,
  isStale: boolean,
  abilities: Abilities,
): SessionPrincipal {
  const { organizationId, externalOrganizationId, connectionId, sessionId } = identity
  const { authenticatedAt, authenticatedBy } = identity
  const { roles, permissions, scopes, claims } = identity
  const shown: Omit<SessionPrincipal, 'ended'> = {
    status: 'signed-in',
    via: 'session',
    user: userOf(identity),
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(externalOrganizationId === undefined ? {} : { externalOrganizationId }),
    ...(connectionId === undefined ? {} : { connectionId }),
    authenticatedOrganizations: Object.freeze(authenticatedOrganizations(identity)),
    roles,
    permissions,
    scopes,
    claims,
    sessionId,
    startedAt: identity.startedAt,
    ...(authenticatedAt === undefined ? {} : { authenticatedAt }),
    ...(authenticatedBy === undefined ? {} : { authenticatedBy }),
    expiresAt: Math.min(identity.absoluteExpiresAt, identity.idleExpiresAt),
    has: has(identity),
    isStale,
    csrfToken: () => abilities.csrfToken(sessionId),
    accessToken: (options?: AccessTokenOptions) => abilities.accessToken(identity, options),
  }
  return withEnded(shown, () => abilities.ended(identity))
}

/** Defines `ended` on a prototype: an accessor on each object would cost ten times as much. */
class WithEnded {
  readonly #ended: () => AbortSignal

  constructor(shown: object, ended: () => AbortSignal) {
    Object.assign(this, shown)
    this.#ended = ended
  }

  get ended(): AbortSignal {
    return this.#ended()
  }
}

/**
 * Returns the principal, frozen, with a signal that is created when it is first read.
 *
 * @param ended Returns the same signal each time.
 */
export function withEnded<Shown extends object>(
  shown: Shown,
  ended: () => AbortSignal,
): Shown & { readonly ended: AbortSignal } {
  return Object.freeze(new WithEnded(shown, ended)) as Shown & WithEnded
}
