import type { JWTPayload } from 'jose'
import type { Clock } from '../ground/clock.ts'
import {
  type Grants,
  grantsOf,
  isOfOrganizationClient,
  refusing,
  type ShownClaims,
  verifyShown,
} from './access-token.ts'
import type { BearerKind } from './bearer-kinds.ts'
import type { KeySet } from './key-sets.ts'

/**
 * The keys, rules and expected values for the verification of an access token in the header
 * `Authorization`.
 */
export interface BearerChecks {
  readonly keys: KeySet
  /** The accepted issuers, compared exactly. */
  readonly issuers: readonly string[]
  readonly clientId: string
  /**
   * The accepted audiences. If they are given, a token for another audience, or without one, is
   * refused.
   */
  readonly audience: readonly string[] | undefined
  readonly accepts: readonly BearerKind[]
  /** Maximum age since the token was issued, in seconds. */
  readonly maxAgeSeconds: number
  readonly clock: Clock
}

/** A verified token. Revocations and changes since its issuance are not considered yet. */
export interface BearerToken {
  readonly kind: BearerKind
  readonly claims: ShownClaims
  readonly grants: Grants
}

/**
 * Verifies an access token that a request brings in place of a session.
 *
 * @throws LoginError `access_token_invalid`, or the error of loading the keys
 * @see RFC 9068 section 4, RFC 6750 section 5.2
 */
export async function verifyBearer(token: string, checks: BearerChecks): Promise<BearerToken> {
  const { keys, issuers: issuer, audience, maxAgeSeconds, clock } = checks
  return refusing(checks, async () => {
    const ofAudience = audience === undefined ? {} : { audience }
    const claims = await verifyShown(token, { keys, issuer, maxAgeSeconds, clock, ...ofAudience })
    const kind = kindOf(claims, checks.clientId)
    if (!checks.accepts.includes(kind)) throw new Error(`it is of the kind ${kind}, not accepted`)
    if (audience === undefined) assertForThisClient(claims, checks.clientId, kind)
    return { kind, claims, grants: grantsOf(claims) }
  })
}

/** Whether the client acts for itself: it is then its own subject. @see RFC 9068 section 2.2 */
function kindOf(claims: ShownClaims, clientId: string): BearerKind {
  const { sub, client_id } = claims
  if (sub !== client_id) {
    // Scalekit's names for clients. No user has such a name.
    if (/^(?:m2morg|skc)_/.test(sub)) throw new Error('its sub is a client, but not its client_id')
    return 'user'
  }
  if (client_id === clientId) return 'this-client'
  if (isOfOrganizationClient(claims)) return 'organization-client'
  throw new Error('it is of a client that is neither this one nor an organization’s')
}

/**
 * Refuses tokens that are not for this client, if `bearer.audience` is not set. Tokens of
 * organizations' clients may lack `aud`, because most of them do; the option `accepts` must name
 * their kind.
 */
function assertForThisClient(claims: JWTPayload, clientId: string, kind: BearerKind): void {
  const { aud, client_id } = claims
  const isUnaddressed = aud === undefined
  if (isUnaddressed && (kind === 'organization-client' || client_id === clientId)) return
  if (aud === clientId || (Array.isArray(aud) && aud.includes(clientId))) return
  throw new Error('its aud does not name this client, and the option `bearer.audience` is not set')
}
