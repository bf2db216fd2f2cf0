import { decodeJwt, type JWTPayload } from 'jose'
import type { Clock } from '../ground/clock.ts'
import type { ScalekitError } from '../ground/errors.ts'
import type { AccessTokenClaims, Json, Mutable } from '../ground/types.ts'
import type { KeySet } from './key-sets.ts'
import { assertSubject, verificationFailure, verifySigned, verifyToken } from './token.ts'

/** The values with which the access token of a sign-in must agree. */
export interface AccessTokenChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  /** The subject of the ID token that was issued with it. */
  readonly subject: string
  readonly clock: Clock
}

/** The values with which an access token in a request must agree. */
export interface ShownTokenChecks {
  readonly keys: KeySet
  /** If there are several, any of them may match. */
  readonly issuer: string | readonly string[]
  /** The client to which it was issued. Checked if `audience` is not set. */
  readonly clientId: string
  /** If there are several, any of them may match. */
  readonly audience?: string | readonly string[]
  /** Whether tokens of organizations' API clients are accepted. Used if `audience` is not set. */
  readonly organizationClients?: boolean
  readonly clock: Clock
}

/** The permissions that an access token grants. */
export interface Grants {
  readonly organizationId?: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly scopes: readonly string[]
  /** When the token was issued, in milliseconds since the epoch. Absent if the token is opaque. */
  readonly issuedAt?: number
  /** All claims of the token; empty if it is opaque. */
  readonly claims: Json
}

const noGrants: Grants = { roles: [], permissions: [], scopes: [], claims: {} }

/**
 * Reads the grants of an access token that was issued with an ID token. An opaque token grants
 * nothing.
 *
 * @throws LoginError `access_token_invalid` for a JWT that fails verification
 */
export async function readGrants(token: string, checks: AccessTokenChecks): Promise<Grants> {
  if (!isJwt(token)) return noGrants
  try {
    const claims = await verifyToken(token, { ...checks, types: accessTokenTypes })
    assertKind(claims)
    if (claims.sub !== checks.subject) throw new Error('its sub is not the sub of the ID token')
    assertIssuedTo(claims, checks.clientId)
    return grantsOf(claims)
  } catch (cause) {
    const nowMs = checks.clock()
    throw verificationFailure(cause, 'access_token_invalid', refused, { nowMs })
  }
}

/**
 * Verifies an access token in a request. It may be of any age until it expires.
 *
 * @throws LoginError `access_token_invalid`
 */
export async function verifyAccessToken(
  token: string,
  checks: ShownTokenChecks,
): Promise<AccessTokenClaims> {
  const { keys, issuer, audience, clock } = checks
  try {
    const types = accessTokenTypes
    const maxAgeSeconds = Number.POSITIVE_INFINITY
    const rules = { keys, issuer, audience, clock, types, maxAgeSeconds }
    const claims = shownClaims(await verifySigned(token, rules))
    if (audience === undefined) assertFor(claims, checks)
    return claims
  } catch (cause) {
    throw refusalOfShown(cause, clock)
  }
}

/** The claims of a verified access token, with the members that every access token has. */
export type ShownClaims = JWTPayload & AccessTokenClaims

/**
 * Checks that the claims of a verified token are those of an access token, for whichever client.
 *
 * @throws an Error whose message names the check
 */
export function shownClaims(claims: JWTPayload): ShownClaims {
  assertSubject(claims)
  assertKind(claims)
  assertNamed(claims)
  return claims as ShownClaims
}

/**
 * Returns the error of an access token in a request: LoginError `access_token_invalid`, or the error
 * of loading the keys.
 */
export function refusalOfShown(cause: unknown, clock: Clock): ScalekitError {
  const time = { nowMs: clock(), isFresh: false }
  return verificationFailure(cause, 'access_token_invalid', refused, time)
}

/** @see RFC 9068 section 2.1 */
export const accessTokenTypes: readonly string[] = ['at+jwt', 'application/at+jwt']

