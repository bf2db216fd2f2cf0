import { decodeJwt, type JWTPayload } from 'jose'
import type { Clock } from '../ground/clock.ts'
import type { AccessTokenClaims, Json } from '../ground/types.ts'
import type { KeySet } from './key-sets.ts'
import { type TokenChecks, verificationFailure, verifyToken } from './token.ts'

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
  return refusing(checks, async () => {
    const claims = await verifyShown(token, checks)
    if (checks.audience === undefined) assertFor(claims, checks)
    return claims
  })
}

/** The claims of a verified access token, with the members that every access token has. */
export type ShownClaims = JWTPayload & AccessTokenClaims

/** The checks that any access token of the environment must pass, for whichever audience. */
type SharedChecks = Pick<TokenChecks, 'keys' | 'issuer' | 'audience' | 'clock' | 'maxAgeSeconds'>

/**
 * Verifies an access token. If audiences are given, it must be for one of them.
 *
 * @throws an Error whose message names the check, never the token
 */
export async function verifyShown(token: string, checks: SharedChecks): Promise<ShownClaims> {
  const { keys, issuer, audience, clock, maxAgeSeconds = Number.POSITIVE_INFINITY } = checks
  const claims = await verifyToken(token, {
    keys,
    issuer,
    clock,
    maxAgeSeconds,
    types: accessTokenTypes,
    ...(audience === undefined ? {} : { audience }),
  })
  assertKind(claims)
  assertNamed(claims)
  return claims as ShownClaims
}

/**
 * Runs the checks of a token in a request.
 *
 * @throws LoginError `access_token_invalid`, or the error of loading the keys
 */
export async function refusing<Value>(
  { clock }: { readonly clock: Clock },
  check: () => Promise<Value>,
): Promise<Value> {
  try {
    return await check()
  } catch (cause) {
    const time = { nowMs: clock(), isFresh: false }
    throw verificationFailure(cause, 'access_token_invalid', refused, time)
  }
}

/** @see RFC 9068 section 2.1 */
const accessTokenTypes = ['at+jwt', 'application/at+jwt']

const refused = 'The access token was refused'

function isJwt(token: string): boolean {
  return token.split('.').length === 3
}

/** Refuses a token with claims that only an ID token or a logout token has. */
function assertKind(claims: JWTPayload): void {
  const foreign = ['nonce', 'at_hash', 'c_hash', 'events'].find((name) => name in claims)
  if (foreign) throw new Error(`it has the claim ${foreign}, which an access token must not have`)
}

/** Requires the claims that access tokens of every kind have, whatever the application added. */
function assertNamed(claims: JWTPayload): void {
  const missing = ['jti', 'client_id'].find((name) => {
    const value = claims[name]
    return typeof value !== 'string' || value === ''
  })
  if (missing) throw new Error(`it lacks the claim ${missing}`)
}

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

/**
 * Each new access token comes through here, so the spread is last: V8 takes ten times as long for
 * one that other members follow.
 *
 * @throws an Error where the organization cannot be compared
 */
export function grantsOf(claims: JWTPayload): Grants {
  const { roles, permissions } = claims
  return {
    roles: texts(roles),
    permissions: texts(permissions),
    scopes: scopesOf(claims),
    issuedAt: claims.iat! * 1000,
    claims,
    ...organizationOf(claims),
  }
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
function organizationOf({ oid }: JWTPayload): Pick<Grants, 'organizationId'> {
  if (oid === undefined || oid === null || oid === '') return {}
  if (typeof oid !== 'string') throw new Error('oid is not a string')
  return { organizationId: oid }
}

/** Returns an array of strings unchanged. Any other value grants nothing. */
function texts(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string')
  return isList ? value : []
}
