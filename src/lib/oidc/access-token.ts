import type { JWTPayload } from 'jose'
import type { Clock } from '../ground/clock.ts'
import type { AccessTokenClaims, Json } from '../ground/types.ts'
import type { KeySet } from './key-sets.ts'
import { verificationFailure, verifyToken } from './token.ts'

/** What the access token of one sign-in must agree with. */
export interface AccessTokenChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  /** The subject of the ID token it came with. */
  readonly subject: string
  readonly clock: Clock
}

/** What an access token that somebody shows must agree with. */
export interface ShownTokenChecks {
  readonly keys: KeySet
  /** Of several, any. */
  readonly issuer: string | readonly string[]
  /** Who it was issued to, where `audience` does not say who it is for. */
  readonly clientId: string
  /** Of several, any. */
  readonly audience?: string | readonly string[]
  /** Whether clients of organizations may show theirs, where `audience` does not say who it is for. */
  readonly organizationClients?: boolean
  readonly clock: Clock
}

/** What an access token lets its user do. */
export interface Grants {
  readonly organizationId?: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly scopes: readonly string[]
  /** When it was issued, in milliseconds since the epoch; absent where it is opaque. */
  readonly issuedAt?: number
  /** All that it says; nothing where it is opaque. */
  readonly claims: Json
}

const noGrants: Grants = { roles: [], permissions: [], scopes: [], claims: {} }

/**
 * Reads the grants of an access token that came with an ID token; an opaque one grants nothing.
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
 * Verifies an access token that somebody shows, whenever in its life that is.
 *
 * @throws LoginError `access_token_invalid`
 */
export async function verifyAccessToken(
  token: string,
  checks: ShownTokenChecks,
): Promise<AccessTokenClaims> {
  try {
    const claims = await verifyToken(token, {
      ...checks,
      types: accessTokenTypes,
      maxAgeSeconds: Number.POSITIVE_INFINITY,
    })
    assertKind(claims)
    assertNamed(claims)
    if (checks.audience === undefined) assertFor(claims, checks)
    return claims as AccessTokenClaims
  } catch (cause) {
    const time = { nowMs: checks.clock(), isFresh: false }
    throw verificationFailure(cause, 'access_token_invalid', refused, time)
  }
}

/** @see RFC 9068 section 2.1 */
const accessTokenTypes = ['at+jwt', 'application/at+jwt']

const refused = 'The access token was refused'

function isJwt(token: string): boolean {
  return token.split('.').length === 3
}

/** Claims that only an ID token or a logout token has. */
function assertKind(claims: JWTPayload): void {
  const foreign = ['nonce', 'at_hash', 'c_hash', 'events'].find((name) => name in claims)
  if (foreign) throw new Error(`it has the claim ${foreign}, which an access token must not have`)
}

/** Access tokens of every kind have these, whatever else their application put in. */
function assertNamed(claims: JWTPayload): void {
  const missing = ['jti', 'client_id'].find((name) => {
    const value = claims[name]
    return typeof value !== 'string' || value === ''
  })
  if (missing) throw new Error(`it lacks the claim ${missing}`)
}

/**
 * Its audience can be set freely at Scalekit, even to us at another client, so `client_id` decides
 * and `aud` does only where that is missing.
 */
function assertIssuedTo(claims: JWTPayload, clientId: string): void {
  const issuedTo = claims.client_id === undefined ? [claims.aud].flat() : [claims.client_id]
  if (!issuedTo.includes(clientId)) throw new Error('it was issued to another client')
}

/** Without an audience that was asked for, a token is for whom it was issued to. */
function assertFor(claims: JWTPayload, checks: ShownTokenChecks): void {
  const { clientId, organizationClients = false } = checks
  if (organizationClients && isOfOrganizationClient(claims)) assertNoOtherAudience(claims)
  else assertIssuedTo(claims, clientId)
}

/** Scalekit's names for them; what such a client may do belongs to its organization. */
function isOfOrganizationClient({ client_id, sub, oid }: JWTPayload): boolean {
  const isNamed = typeof client_id === 'string' && /^m2morg_\w+$/.test(client_id)
  return isNamed && sub === client_id && typeof oid === 'string' && oid !== ''
}

/** Most have no audience. One that has is for those whom it names. @see RFC 7519 section 4.1.3 */
function assertNoOtherAudience({ aud }: JWTPayload): void {
  if (aud !== undefined) throw new Error('it has an audience, which was not asked for')
}

function grantsOf(claims: JWTPayload): Grants {
  const { roles, permissions } = claims
  return {
    ...organizationOf(claims),
    roles: texts(roles),
    permissions: texts(permissions),
    scopes: scopesOf(claims),
    issuedAt: claims.iat! * 1000,
    claims,
  }
}

/**
 * Adds the scopes that the token endpoint names beside the token: an access token need not hold them.
 *
 * @see RFC 6749 section 5.1
 */
export function withScopes(grants: Grants, scopes: readonly string[]): Grants {
  return { ...grants, scopes: [...new Set([...grants.scopes, ...scopes])] }
}

/** People's tokens have `scope`, machines' have `scopes`. */
export function scopesOf({ scope, scopes }: JWTPayload): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : texts(scopes)
}

/** Roles count in this organization only, so one that cannot be compared is refused. */
function organizationOf({ oid }: JWTPayload): Pick<Grants, 'organizationId'> {
  if (oid === undefined || oid === null || oid === '') return {}
  if (typeof oid !== 'string') throw new Error('oid is not a string')
  return { organizationId: oid }
}

/** A list of texts as it is; anything else grants nothing. */
function texts(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string')
  return isList ? value : []
}
