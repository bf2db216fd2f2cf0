import { deepFreeze } from '../ground/freeze.ts'
import type { Identity, SessionClaims, User } from '../ground/types.ts'
import { authenticatedOrganizations } from './authenticated-organizations.ts'

/** Who is asking, as far as this request shows; `req.scalekit` is one of these. */
export type Principal = SignedIn | SignedOut

/** A person with a live session. Frozen: what one request does to it no other sees. */
export interface SignedIn {
  readonly status: 'signed-in'
  readonly via: 'session'
  readonly user: User
  /** The one organization this session is for; roles and permissions are those held there. */
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
  readonly sessionId: string
  /** When the sign-in that led here began, in milliseconds since the epoch. */
  readonly startedAt: number
  /** When the user last proved who they are, in milliseconds since the epoch, where that is known. */
  readonly authenticatedAt?: number
  /**
   * What says so: Scalekit’s `auth_time`, or that the sign-in was begun with `prompt=login`, which the
   * user of the browser can take out of the URL.
   */
  readonly authenticatedBy?: 'auth_time' | 'prompt'
  /** When the session ends at the latest, in milliseconds since the epoch. */
  readonly expiresAt: number
  /**
   * Whether roles, permissions, scopes and the claims that `session.claims` names are older than their
   * source allows, because it does not answer. They are empty where the source is known to have
   * changed since.
   */
  readonly isStale: boolean
  /** Whether every condition named holds; `undefined`, a name that is no condition, and no condition at all never do. */
  has(conditions: Conditions): boolean
  /** Sent back in `X-CSRF-Token`, it tells a script of your pages from others: `/logout` takes it. */
  csrfToken(): string
  /**
   * The user's access token at Scalekit, renewed where it ends too soon.
   *
   * @param options `minTtlSeconds` How long it has to last at least, in seconds. Default: 0.
   * @throws {@link ScalekitError} `token_unavailable` where the session has none, or none that lasts
   */
  accessToken(options?: AccessTokenOptions): Promise<string>
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
   * `refresh-mismatch`: Scalekit renewed them for another user or organization.
   */
  readonly reason:
    | 'no-session'
    | 'expired'
    | 'revoked'
    | 'forgotten'
    | 'refresh-rejected'
    | 'refresh-lost'
    | 'refresh-mismatch'
  readonly user: undefined
  readonly organizationId?: undefined
}

/** What {@link SignedIn.has} asks; exact names. */
export interface Conditions {
  readonly role?: string
  readonly permission?: string
  /** Compared with the current organization's id. */
  readonly organization?: string
}

/** The answer for each way of being nobody; one object each, as nothing in it differs. */
export const signedOut: { readonly [Reason in SignedOut['reason']]: SignedOut } = deepFreeze({
  'no-session': { status: 'signed-out', reason: 'no-session', user: undefined },
  expired: { status: 'signed-out', reason: 'expired', user: undefined },
  revoked: { status: 'signed-out', reason: 'revoked', user: undefined },
  forgotten: { status: 'signed-out', reason: 'forgotten', user: undefined },
  'refresh-rejected': { status: 'signed-out', reason: 'refresh-rejected', user: undefined },
  'refresh-lost': { status: 'signed-out', reason: 'refresh-lost', user: undefined },
  'refresh-mismatch': { status: 'signed-out', reason: 'refresh-mismatch', user: undefined },
})

/** What a principal can do beside being read. */
export interface Abilities {
  csrfToken(sessionId: string): string
  accessToken(identity: Identity, options?: AccessTokenOptions): Promise<string>
}

/**
 * Shows an identity to the application.
 *
 * @param isStale Whether its authority is older than its source allows.
 */
export function signedIn(identity: Identity, isStale: boolean, abilities: Abilities): SignedIn {
  const { organizationId, externalOrganizationId, connectionId, sessionId } = identity
  const { authenticatedAt, authenticatedBy } = identity
  const { roles, permissions, scopes, claims } = identity
  const held: Readonly<Record<string, readonly string[]>> = {
    role: roles,
    permission: permissions,
    organization: organizationId === undefined ? [] : [organizationId],
  }
  return Object.freeze({
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
    has: (conditions: Conditions) => holds(held, conditions),
    isStale,
    csrfToken: () => abilities.csrfToken(sessionId),
    accessToken: (options?: AccessTokenOptions) => abilities.accessToken(identity, options),
  })
}

/**
 * A name that is no condition holds nothing, and neither does nothing at all: a misspelled condition,
 * or one that was left out, must let nobody in.
 */
function holds(held: Readonly<Record<string, readonly string[]>>, conditions: Conditions): boolean {
  const asked = Object.entries(conditions ?? {})
  return (
    asked.length > 0 &&
    asked.every(([name, value]) => Object.hasOwn(held, name) && held[name]!.includes(value))
  )
}

/** What `onLogin` kept comes first, so that it can add to what was verified but not replace it. */
function userOf(identity: Identity): User {
  const { claims, sub: id, iss, email, emailVerified } = identity
  const user: Record<string, unknown> = { ...identity.user, id, iss, emailVerified }
  if (email !== undefined) user.email = email
  for (const [name, claim] of claimByField) {
    if (typeof claims[claim] === 'string') user[name] = claims[claim]
  }
  // Every field of a User was just set from a value of its type.
  return Object.freeze(user) as unknown as User
}

const claimByField: readonly (readonly [field: keyof User, claim: string])[] = [
  ['name', 'name'],
  ['givenName', 'given_name'],
  ['familyName', 'family_name'],
  ['picture', 'picture'],
  ['username', 'preferred_username'],
  ['externalId', 'xuid'],
]
