import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { isSameText } from '../ground/bytes.ts'
import { type Clock, clockSkewMs } from '../ground/clock.ts'
import { LoginError } from '../ground/errors.ts'
import type { KeySet } from './key-sets.ts'
import { verificationFailure, verifyToken } from './token.ts'

/** Accepts any nonce: the application keeps the expected one, or there was none. */
export const anyNonce: unique symbol = Symbol('any nonce')

/** The values with which the ID token of a sign-in must agree. */
export interface IdTokenChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  /** The nonce sent with the authorization request. */
  readonly nonce: string | typeof anyNonce
  /** The access token that was issued with it. */
  readonly accessToken: string
  /** The code for which it was exchanged; `undefined` after a refresh. */
  readonly code: string | undefined
  /**
   * The earliest accepted `auth_time`, in milliseconds since the epoch. Default: any `auth_time`,
   * or none.
   */
  readonly authenticatedSince?: number | undefined
  readonly clock: Clock
}

/** The claims of a verified ID token. */
export type IdTokenClaims = JWTPayload & { readonly sub: string; readonly iss: string }

/**
 * Verifies an ID token completely. openid-client does not check the signature; it relies on TLS.
 *
 * @throws LoginError `id_token_invalid`, or `login_too_old`
 * @see OpenID Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8
 */
export async function verifyIdToken(token: string, checks: IdTokenChecks): Promise<IdTokenClaims> {
  try {
    const claims = await verifyToken(token, { ...checks, audience: checks.clientId })
    assertOnlyAudience(claims, checks.clientId)
    assertNonce(claims, checks.nonce)
    assertHash(claims, 'at_hash', checks.accessToken)
    if (checks.code !== undefined) assertHash(claims, 'c_hash', checks.code)
    assertKind(claims)
    if (checks.authenticatedSince !== undefined) {
      assertAuthTime(claims, checks.authenticatedSince, checks.clock())
    }
    return claims as IdTokenClaims
  } catch (cause) {
    const nowMs = checks.clock()
    throw verificationFailure(cause, 'id_token_invalid', 'The ID token was refused', { nowMs })
  }
}

/** Rules 3 to 5: this client must be the only audience and the authorized party. */
export function assertOnlyAudience({ aud, azp }: JWTPayload, clientId: string): void {
  if ([aud].flat().some((audience) => audience !== clientId)) {
    throw new Error('aud contains another client')
  }
  if (azp !== undefined && azp !== clientId) throw new Error('azp is another client')
}

/** Rule 11: the token was issued for this sign-in. */
function assertNonce({ nonce }: JWTPayload, expected: IdTokenChecks['nonce']): void {
  if (expected === anyNonce) return
  if (typeof nonce !== 'string' || !isSameText(nonce, expected)) {
    throw new Error('nonce is missing or differs')
  }
}

/**
 * Rule 13: the user authenticated recently enough. openid-client has such a check, but it counts
 * from now and refuses tokens without `auth_time`. Here such tokens pass, and the caller logs it.
 */
function assertAuthTime({ auth_time }: JWTPayload, since: number, now: number): void {
  if (auth_time === undefined) return
  // Without this check, milliseconds would count as recent forever. NaN fails the comparison as
  // well.
  if (typeof auth_time !== 'number' || !(auth_time * 1000 <= now + clockSkewMs)) {
    throw new Error('auth_time is not a number of seconds, or is in the future')
  }
  if (auth_time * 1000 < since) {
    throw new LoginError('login_too_old', 'auth_time is older than max_age allows', {
      hint: 'Scalekit continued a session that is older than `login.maxAgeSeconds`.',
    })
  }
}

/**
 * The token belongs to the access token and the code it was issued with, if it has their hashes.
 */
function assertHash(claims: JWTPayload, name: 'at_hash' | 'c_hash', value: string): void {
  const hash = claims[name]
  if (hash === undefined) return
  const digest = createHash('sha256').update(value, 'ascii').digest()
  const expected = digest.subarray(0, digest.length / 2).toString('base64url')
  if (typeof hash !== 'string' || !isSameText(hash, expected)) throw new Error(`${name} differs`)
}

/** A logout token has `events`. It must never sign a user in. */
function assertKind(claims: JWTPayload): void {
  if ('events' in claims)
    throw new Error('it has the claim events, which an ID token must not have')
}
