import type { Clock } from '../ground/clock.ts'
import type { Authority, Identity, Tokens } from '../ground/types.ts'
import { unverifiedScopes } from '../oidc/access-token.ts'
import type { Provider } from '../oidc/discovery.ts'
import { authorityClaims, verifiedClaims } from '../oidc/kept-claims.ts'
import type { KeySet } from '../oidc/key-sets.ts'
import { refreshTokens } from '../oidc/refresh.ts'
import {
  assertAnswers,
  MismatchError,
  mayBeLost,
  type RenewedClaims,
  renewedTokens,
  retryAfterMsIn,
  revokeRefreshToken,
  verifyRenewed,
} from '../oidc/renew.ts'
import { untimely } from '../oidc/token.ts'
import type { Issued } from '../oidc/token-response.ts'
import { assumedTokenMs } from './authority.ts'
import { grantsIn } from './identity.ts'
import type { Kept } from './token-vault.ts'

/** The provider, as far as renewal needs it. */
export interface TokenSource {
  /**
   * Loads everything that {@link TokenSource.refresh} and {@link TokenSource.verify} need, so that a
   * failure to load it leaves no doubt about the refresh token.
   */
  prepare(): Promise<void>
  /** Sends a refresh token, once. */
  refresh(refreshToken: string): Promise<Issued>
  /**
   * Verifies that the tokens belong to the user of the session, and reads the authority that they
   * grant.
   */
  verify(
    issued: Issued,
    before: Kept,
    identity: Identity,
  ): Promise<{ readonly tokens: Tokens; readonly authority: Authority }>
  /** Returns the tokens without their authority, if they cannot be verified now. */
  unverified(issued: Issued, before: Kept): Tokens
  isMismatch(error: unknown): boolean
  /** Whether tokens were refused for their time only: this machine's clock may be wrong. */
  isUntimely(error: unknown): boolean
  mayBeLost(error: unknown): boolean
  retryAfterMs(error: unknown): number
  /** Ends if the token endpoint answers at all. */
  assertAnswers(): Promise<void>
  /** Takes back a refresh token that no session has any more. */
  revoke(refreshToken: string): Promise<void>
}

/** Scalekit, as the source of tokens and of their authority. */
export function scalekitSource(parts: {
  readonly discover: () => Promise<Provider>
  readonly keysOf: (provider: Provider) => KeySet
  readonly issuer: string
  readonly clientId: string
  readonly claimNames: readonly string[]
  readonly clock: Clock
}): TokenSource {
  const { discover, keysOf, issuer, clientId, claimNames, clock } = parts

  return {
    async prepare() {
      await keysOf(await discover()).ready?.()
    },
    refresh: async (refreshToken) => refreshTokens(await discover(), refreshToken),
    async verify(issued, before, { sub: subject, organizationId }) {
      const provider = await discover()
      const keys = keysOf(provider)
      const checks = { keys, issuer, clientId, subject, organizationId, clock }
      const claims = await verifyRenewed(issued, checks)
      return {
        tokens: renewedTokens(before.tokens, issued, clock()),
        authority: renewedAuthority(
          claims,
          { scopes: grantedBefore(before), ...issued },
          { organizationId, claimNames, clock },
        ),
      }
    },
    unverified: (issued, { tokens }) => renewedTokens(tokens, issued, clock()),
    isMismatch: (error) => error instanceof MismatchError,
    isUntimely: (error) => untimely((error as Error).cause) !== undefined,
    mayBeLost,
    retryAfterMs: (error) => retryAfterMsIn(error, clock()),
    assertAnswers: async () => assertAnswers(await discover()),
    revoke: async (refreshToken) => revokeRefreshToken(await discover(), refreshToken),
  }
}

/**
 * The scopes that an earlier token response named beside the access token. A response without
 * `scope` leaves them as they were. @see RFC 6749 section 5.1
 */
function grantedBefore({ authority, tokens }: Kept): readonly string[] {
  const ofToken = unverifiedScopes(tokens.accessToken)
  return authority?.scopes.filter((scope) => !ofToken.includes(scope)) ?? []
}

/** Returns the authority of renewed tokens. Roles of another organization are dropped. */
export function renewedAuthority(
  claims: RenewedClaims,
  { scopes: granted = [], expiresInSeconds }: Pick<Issued, 'scopes' | 'expiresInSeconds'>,
  parts: {
    readonly organizationId: string | undefined
    readonly claimNames: readonly string[]
    readonly clock: Clock
  },
): Authority {
  const { organizationId, claimNames, clock } = parts
  const { roles, permissions, scopes, claims: named } = grantsIn(organizationId, claims.grants)
  const now = clock()
  return {
    roles,
    permissions,
    scopes: [...new Set([...scopes, ...granted])],
    claims: authorityClaims(verifiedClaims(claims.idClaims, named), claimNames),
    issuedAt: issuedAtIn(claims, now),
    freshUntil: now + (expiresInSeconds ?? assumedTokenMs / 1000) * 1000,
    isRefreshable: true,
  }
}

/**
 * An opaque access token has no `iat`. It was issued just now, so this clock's time is close to
 * Scalekit's.
 */
function issuedAtIn({ grants, idClaims }: RenewedClaims, now: number): number {
  const iat = grants.claims.iat ?? idClaims.iat
  return typeof iat === 'number' ? iat * 1000 : now
}
