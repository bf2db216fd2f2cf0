import { randomText } from '../ground/bytes.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Identity, Json } from '../ground/types.ts'
import type { Grants } from '../oidc/access-token.ts'
import type { Profile } from '../oidc/claims.ts'
import { keptClaims } from '../oidc/kept-claims.ts'
import type { Transaction } from '../oidc/transaction.ts'
import { followedBy } from './authenticated-organizations.ts'

/** What a sign-in established, and what it follows. */
export interface VerifiedSignIn {
  /** From the ID token. */
  readonly profile: Profile
  /** Of both tokens, all of them: `onLogin` may look at each. */
  readonly claims: Json
  /** From the access token. */
  readonly grants: Grants
  /** When the token that says what the user may do was issued, in milliseconds since the epoch. */
  readonly issuedAt: number
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

/** What Scalekit says about it is more exact than what was asked of it: a user can change the URL. */
function authentication(
  { authenticatedAt }: Profile,
  promptedAt: number | undefined,
): Pick<Identity, 'authenticatedAt' | 'authenticatedBy'> {
  if (authenticatedAt !== undefined) return { authenticatedAt, authenticatedBy: 'auth_time' }
  return promptedAt === undefined ? {} : { authenticatedAt: promptedAt, authenticatedBy: 'prompt' }
}

/** Roles are held in an organization: those of a token that names none count in none. */
export function grantsIn(organizationId: string | undefined, grants: Grants): Grants {
  const isElsewhere = organizationId !== undefined && grants.organizationId === undefined
  return isElsewhere ? { ...grants, roles: [], permissions: [] } : grants
}

/** What of it is kept: of the claims those that count, and what `onLogin` asked to keep. */
export function toKeep(
  identity: Identity,
  { claimNames, user }: { readonly claimNames: readonly string[]; readonly user: Json | undefined },
): Identity {
  const claims = keptClaims(identity.claims, claimNames)
  return { ...identity, claims, ...(user === undefined ? {} : { user }) }
}
