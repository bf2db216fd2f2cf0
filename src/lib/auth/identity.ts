import { randomText } from '../ground/bytes.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Identity, Json } from '../ground/types.ts'
import type { Grants } from '../oidc/access-token.ts'
import type { Profile } from '../oidc/claims.ts'
import { keptClaims } from '../oidc/kept-claims.ts'
import type { Transaction } from '../oidc/transaction.ts'
import { followedBy } from './authenticated-organizations.ts'

/** The verified result of a sign-in, with its transaction and the previous session. */
export interface VerifiedSignIn {
  /** The user and organization, from the ID token. */
  readonly profile: Profile
  /** All claims of both tokens, for `onLogin`. */
  readonly claims: Json
  /** The grants of the access token. */
  readonly grants: Grants
  /** When the token that carries the grants was issued, in milliseconds since the epoch. */
  readonly issuedAt: number
  readonly transaction: Transaction
  /** When the sign-in began, by each clock that revocations use. */
  readonly begun: NonNullable<Identity['begun']>
  /** The live session that the browser had before the sign-in. */
  readonly previous: Identity | undefined
}

/** The lifetime of a session, in seconds. */
export interface Lifetimes {
  readonly absoluteSeconds: number
  readonly idleSeconds: number
}

/**
 * Builds the identity of a new session. It is frozen, so that `onLogin` can read the verified
 * values and not change them.
 */
export function newIdentity(
  { profile, claims, grants, issuedAt, transaction, begun, previous }: VerifiedSignIn,
  { absoluteSeconds, idleSeconds }: Lifetimes,
  now: number,
): Identity {
  const { startedAt, isFreshLogin } = transaction
  const { roles, permissions, scopes } = grantsIn(profile.organizationId, grants)
  const absoluteExpiresAt = now + absoluteSeconds * 1000
  const identity: Identity = {
    v: 1,
    sessionId: randomText(128),
    startedAt,
    begun,
    ...profile,
    ...authentication(profile, isFreshLogin ? startedAt : undefined),
    roles,
    permissions,
    scopes,
    claims,
    authority: { issuedAt },
    absoluteExpiresAt,
    idleExpiresAt: Math.min(now + idleSeconds * 1000, absoluteExpiresAt),
  }
  return deepFreeze(followedBy(previous, identity))
}

/**
 * Prefers Scalekit's `auth_time` to the `prompt=login` of the request, because the user can remove
 * the latter from the URL.
 */
function authentication(
  { authenticatedAt }: Profile,
  promptedAt: number | undefined,
): Pick<Identity, 'authenticatedAt' | 'authenticatedBy'> {
  if (authenticatedAt !== undefined) return { authenticatedAt, authenticatedBy: 'auth_time' }
  return promptedAt === undefined ? {} : { authenticatedAt: promptedAt, authenticatedBy: 'prompt' }
}

/**
 * Drops roles and permissions of a token without an organization, if the session has one: they are
 * not held there.
 */
export function grantsIn(organizationId: string | undefined, grants: Grants): Grants {
  const isElsewhere = organizationId !== undefined && grants.organizationId === undefined
  return isElsewhere ? { ...grants, roles: [], permissions: [] } : grants
}

/** Keeps the claims that the session needs, and the values that `onLogin` returned as `user`. */
export function toKeep(
  identity: Identity,
  { claimNames, user }: { readonly claimNames: readonly string[]; readonly user: Json | undefined },
): Identity {
  const claims = keptClaims(identity.claims, claimNames)
  return { ...identity, claims, ...(user === undefined ? {} : { user }) }
}
