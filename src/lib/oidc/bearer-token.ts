import type { JWTPayload } from 'jose'
import type { Clock } from '../ground/clock.ts'
import {
  accessTokenTypes,
  type Grants,
  grantsOf,
  isOfOrganizationClient,
  refusalOfShown,
  type ShownClaims,
  shownClaims,
} from './access-token.ts'
import type { BearerKind } from './bearer-kinds.ts'
import type { KeySet } from './key-sets.ts'
import { verifySigned, verifyWithoutWaiting } from './token.ts'

/** The rules for access tokens in the header `Authorization`. */
export interface BearerRules {
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
 * Verifies access tokens that requests bring in place of a session.
 *
 * @see RFC 9068 section 4, RFC 6750 section 5.2
 */
export interface BearerVerifier {
  readonly keys: KeySet
  /** @throws LoginError `access_token_invalid`, or the error of loading the keys */
  verify(token: string): Promise<BearerToken>
  /**
   * Verifies without waiting. Returns `undefined` if the key has to be looked up.
   *
   * @throws LoginError `access_token_invalid`
   */
  verifyNow(token: string): BearerToken | undefined
}

export function bearerVerifier(keys: KeySet, rules: BearerRules): BearerVerifier {
  const { issuers: issuer, audience, maxAgeSeconds, clock } = rules
  const checks = { keys, issuer, audience, maxAgeSeconds, clock, types: accessTokenTypes }

  return {
    keys,
    async verify(token) {
      try {
        return accepted(await verifySigned(token, checks), rules)
      } catch (cause) {
        throw refusalOfShown(cause, clock)
      }
    },
    verifyNow(token) {
      try {
        const claims = verifyWithoutWaiting(token, checks)
        return claims && accepted(claims, rules)
      } catch (cause) {
        throw refusalOfShown(cause, clock)
      }
    },
  }
}

/** @throws an Error if the token is of a kind, or for an audience, that is not accepted */
function accepted(signed: JWTPayload, { clientId, accepts, audience }: BearerRules): BearerToken {
  const claims = shownClaims(signed)
  const kind = kindOf(claims, clientId)
  if (!accepts.includes(kind)) throw new Error(`it is of the kind ${kind}, not accepted`)
  if (audience === undefined) assertForThisClient(claims, clientId, kind)
  return { kind, claims, grants: grantsOf(claims) }
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
