import type { JWTPayload } from 'jose'
import { sha256 } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { LoginError } from '../ground/errors.ts'
import type { KeySet } from './key-sets.ts'
import { toleranceSeconds } from './registered-claims.ts'
import { maxAgeSeconds, verificationFailure, verifySigned } from './token.ts'

/** The values with which the token of an identity-provider-initiated sign-in must agree. */
export interface IdpLoginChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  readonly clock: Clock
}

/**
 * The sign-in that an identity provider asks for. It proves no identity: the user still has to sign
 * in.
 */
export interface IdpLogin {
  readonly organizationId: string
  readonly connectionId: string
  readonly loginHint?: string
  /** Chosen by the initiator, who may be an attacker. It is only used as a path to return to. */
  readonly relayState?: string
  /** The token's key among the single-use values. */
  readonly tokenHash: string
  /**
   * The time from which the token's age alone makes it invalid, in milliseconds since the epoch.
   */
  readonly expiresAt: number
}

/** Maximum length in characters. Scalekit's tokens have about 800. */
const maxLength = 4096

/** Claims of ID, access and logout tokens, which the same keys sign for the same issuer. */
const foreignClaims = ['sub', 'nonce', 'at_hash', 'c_hash', 'events']

/**
 * Verifies the token in `idp_initiated_login`, including that it is not a token of another kind.
 *
 * @throws {@link LoginError} `idp_login_invalid`
 * @see https://docs.scalekit.com/sso/guides/idp-init-sso/
 */
export async function verifyIdpLogin(token: string, checks: IdpLoginChecks): Promise<IdpLogin> {
  const { keys, issuer, clientId, clock } = checks
  if (token.length > maxLength)
    throw new LoginError('idp_login_invalid', `The token has more than ${maxLength} characters`)
  try {
    const claims = await verifySigned(token, { keys, issuer, clock })
    assertKind(claims)
    assertForUs(claims, clientId)
    return { ...idpLoginOf(claims), tokenHash: hashOf(token) }
  } catch (cause) {
    const refused = 'The IdP-initiated login was refused'
    // No clock hint: an old link that is opened again is too old by any clock.
    const time = { nowMs: clock(), isFresh: false }
    throw verificationFailure(cause, 'idp_login_invalid', refused, time)
  }
}

function assertKind(claims: JWTPayload): void {
  const foreign = foreignClaims.find((name) => name in claims)
  if (foreign)
    throw new Error(
      `it has the claim ${foreign}, which the token of an IdP-initiated login must not have`,
    )
}

/** Scalekit's samples name no audience. If the token names one, it must be this client alone. */
function assertForUs({ aud }: JWTPayload, clientId: string): void {
  if (aud === undefined) return
  const audiences = [aud].flat()
  if (audiences.length === 0 || audiences.some((audience) => audience !== clientId)) {
    throw new Error('aud contains another client')
  }
}

/** Hashes the signed part only, because one signature has several base64url spellings. */
function hashOf(token: string): string {
  return sha256(token.slice(0, token.lastIndexOf('.'))).toString('base64url')
}

function idpLoginOf(claims: JWTPayload): Omit<IdpLogin, 'tokenHash'> {
  const { organization_id, connection_id, login_hint, relay_state } = claims
  const [loginHint, relayState] = [text(login_hint), text(relay_state)]
  return {
    organizationId: idOf(organization_id, 'org_', 'organization_id'),
    connectionId: idOf(connection_id, 'conn_', 'connection_id'),
    ...(loginHint === undefined ? {} : { loginHint }),
    ...(relayState === undefined ? {} : { relayState }),
    // Just after the last moment at which the checks above accept the token.
    expiresAt: Math.min(claims.exp! + toleranceSeconds, claims.iat! + maxAgeSeconds + 1) * 1000,
  }
}

/** The prefix is required: it decides how the organization is compared at the end of the sign-in. */
function idOf(value: unknown, prefix: 'org_' | 'conn_', name: string): string {
  if (typeof value === 'string' && value.startsWith(prefix) && /^\w{5,64}$/.test(value)) {
    return value
  }
  throw new Error(`${name} is malformed: expected ${prefix}…`)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
