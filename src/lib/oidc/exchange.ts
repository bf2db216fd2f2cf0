import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  ResponseBodyError,
  type TokenEndpointResponse,
} from 'openid-client'
import type { Clock } from '../clock.ts'
import { LoginError, ScalekitError, wrappedError } from '../errors.ts'
import { quote } from '../log.ts'
import type { Tokens } from '../types.ts'
import type { Provider } from './discovery.ts'
import type { Transaction } from './transaction.ts'

/**
 * Exchanges a code for tokens, once: a code is single use, so nothing here tries again.
 *
 * @param answer The query of the callback, as it came.
 * @throws {@link LoginError} `code_rejected` or `id_token_invalid`, {@link ScalekitError}
 *   `provider_unavailable` or `provider_failed`
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5
 */
export async function exchangeCode(
  { configuration }: Provider,
  answer: URLSearchParams,
  { redirectUri, state, nonce, codeVerifier }: Transaction,
  clock: Clock,
): Promise<Tokens> {
  const callbackUrl = new URL(redirectUri)
  callbackUrl.search = answer.toString()
  const tokens = await authorizationCodeGrant(configuration, callbackUrl, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  }).catch(exchangeFailed)
  assertBearer(tokens)
  // Not openid-client's `expiresIn()`, which counts from when it read the answer, by its own clock.
  const lifetimeSeconds = tokens.expires_in
  return {
    accessToken: tokens.access_token,
    // `idTokenExpected` makes openid-client reject an answer without one.
    idToken: tokens.id_token!,
    ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
    ...(lifetimeSeconds === undefined
      ? {}
      : { accessTokenExpiresAt: clock() + lifetimeSeconds * 1000 }),
  }
}

/** openid-client takes DPoP-bound tokens without a proof, and tokens that no header can carry. */
function assertBearer({ token_type, ...tokens }: TokenEndpointResponse): void {
  const { access_token, refresh_token = access_token } = tokens
  // RFC 6749 appendix A.12 and A.17
  const isText = [access_token, refresh_token].every((token) => /^[\x20-\x7e]+$/.test(token))
  if (token_type === 'bearer' && isText) return
  throw new ScalekitError('provider_failed', 'The token endpoint’s tokens cannot be used')
}

function exchangeFailed(cause: unknown): never {
  const ours = wrappedError(cause)
  if (ours) throw ours
  if (cause instanceof AuthorizationResponseError) {
    throw new LoginError('callback_invalid', 'The callback does not conform', { cause })
  }
  if (cause instanceof ResponseBodyError) throw rejection(cause)
  if (isAboutIdToken(cause)) {
    throw new LoginError('id_token_invalid', 'The ID token was refused', { cause })
  }
  throw new ScalekitError('provider_failed', 'The token endpoint’s answer cannot be used', {
    cause,
  })
}

/** openid-client judges some of the claims itself, before our validator judges all of them. */
function isAboutIdToken(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /\b(JWT|JWS|ID Token)\b/.test(error.message) || isAboutIdToken(error.cause)
}

/** The token endpoint said no. `invalid_grant` is about this sign-in, the rest about the client. */
function rejection(cause: ResponseBodyError): ScalekitError {
  if (cause.error === 'invalid_grant') {
    return new LoginError('code_rejected', 'Scalekit refused the code', { cause })
  }
  return new LoginError(
    cause.status >= 500 ? 'provider_failed' : 'application_refused',
    `The token endpoint refused the application: ${quote(cause.error)}`,
    { cause, hint: 'Check the client id, the client secret and the registered redirect URI.' },
  )
}