const refused = 'The access token was refused'

function isJwt(token: string): boolean {
  return token.split('.').length === 3
}

/** Refuses a token with claims that only an ID token or a logout token has. */
function assertKind(claims: JWTPayload): void {
  for (const name of foreignClaims) {
    if (name in claims) {
      throw new Error(`it has the claim ${name}, which an access token must not have`)
    }
  }
}

const foreignClaims = ['nonce', 'at_hash', 'c_hash', 'events']

/** Requires the claims that access tokens of every kind have, whatever the application added. */
function assertNamed(claims: JWTPayload): void {
  for (const name of requiredClaims) {
    const value = claims[name]
    if (typeof value !== 'string' || value === '') throw new Error(`it lacks the claim ${name}`)
  }
}

const requiredClaims = ['jti', 'client_id']

/**
 * Requires that the token was issued to this client. The audience can be set freely at Scalekit,
 * even to this client's id in a token of another client. So `client_id` decides, and `aud` only if
 * `client_id` is missing.
 */
function assertIssuedTo(claims: JWTPayload, clientId: string): void {
  const issuedTo = claims.client_id === undefined ? [claims.aud].flat() : [claims.client_id]
  if (!issuedTo.includes(clientId)) throw new Error('it was issued to another client')
}

/**
 * Applies if no audience is configured. The token must have been issued to this client or, if those
 * are accepted, to an API client of an organization.
 */
function assertFor(claims: JWTPayload, checks: ShownTokenChecks): void {
  const { clientId, organizationClients = false } = checks
  if (organizationClients && isOfOrganizationClient(claims)) assertNoOtherAudience(claims)
  else assertIssuedTo(claims, clientId)
}

/**
 * Recognizes the client by Scalekit's names for such clients. Its permissions belong to its
 * organization.
 */
export function isOfOrganizationClient({ client_id, sub, oid }: JWTPayload): boolean {
  const isNamed = typeof client_id === 'string' && /^m2morg_\w+$/.test(client_id)
  return isNamed && sub === client_id && typeof oid === 'string' && oid !== ''
}

/**
 * Refuses a token with an audience: it is meant for that audience. Most of these tokens have none.
 *
 * @see RFC 7519 section 4.1.3
 */
function assertNoOtherAudience({ aud }: JWTPayload): void {
  if (aud !== undefined) throw new Error('it has an audience, which was not asked for')
}

/** @throws an Error if the organization cannot be compared */
export function grantsOf(claims: JWTPayload): Grants {
  const { roles, permissions } = claims
  const grants: Mutable<Grants> = {
    roles: texts(roles),
    permissions: texts(permissions),
    scopes: scopesOf(claims),
    issuedAt: claims.iat! * 1000,
    claims,
  }
  const organizationId = organizationOf(claims)
  if (organizationId !== undefined) grants.organizationId = organizationId
  return grants
}

/**
 * Adds the scopes that the token response names beside the token. An access token need not contain
 * them.
 *
 * @see RFC 6749 section 5.1
 */
export function withScopes(grants: Grants, scopes: readonly string[]): Grants {
  return { ...grants, scopes: [...new Set([...grants.scopes, ...scopes])] }
}

/** The scopes in an access token that was verified before. Empty if the token is opaque. */
export function unverifiedScopes(accessToken: string): readonly string[] {
  try {
    return scopesOf(decodeJwt(accessToken))
  } catch {
    return []
  }
}

/** Tokens of users have `scope`; tokens of machines have `scopes`. */
export function scopesOf({ scope, scopes }: JWTPayload): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : texts(scopes)
}

/** Roles only count in this organization, so a value that cannot be compared is refused. */
function organizationOf({ oid }: JWTPayload): string | undefined {
  if (oid === undefined || oid === null || oid === '') return undefined
  if (typeof oid !== 'string') throw new Error('oid is not a string')
  return oid
}

/** Returns an array of strings unchanged. Any other value grants nothing. */
function texts(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string')
  return isList ? value : []
}
