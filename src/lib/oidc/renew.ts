import { clientCredentialsGrant, ResponseBodyError, tokenRevocation } from 'openid-client'
import type { Clock } from '../ground/clock.ts'
import { LoginError, ScalekitError, wrappedError } from '../ground/errors.ts'
import type { Json, Tokens } from '../ground/types.ts'
import { type Grants, readGrants } from './access-token.ts'
import { type Profile, profileOf } from './claims.ts'
import type { Provider } from './discovery.ts'
import { anyNonce, type IdTokenClaims, verifyIdToken } from './id-token.ts'
import type { KeySet } from './key-sets.ts'
import type { Issued } from './token-response.ts'

/** What renewed tokens must agree with. */
export interface RenewalChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  /** Whose session it is. */
  readonly subject: string
  readonly organizationId: string | undefined
  readonly clock: Clock
}

/** The tokens are of another user or organization than the session. */
export class MismatchError extends Error {}

/** What verified tokens say. */
export interface RenewedClaims {
  readonly grants: Grants
  /** Of the ID token, where one came. */
  readonly idClaims: Json
}

/**
 * Verifies what a refresh brought: all that is verified at a sign-in but the nonce, which only an
 * authorization request has.
 *
 * @throws {@link MismatchError}; {@link LoginError} `id_token_invalid` or `access_token_invalid`;
 *   {@link ScalekitError} `provider_unavailable` or `provider_failed` where the keys cannot be had
 * @see OpenID Connect Core 1.0 section 12.2
 */
export async function verifyRenewed(
  { accessToken, idToken }: Issued,
  checks: RenewalChecks,
): Promise<RenewedClaims> {
  const idClaims = await idClaimsOf(idToken, accessToken, checks)
  if (idClaims) assertProfile(profileOf(idClaims), checks)
  const grants = await readGrants(accessToken, checks).catch((error: unknown) => {
    throw isOtherSubject(error) ? otherThan('subject') : error
  })
  assertOrganization(grants.organizationId, checks)
  return { grants, idClaims: idClaims ?? {} }
}

/** An ID token need not come again. */
async function idClaimsOf(
  idToken: string | undefined,
  accessToken: string,
  checks: RenewalChecks,
): Promise<IdTokenClaims | undefined> {
  if (idToken === undefined) return undefined
  return verifyIdToken(idToken, { ...checks, nonce: anyNonce, accessToken, code: undefined })
}

/** Read as at the sign-in, so that what counted as no organization there does here. */
function assertProfile({ sub, organizationId }: Profile, checks: RenewalChecks): void {
  if (sub !== checks.subject) throw otherThan('subject')
  assertOrganization(organizationId, checks)
}

/** A token that names no organization says nothing about one: its roles do not count in any. */
function assertOrganization(organizationId: string | undefined, checks: RenewalChecks): void {
  if (organizationId === undefined || organizationId === checks.organizationId) return
  throw otherThan('organization')
}

function isOtherSubject(error: unknown): boolean {
  return (
    error instanceof LoginError && /\bsub\b/.test((error.cause as Error | undefined)?.message ?? '')
  )
}

function otherThan(what: string): MismatchError {
  return new MismatchError(`The renewed tokens are for another ${what} than the session`)
}

/** The tokens of before with what was issued in their place: an ID token need not come again. */
export function renewedTokens(before: Tokens, issued: Issued, now: number): Tokens {
  const { accessToken, idToken = before.idToken, expiresInSeconds } = issued
  const refreshToken = issued.refreshToken ?? before.refreshToken
  return {
    accessToken,
    idToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(expiresInSeconds === undefined
      ? {}
      : { accessTokenExpiresAt: now + expiresInSeconds * 1000 }),
  }
}

/** Errors of a connection that was never there: nothing was sent. */
const notSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
/** A gateway answers with these in place of a server that may have done its work. */
const gatewayStatus = [502, 504]

/** Whether a refresh that failed may have taken effect, with an answer that was lost. */
export function mayBeLost(error: unknown): boolean {
  if (!(error instanceof ScalekitError) || error instanceof LoginError) return false
  const status = statusIn(error)
  if (status !== undefined) return gatewayStatus.includes(status) || status < 400
  return !causesOf(error).some((cause) =>
    notSent.includes((cause as NodeJS.ErrnoException).code ?? ''),
  )
}

function statusIn(error: unknown): number | undefined {
  for (const cause of causesOf(error)) {
    if (cause instanceof ResponseBodyError) return cause.status
    const { response } = cause as { readonly response?: unknown }
    if (response instanceof Response) return response.status
    if (cause.cause instanceof Response) return cause.cause.status
  }
  return undefined
}

/** How long the token endpoint asked to be left alone, in milliseconds; 0 where it did not. */
export function retryAfterMsIn(error: unknown, now: number): number {
  const response = causesOf(error)
    .flatMap((cause) => [cause.cause, (cause as { readonly response?: unknown }).response])
    .find((each) => each instanceof Response)
  const value = response?.headers.get('retry-after') ?? ''
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Math.max(0, ms || 0)
}

function causesOf(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : []
}

/**
 * Ends if the token endpoint answers, whatever it says.
 *
 * @throws {@link ScalekitError} `provider_unavailable` or `provider_failed`
 */
export async function assertAnswers({ configuration }: Provider): Promise<void> {
  await clientCredentialsGrant(configuration).catch((cause: unknown) => {
    if (cause instanceof ResponseBodyError && cause.status < 500 && cause.status !== 429) return
    throw (
      wrappedError(cause) ??
      new ScalekitError('provider_failed', 'The token endpoint failed', { cause })
    )
  })
}

/**
 * Revokes a refresh token that no session has any more, where the provider has an endpoint for it.
 *
 * @see RFC 7009
 */
export async function revokeRefreshToken(
  { configuration }: Provider,
  refreshToken: string,
): Promise<void> {
  if (configuration.serverMetadata().revocation_endpoint === undefined) return
  await tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' })
}
