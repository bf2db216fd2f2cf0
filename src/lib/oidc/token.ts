import type { KeyObject } from 'node:crypto'
import { decodeProtectedHeader, errors, type JWTHeaderParameters, type JWTPayload } from 'jose'
import { copyOf } from '../ground/bytes.ts'
import { type Clock, clockSkewMs } from '../ground/clock.ts'
import type { LoginErrorCode } from '../ground/error-codes.ts'
import { LoginError, ScalekitError, wrappedError } from '../ground/errors.ts'
import { clockHint, type Untimely } from './clock-hint.ts'
import type { KeySet } from './key-sets.ts'
import { assertRegistered, parsedClaims, type RegisteredClaims } from './registered-claims.ts'
import { assertSignature, partsOf, publishedKey, type TokenParts } from './signature.ts'

/** Maximum age of a token when it is first seen, in seconds. */
export const maxAgeSeconds = 600

/**
 * Header parameters that offer a key of the sender's own, or that require processing that the kit
 * does not do.
 */
const refusedHeaders = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip']

/** The values with which every token of an environment must agree. */
export interface TokenChecks extends RegisteredClaims {
  readonly keys: KeySet
  readonly clock: Clock
  /** Maximum age, in seconds. Default: 600, for tokens that were issued just now. */
  readonly maxAgeSeconds?: number
  /** Accepted values of `typ` besides `JWT`, in lower case. Default: none. */
  readonly types?: readonly string[]
}

/**
 * Verifies the parts that all kinds of token share: RS256 with one of the published keys, `typ`,
 * `iss`, `aud`, `exp`, `nbf` and `iat`.
 *
 * The algorithm is fixed here. It is read neither from discovery nor from the token.
 *
 * @throws an Error whose message names the check, never the token
 * @see RFC 8725 sections 3.1, 3.10, 3.11; OpenID Connect Core 3.1.3.7
 */
export async function verifySigned(token: string, checks: TokenChecks): Promise<JWTPayload> {
  const known = verifyWithoutWaiting(token, checks)
  if (known) return known
  const { keys, types } = checks
  const load = keys.known?.load()
  const parts = partsOf(token)
  const header = decodeProtectedHeader(parts) as JWTHeaderParameters
  assertNoKeyOffered(header)
  assertType(header, types)
  const key = await publishedKey(parts, header, keys)
  const claims = claimsVerifiedBy(key, parts, checks)
  keys.known?.keep({ sent: copyOf(parts.protected), header, key }, load)
  return claims
}

/**
 * Like {@link verifySigned}, but only by a key that is known already.
 *
 * @returns `undefined` if the key has to be looked up
 */
export function verifyWithoutWaiting(token: string, checks: TokenChecks): JWTPayload | undefined {
  assertSpelling(token)
  const parts = partsOf(token)
  const known = checks.keys.known?.get(parts.protected)
  if (!known) return undefined
  assertType(known.header, checks.types)
  return claimsVerifiedBy(known.key, parts, checks)
}

function claimsVerifiedBy(key: KeyObject, parts: TokenParts, checks: TokenChecks): JWTPayload {
  assertSignature(parts, key)
  const claims = parsedClaims(parts.payload)
  const nowMs = checks.clock()
  assertRegistered(claims, checks, nowMs)
  assertIssuedAt(claims, nowMs / 1000, checks.maxAgeSeconds)
  return claims
}

/**
 * Verifies a token about a user or a client: the checks of {@link verifySigned}, and a subject.
 *
 * @throws an Error whose message names the check, never the token
 */
export async function verifyToken(token: string, checks: TokenChecks): Promise<JWTPayload> {
  const claims = await verifySigned(token, checks)
  assertSubject(claims)
  return claims
}

/** jose's codes for a faulty key set, as opposed to a faulty token. */
const keySetFaults = ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT']

/**
 * Creates the error for a failed verification. The token (`code`), the key set or the clock is at
 * fault; a hint names the clock.
 */
export function verificationFailure(
  cause: unknown,
  code: LoginErrorCode,
  message: string,
  { nowMs, isFresh = true }: { readonly nowMs?: number; readonly isFresh?: boolean } = {},
): ScalekitError {
  const ours = wrappedError(cause)
  if (ours) return ours
  if (cause instanceof errors.JOSEError && keySetFaults.includes(cause.code)) {
    return new ScalekitError('provider_failed', 'The published keys cannot be used', { cause })
  }
  const late = untimely(cause)
  const hint = late && nowMs !== undefined ? clockHint(late, nowMs, isFresh) : undefined
  return new LoginError(code, message, { cause, hint })
}

/**
 * Returns the claim by which a token violated a rule about time: it is too old or not valid yet.
 */
export function untimely(cause: unknown): Untimely | undefined {
  if (cause instanceof NotRecentError) return { claim: 'iat', payload: cause.payload }
  if (cause instanceof errors.JWTExpired) return { claim: 'exp', payload: cause.payload }
  const isEarly = cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'nbf'
  return isEarly ? { claim: 'nbf', payload: cause.payload } : undefined
}

class NotRecentError extends Error {
  readonly payload: JWTPayload

  constructor(payload: JWTPayload) {
    super('iat is not recent')
    this.payload = payload
  }
}

/**
 * Decoding ignores padding and white space, and only reads the lowest byte of each character. A token
 * that is stored and forwarded must have one spelling.
 */
function assertSpelling(token: string): void {
  if (!/^[\w.-]+$/.test(token)) throw new Error('it is not base64url')
}

function assertNoKeyOffered(header: JWTHeaderParameters): void {
  const refused = refusedHeaders.find((name) => name in header)
  if (refused) throw new Error(`the header has ${refused}, which is not accepted`)
}

/** Prevents a logout token, for example, from being accepted as a token of another kind. */
function assertType({ typ }: { typ?: unknown }, types: readonly string[] = []): void {
  if (typ === undefined) return
  const type = typeof typ === 'string' ? typ.toLowerCase() : undefined
  if (type === 'jwt' || (type !== undefined && types.includes(type))) return
  throw new Error('the typ of the header is not that of this kind of token')
}

function assertIssuedAt(
  payload: JWTPayload,
  nowSeconds: number,
  oldestSeconds: number = maxAgeSeconds,
): void {
  const ageSeconds = nowSeconds - payload.iat!
  // NaN fails this comparison as well.
  if (!(ageSeconds >= -clockSkewMs / 1000 && ageSeconds <= oldestSeconds)) {
    throw new NotRecentError(payload)
  }
}

/** @throws an Error if the token has no subject, or a malformed one */
export function assertSubject({ sub }: JWTPayload): void {
  if (typeof sub !== 'string' || sub.length < 1 || sub.length > 255) {
    throw new Error('sub is not a string of 1 to 255 characters')
  }
}
