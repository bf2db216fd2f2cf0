import { randomText } from '../../ground/bytes.ts'
import type { Identity } from '../../ground/types.ts'
import type { Grants } from '../../oidc/access-token.ts'
import type { Profile } from '../../oidc/claims.ts'
import type { Transaction } from '../../oidc/transaction.ts'

/** Puts together what the new session holds. */
export function newIdentity(
  profile: Profile,
  { roles, permissions, scopes }: Grants,
  { startedAt, isFreshLogin }: Transaction,
  now: number,
  { absoluteSeconds, idleSeconds }: { absoluteSeconds: number; idleSeconds: number },
): Identity {
  const absoluteExpiresAt = now + absoluteSeconds * 1000
  return {
    v: 1,
    sessionId: randomText(128),
    startedAt,
    // What Scalekit says about it is more exact than what was asked of it, and comes after.
    ...(isFreshLogin ? { authenticatedAt: startedAt } : {}),
    ...profile,
    roles,
    permissions,
    scopes,
    absoluteExpiresAt,
    idleExpiresAt: Math.min(now + idleSeconds * 1000, absoluteExpiresAt),
  }
}
