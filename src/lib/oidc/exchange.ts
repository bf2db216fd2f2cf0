import { authorizationCodeGrant, genericGrantRequest } from 'openid-client'
import type { Clock } from '../ground/clock.ts'
import { ScalekitError } from '../ground/errors.ts'
import type { Tokens } from '../ground/types.ts'
import type { Provider } from './discovery.ts'
import { grantFailed, type Issued, readIssued } from './token-response.ts'
import type { Transaction } from './transaction.ts'

/** The tokens of a sign-in, and the scopes that the token response names beside them. */
export interface Exchanged {
  readonly tokens: Tokens
  readonly scopes: readonly string[]
}

/**
 * Exchanges a code for tokens. It is never retried, because a code is single use.
 *
 * @param answer The query of the callback, unchanged.
 * @throws {@link LoginError} `code_rejected` or `id_token_invalid`, {@link ScalekitError}
 *   `provider_unavailable` or `provider_failed`
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5
 */
export async function exchangeCode(
  { configuration }: Provider,
  answer: URLSearchParams,
  { redirectUri, state, nonce, codeVerifier }: Transaction,
  clock: Clock,
): Promise<Exchanged> {
  const callbackUrl = new URL(redirectUri)
  callbackUrl.search = answer.toString()
  const response = await authorizationCodeGrant(configuration, callbackUrl, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  }).catch(exchangeFailed)
  const { scopes = [], ...issued } = readIssued(response)
  return { tokens: tokensOf(issued, clock), scopes }
}

function tokensOf(
  { accessToken, idToken, refreshToken, expiresInSeconds }: Issued,
  clock: Clock,
): Tokens {
  return {
    accessToken,
    // With `idTokenExpected`, openid-client rejects a response without an ID token.
    idToken: idToken!,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(expiresInSeconds === undefined
      ? {}
      : { accessTokenExpiresAt: clock() + expiresInSeconds * 1000 }),
  }
}

/** A code from an authorization request of the application's own. */
export interface OwnCode {
  readonly code: string
  /** Exactly as it was sent to Scalekit. */
  readonly redirectUri: string
  readonly codeVerifier: string | undefined
}

/**
 * Exchanges a code that has no transaction of the kit. The application compares the state. The
 * nonce is compared where the ID token is verified.
 *
 * @throws as {@link exchangeCode}
 */
export async function exchangeOwnCode(
  { configuration }: Provider,
  { code, redirectUri, codeVerifier }: OwnCode,
): Promise<Issued & { readonly idToken: string }> {
  const response = await genericGrantRequest(configuration, 'authorization_code', {
    code,
    redirect_uri: redirectUri,
    ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
  }).catch(exchangeFailed)
  const { idToken, ...issued } = readIssued(response)
  if (idToken !== undefined) return { ...issued, idToken }
  throw new ScalekitError('provider_failed', 'The token endpoint returned no ID token')
}

function exchangeFailed(cause: unknown): never {
  grantFailed(cause, { code: 'code_rejected', message: 'Scalekit refused the code' })
}
