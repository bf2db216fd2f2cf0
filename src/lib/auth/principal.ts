import { deepFreeze } from '../ground/freeze.ts'
import type { Identity, SessionClaims, User } from '../ground/types.ts'
import { authenticatedOrganizations } from './authenticated-organizations.ts'
import { has, userOf } from './principal-parts.ts'

/** Who is asking, as far as this request shows; `req.scalekit` is one of these. */
export type Principal = SignedIn | Machine | SignedOut

/**
 * A person: with a live session, or with an access token in the header `Authorization`. Frozen: no
 * request sees what another did to it.
 */
export interface SignedIn {
  readonly status: 'signed-in'
  /** `bearer`: by an access token, which the option `bearer` allows. */
  readonly via: 'session' | 'bearer'
  readonly user: User
  readonly client?: undefined
  /** The one organization of the session or token; roles and permissions are those held there. */
  readonly organizationId?: string
  /** Your own id of that organization, where Scalekit knows it. */
  readonly externalOrganizationId?: string
  readonly connectionId?: string
  /**
   * The organizations that were signed in to in this browser one after the other, at most 20, the
   * current one last. For a switcher: that an id is here gives no right to anything.
   */
  readonly authenticatedOrganizations: readonly string[]
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly scopes: readonly string[]
  /** The standard profile's claims and those that `session.claims` names, by their wire names. */
  readonly claims: SessionClaims
  /** Names the session for `auth.revoke`. Always there via `session`, never via `bearer`. */
  readonly sessionId?: string
  /** The token’s `jti`, which names it for `auth.revoke`. Always there via `bearer`, and only there. */
  readonly tokenId?: string
  /**
   * When the sign-in that led here began, in milliseconds since the epoch. Via `bearer`: when the
   * token was issued.
   */
  readonly startedAt: number
  /** When the user last proved who they are, in milliseconds since the epoch, where that is known. */
  readonly authenticatedAt?: number
  /**
   * What says so: Scalekit’s `auth_time`, or that the sign-in was begun with `prompt=login`, which the
   * user of the browser can take out of the URL.
   */
  readonly authenticatedBy?: 'auth_time' | 'prompt'
  /** When the session or the token ends at the latest, in milliseconds since the epoch. */
  readonly expiresAt: number
  /**
   * Whether roles, permissions, scopes and the claims that `session.claims` names are older than their
   * source allows, because it does not answer. They are empty where the source is known to have
   * changed since. Always false via `bearer`: a token that is too old is refused.
   */
  readonly isStale: boolean
  /** Whether every condition named holds; `undefined`, a name that is no condition, and no condition at all never do. */
  has(conditions: Conditions): boolean
  /**
   * Sent back in `X-CSRF-Token`, it tells a script of your pages from others: `/logout` takes it. Via
   * `bearer` it is the empty string: no other site can make a browser send that header.
   */
  csrfToken(): string
  /**
   * The user's access token at Scalekit, renewed where it ends too soon. Via `bearer` it is the token
   * that the request brought, which cannot be renewed here.
   *
   * @param options `minTtlSeconds` How long it has to last at least, in seconds. Default: 0.
   * @throws {@link ScalekitError} `token_unavailable` where the session has none, or none that lasts
   */
  accessToken(options?: AccessTokenOptions): Promise<string>
  /**
   * Fires when the session or the token is over, also with no request going on, in every process: for
   * event streams. The reason is a {@link SessionEndedError}. On `req.scalekit` it is a signal of that
   * request alone, and fires no more once the response has closed.
   */
  readonly ended: AbortSignal
}

/** A person with a session: what the kit's own sign-in routes find. */
export type SessionPrincipal = SignedIn & { readonly via: 'session'; readonly sessionId: string }

/** Credentials that count: a person, or a machine. */
export type Caller = SignedIn | Machine

/** The kinds of machines: a client of an organization, and this application’s own client. */
export type MachineKind = 'organization-client' | 'this-client'

/**
 * A client without a person, by an access token of its own in the header `Authorization`. There is
 * none unless the option `bearer.accepts` names its kind, and no guard lets one pass unless its own
 * `accepts` does. Frozen.
 */
export interface Machine {
  /** A check for `signed-in` lets no machine in. */
  readonly status: 'machine'
  readonly via: 'bearer'
  readonly user?: undefined
  readonly client: {
    /** The `client_id` of the token. */
    readonly id: string
    readonly kind: MachineKind
  }
  /** The organization that the client belongs to. This application’s own client has none. */
  readonly organizationId?: string
  readonly externalOrganizationId?: undefined
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly scopes: readonly string[]
  /** Those of the token’s claims that `session.claims` names, by their wire names. */
  readonly claims: SessionClaims
  readonly sessionId?: undefined
  /** The token’s `jti`, which names it for `auth.revoke`. */
  readonly tokenId?: string
  /** When the token was issued, in milliseconds since the epoch. */
  readonly startedAt: number
  /** When the token ends, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** Whether every condition named holds, as {@link SignedIn.has}. */
  has(conditions: Conditions): boolean
  /** Fires when the token is over, as {@link SignedIn.ended}. */
  readonly ended: AbortSignal
}

/** Which access token is good enough. */
export interface AccessTokenOptions {
  /** How long it has to last at least, in seconds. Default: 0. */
  readonly minTtlSeconds?: number
}

/** Nobody, and why. */
export interface SignedOut {
  readonly status: 'signed-out'
  /**
   * `forgotten`: the store was emptied or replaced since, and cannot tell whether it was revoked.
   * `refresh-rejected`: Scalekit has ended the session. `refresh-lost`: its tokens were lost.
   * `refresh-mismatch`: Scalekit renewed them for another user or organization. `token-invalid`: the
   * header `Authorization` holds no access token that is accepted here. `token-outdated`: what its
   * holder may do has changed since it was issued, so the client has to renew it. `expired` and
   * `revoked` are said of sessions and of access tokens.
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

/** The same for the kit's own sign-in routes, which look at sessions only. */
export type NoSession = SignedOut & {
  readonly reason: Exclude<SignedOut['reason'], 'token-invalid' | 'token-outdated'>
}

/** What {@link SignedIn.has} asks; exact names. */
export interface Conditions {
  readonly role?: string
  readonly permission?: string
  /** Compared with the current organization's id. */
  readonly organization?: string
}

/** The answer for each way of being nobody; one object each, as nothing in it differs. */
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

/** What a principal can do beside being read. */
export interface Abilities {
  csrfToken(sessionId: string): string
  accessToken(identity: Identity, options?: AccessTokenOptions): Promise<string>
  ended(identity: Identity): AbortSignal
}

/**
 * Shows an identity to the application.
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

/** Has a member on its prototype: an accessor of each object alone would cost ten times as much. */
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
 * The same principal with a signal of its own, which is made when it is first read. Frozen.
 *
 * @param ended Returns the same signal each time.
 */
export function withEnded<Shown extends object>(
  shown: Shown,
  ended: () => AbortSignal,
): Shown & { readonly ended: AbortSignal } {
  return Object.freeze(new WithEnded(shown, ended)) as Shown & WithEnded
}
