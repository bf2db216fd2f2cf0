import { isUtf8 } from 'node:buffer'
import { errors, type JWTPayload } from 'jose'
import { isObject } from '../ground/is-object.ts'
import { decodedPart } from './signature.ts'

/** Tolerated difference between clocks, in seconds. */
export const toleranceSeconds = 30

/** The values with which the registered claims of a token must agree. */
export interface RegisteredClaims {
  /** If there are several, any of them may match. */
  readonly issuer: string | readonly string[]
  /** If there are several, any of them may match. */
  readonly audience?: string | readonly string[] | undefined
  /** Whether it may lack `exp`, and is then refused for its age alone. Default: `false`. */
  readonly isExpOptional?: boolean
}

/**
 * Parses the payload of a token. A byte order mark is refused, which jose skips.
 *
 * @throws an Error unless it is a JSON object in UTF-8. Its message contains nothing of the payload.
 * @see RFC 7519 section 7.2
 */
export function parsedClaims(payload: string): JWTPayload {
  const bytes = decodedPart(payload)
  const claims = isUtf8(bytes) ? parsedOrNot(bytes.toString('utf8')) : undefined
  if (isObject(claims)) return claims
  throw new errors.JWTInvalid('the payload is not a JSON object')
}

function parsedOrNot(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Checks `iss`, `aud`, `exp`, `nbf` and the presence of `iat`, by jose's rules and with the classes of
 * its errors. jose itself would decode header and payload once more, which costs half as much as the
 * signature.
 *
 * @throws an Error that names the claim
 * @see RFC 7519 section 4.1
 */
export function assertRegistered(
  claims: JWTPayload,
  { issuer, audience, isExpOptional = false }: RegisteredClaims,
  nowMs: number,
): void {
  if (!isOneOf(issuer, claims.iss)) throw unexpected(claims, 'iss')
  if (audience !== undefined && !names(claims.aud, audience)) throw unexpected(claims, 'aud')
  const nowSeconds = Math.floor(nowMs / 1000)
  dateOf(claims, 'iat', true)
  const notBefore = dateOf(claims, 'nbf', false)
  if (notBefore !== undefined && notBefore > nowSeconds + toleranceSeconds) {
    throw unexpected(claims, 'nbf')
  }
  const expires = dateOf(claims, 'exp', !isExpOptional)
  if (expires !== undefined && expires <= nowSeconds - toleranceSeconds) {
    throw new errors.JWTExpired('the token expired', claims, 'exp', 'check_failed')
  }
}

function isOneOf(accepted: string | readonly string[], value: unknown): boolean {
  if (typeof value !== 'string') return false
  return typeof accepted === 'string' ? accepted === value : accepted.includes(value)
}

/** One of the accepted audiences must be among those of the token. */
function names(aud: unknown, accepted: string | readonly string[]): boolean {
  return Array.isArray(aud) ? aud.some((one) => isOneOf(accepted, one)) : isOneOf(accepted, aud)
}

/** Returns a NumericDate. @see RFC 7519 section 2 */
function dateOf(
  claims: JWTPayload,
  name: 'iat' | 'nbf' | 'exp',
  isRequired: boolean,
): number | undefined {
  const value: unknown = claims[name]
  if (typeof value === 'number' || (value === undefined && !isRequired)) return value
  throw unexpected(claims, name)
}

function unexpected(claims: JWTPayload, name: string): Error {
  const fault = claims[name] === undefined ? 'is missing' : 'has a value that is not accepted'
  const message = `its claim ${name} ${fault}`
  return new errors.JWTClaimValidationFailed(message, claims, name, 'check_failed')
}
