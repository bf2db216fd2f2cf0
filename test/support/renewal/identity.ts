import { deepFreeze } from '../../../src/lib/ground/freeze.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import type { ProviderAnswer } from './provider.ts'

export const issuer = 'https://acme.scalekit.com'

/** A member of an organization, as one name. */
export const memberOf = (organizationId: string, sub: string) => `${organizationId} ${sub}`

/** What a sign-in establishes. */
export function signedInIdentity(parts: {
  readonly sessionId: string
  readonly organizationId: string
  readonly sub: string
  readonly answer: ProviderAnswer
  readonly storeTime: number
  readonly now: number
  /** The same by the provider’s clock. */
  readonly providerTime: number
}): Identity {
  const { sessionId, organizationId, sub, answer, storeTime, now, providerTime } = parts
  const { iat, expiresInSeconds, roles } = answer
  const freshUntil = now + expiresInSeconds * 1000
  const absoluteExpiresAt = now + 7 * 24 * 3_600_000
  return deepFreeze({
    v: 1,
    sessionId,
    startedAt: now,
    begun: { scalekit: providerTime, store: storeTime },
    iss: issuer,
    sub,
    organizationId,
    emailVerified: false,
    roles,
    permissions: [],
    scopes: ['openid'],
    claims: {},
    authority: { issuedAt: iat * 1000, freshUntil, isRefreshable: true },
    absoluteExpiresAt,
    idleExpiresAt: absoluteExpiresAt,
  })
}
