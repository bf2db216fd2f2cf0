import type { JWTPayload } from 'jose'
import { sha256 } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { LoginError } from '../ground/errors.ts'
import type { KeySet } from './key-sets.ts'
import { maxAgeSeconds, toleranceSeconds, verificationFailure, verifySigned } from './token.ts'

/** What the token of a sign-in that began at an identity provider must agree with. */
export interface IdpLoginChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  readonly clock: Clock
}

/** What an identity provider asks for. It proves nobody's identity: the sign-in still has to. */
export interface IdpLogin {
  readonly organizationId: string
  readonly connectionId: string
  readonly loginHint?: string
  /** Chosen by whoever began it: a place to go back to at best, and nothing else. */
  readonly relayState?: string
  /** Names the token in the single-use set. */
  readonly tokenHash: string
  /** From when on the token is refused for its age alone, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Longer tokens are nobody's: those of Scalekit have some eight hundred characters. */
const maxLength = 4096

/** Claims of ID, access and logout tokens, which the same keys sign for the same issuer. */
const foreignClaims = ['sub', 'nonce', 'at_hash', 'c_hash', 'events']

/**
 * Verifies the token in `idp_initiated_login`, and that it is not one of another kind.
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
    // A link that is used again later is too old by any clock.
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

/** Scalekit's samples name no audience; one that is named must be us and nobody else. */
function assertForUs({ aud }: JWTPayload, clientId: string): void {
  if (aud === undefined) return
  const audiences = [aud].flat()
  if (audiences.length === 0 || audiences.some((audience) => audience !== clientId)) {
    throw new Error('aud contains another client')
  }
}

/** Of what was signed only: one signature has several spellings in base64url. */
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
    // Just past the last moment that the checks above accept.
    expiresAt: Math.min(claims.exp! + toleranceSeconds, claims.iat! + maxAgeSeconds + 1) * 1000,
  }
}

/** The prefix decides how the organization is compared in the end, so it must be there. */
function idOf(value: unknown, prefix: 'org_' | 'conn_', name: string): string {
  if (typeof value === 'string' && value.startsWith(prefix) && /^\w{5,64}$/.test(value)) {
    return value
  }
  throw new Error(`${name} is malformed: expected ${prefix}…`)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
