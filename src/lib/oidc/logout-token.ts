import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload } from 'jose'
import { sha256 } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import { isObject } from '../ground/is-object.ts'
import { assertOnlyAudience } from './id-token.ts'
import { bearerCooldownMs, type KeySet } from './key-sets.ts'
import { toleranceSeconds } from './registered-claims.ts'
import { maxAgeSeconds, verificationFailure, verifySigned } from './token.ts'

/**
 * The keys and the clock for the verification of a logout token, and the issuer and audience that
 * it must name.
 */
export interface LogoutTokenChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  readonly clock: Clock
}

/** The sessions that ended at Scalekit. */
export type LogoutSubject =
  /** One session. The token may also name its user. */
  | { readonly sid: string; readonly sub?: string }
  /** Every session of a user. */
  | { readonly sid?: undefined; readonly sub: string }

/** The content of a verified logout token. */
export interface Logout {
  readonly subject: LogoutSubject
  /**
   * The latest time at which the token can have been issued, by Scalekit's clock, in milliseconds
   * since the epoch. `iat` only has whole seconds, so this is the last millisecond of that second.
   */
  readonly issuedAt: number
  /** A hash of the token's `jti`: its key among the single-use values. */
  readonly id: string
  /**
   * From this time on the token is refused for its `exp` or its age, in milliseconds since the
   * epoch.
   */
  readonly expiresAt: number
}

/** Maximum length of a logout token, in characters. Most have about 900. */
export const maxLogoutTokenLength = 8192

/** The member of `events` that identifies a logout token. */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

const types = ['logout+jwt', 'application/logout+jwt']

/**
 * Claims of ID, access and IdP-initiated login tokens, which the same keys sign for the same
 * issuer. An application or a customer can add claims to some of these tokens, even `events`, so
 * `events` alone does not prove that a token is a logout token.
 */
const foreignClaims = [
  'at_hash',
  'c_hash',
  'azp',
  'client_id',
  'scope',
  'scopes',
  'organization_id',
  'connection_id',
]

/**
 * Verifies a logout token, including that it is not a token of another kind.
 *
 * @throws {@link LoginError} `logout_token_invalid`; {@link ScalekitError} `provider_unavailable` if
 *   its key may have been published since the keys were loaded
 * @see OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6
 */
export async function verifyLogoutToken(token: string, checks: LogoutTokenChecks): Promise<Logout> {
  const { clientId, clock } = checks
  if (token.length > maxLogoutTokenLength) {
    throw new LoginError(
      'logout_token_invalid',
      `The token has more than ${maxLogoutTokenLength} characters`,
    )
  }
  try {
    const claims = await verifySigned(token, {
      ...checks,
      audience: clientId,
      types,
      isExpOptional: true,
    })
    assertOnlyAudience(claims, clientId)
    assertKind(token, claims)
    return logoutOf(claims)
  } catch (cause) {
    if (cause instanceof errors.JWKSNoMatchingKey) assertOlderThanKeys(token, checks.keys, cause)
    const time = { nowMs: clock(), isFresh: false }
    throw verificationFailure(cause, 'logout_token_invalid', 'The logout token was refused', time)
  }
}

/**
 * After a key rotation, a genuine token may be signed by a key that the loaded set lacks, and any
 * visitor can use up the next load. A token that is refused as invalid is not sent again, so the
 * logout would be lost. `iat` is not verified here: a made-up one gains nothing.
 *
 * @throws {@link ScalekitError} `provider_unavailable` if the token was issued after the load
 */
function assertOlderThanKeys(token: string, { loadedAt }: KeySet, cause: unknown): void {
  const keysAt = loadedAt?.() ?? Number.POSITIVE_INFINITY
  if (!(saidIssuedAt(token) > keysAt)) return
  const waitMs = Math.max(keysAt + bearerCooldownMs - Date.now(), 0)
  throw new ScalekitError('provider_unavailable', 'The key of the logout token is not loaded yet', {
    cause,
    headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) },
  })
}

/** Returns the unverified `iat` in milliseconds. `NaN` if there is none. */
function saidIssuedAt(token: string): number {
  try {
    return Number(decodeJwt(token).iat) * 1000
  } catch {
    return Number.NaN
  }
}

/**
 * Refuses tokens of other kinds. Claims of other kinds are only accepted if the header's `typ`
 * identifies a logout token.
 */
function assertKind(token: string, claims: JWTPayload): void {
  if ('nonce' in claims)
    throw new Error('it has the claim nonce, which a logout token must not have')
  const events = isObject(claims.events) ? claims.events : {}
  if (!isObject(events[logoutEvent])) {
    throw new Error('events does not say that it is a logout token')
  }
  if (isTyped(token)) return
  const foreign = foreignClaims.find((name) => name in claims)
  if (foreign) throw new Error(`it has the claim ${foreign}, and no typ of a logout token`)
}

function isTyped(token: string): boolean {
  const { typ } = decodeProtectedHeader(token)
  return typ !== undefined && types.includes(typ.toLowerCase())
}

function logoutOf(claims: JWTPayload): Logout {
  const { iat, exp = Number.POSITIVE_INFINITY, jti } = claims
  // Just after the last moment at which the checks accept the token.
  const lastSeconds = Math.min(exp + toleranceSeconds, iat! + maxAgeSeconds + 1)
  return {
    subject: subjectOf(claims),
    issuedAt: Math.floor(iat!) * 1000 + 999,
    id: sha256(idIn('jti', jti)).toString('base64url'),
    expiresAt: lastSeconds * 1000,
  }
}

function subjectOf({ sid, sub }: JWTPayload): LogoutSubject {
  if (sid === undefined) return { sub: idIn('sub', sub) }
  return { sid: idIn('sid', sid), ...(sub === undefined ? {} : { sub: idIn('sub', sub) }) }
}

/** Limits the length, because ids become part of the store's keys. */
function idIn(name: string, value: unknown): string {
  if (typeof value === 'string' && value.length >= 1 && value.length <= 255) return value
  throw new Error(`${name} is not a string of 1 to 255 characters`)
}
