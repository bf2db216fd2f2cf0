import { randomText } from '../ground/bytes.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Identity, Json } from '../ground/types.ts'
import type { Grants } from '../oidc/access-token.ts'
import type { Profile } from '../oidc/claims.ts'
import type { Transaction } from '../oidc/transaction.ts'
import { followedBy } from './authenticated-organizations.ts'

/** What a sign-in established, and what it follows. */
export interface VerifiedSignIn {
  /** From the ID token. */
  readonly profile: Profile
  /** From the access token. */
  readonly grants: Grants
  readonly transaction: Transaction
  /** When it began, by the clocks that revocations are by. */
  readonly begun: NonNullable<Identity['begun']>
  /** The live session of the browser that came back. */
  readonly previous: Identity | undefined
}

/** How long a session lasts, in seconds. */
export interface Lifetimes {
  readonly absoluteSeconds: number
  readonly idleSeconds: number
}

/**
 * Builds what a new session holds. What was verified is final: the result is frozen, so that
 * `onLogin` can look at it and not change it.
 */
export function newIdentity(
  { profile, grants, transaction, begun, previous }: VerifiedSignIn,
  { absoluteSeconds, idleSeconds }: Lifetimes,
  now: number,
): Identity {
  const { startedAt, isFreshLogin, switchedFrom } = transaction
  const { roles, permissions, scopes } = grants
  const absoluteExpiresAt = now + absoluteSeconds * 1000
  const identity: Identity = {
    v: 1,
    sessionId: randomText(128),
    startedAt,
    begun,
    // What Scalekit says about it is more exact than what was asked of it, and comes after.
    ...(isFreshLogin ? { authenticatedAt: startedAt } : {}),
    ...profile,
    roles,
    permissions,
    scopes,
    absoluteExpiresAt,
    idleExpiresAt: Math.min(now + idleSeconds * 1000, absoluteExpiresAt),
  }
  return deepFreeze(followedBy(previous, identity, switchedFrom))
}

/** Adds what `onLogin` asked to keep. */
export function withUser(identity: Identity, user: Json | undefined): Identity {
  return user === undefined ? identity : { ...identity, user }
}
