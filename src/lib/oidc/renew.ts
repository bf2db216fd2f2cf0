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

/** The values with which renewed tokens must agree. */
export interface RenewalChecks {
  readonly keys: KeySet
  readonly issuer: string
  readonly clientId: string
  /** The user of the session. */
  readonly subject: string
  readonly organizationId: string | undefined
  readonly clock: Clock
}

/** The tokens belong to another user or organization than the session. */
export class MismatchError extends Error {}

/** The contents of verified tokens. */
export interface RenewedClaims {
  readonly grants: Grants
  /** The claims of the ID token, if there was one. */
  readonly idClaims: Json
}

/**
 * Verifies the tokens of a refresh. All checks of a sign-in apply except the nonce, which only an
 * authorization request has.
 *
 * @throws {@link MismatchError}; {@link LoginError} `id_token_invalid` or `access_token_invalid`;
 *   {@link ScalekitError} `provider_unavailable` or `provider_failed` if the keys cannot be loaded
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

/** A refresh response may lack an ID token. */
async function idClaimsOf(
  idToken: string | undefined,
  accessToken: string,
  checks: RenewalChecks,
): Promise<IdTokenClaims | undefined> {
  if (idToken === undefined) return undefined
  return verifyIdToken(idToken, { ...checks, nonce: anyNonce, accessToken, code: undefined })
}

/**
 * The profile is read as at the sign-in, so that a claim that named no organization there names
 * none here.
 */
function assertProfile({ sub, organizationId }: Profile, checks: RenewalChecks): void {
  if (sub !== checks.subject) throw otherThan('subject')
  assertOrganization(organizationId, checks)
}

/** A token without an organization passes. Its roles count in no organization. */
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

/** Merges the issued tokens into the earlier ones. The ID token is kept if none was issued. */
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

/** Errors of a connection that was never established, so no request was sent. */
const notSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
/** Statuses of a gateway. The server behind it may have processed the request. */
const gatewayStatus = [502, 504]

/**
 * Whether a failed refresh may have taken effect, with a response that was lost. openid-client
 * returns no response with an ID token that it refuses.
 */
export function mayBeLost(error: unknown): boolean {
  if (error instanceof LoginError) return error.code === 'id_token_invalid'
  if (!(error instanceof ScalekitError)) return false
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

/** How long the token endpoint asked the client to wait, in milliseconds; 0 if it did not. */
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
 * Resolves if the token endpoint responds, with any status.
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
 * Revokes a refresh token that no session uses any more, if the provider has a revocation endpoint.
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
