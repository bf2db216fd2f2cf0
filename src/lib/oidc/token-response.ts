import { ResponseBodyError, type TokenEndpointResponse } from 'openid-client'
import { credentialsHint } from '../ground/credentials-hint.ts'
import type { LoginErrorCode } from '../ground/error-codes.ts'
import { LoginError, ScalekitError, wrappedError } from '../ground/errors.ts'
import { quote } from '../ground/log.ts'
import { rateLimitHint } from './rate-limit-hint.ts'
import { clockHintOf, withAlgorithm } from './refused-by-library.ts'

/** What the token endpoint issued. */
export interface Issued {
  readonly accessToken: string
  /** How long the access token lasts from now, where Scalekit said so. */
  readonly expiresInSeconds?: number
  /** Not verified here. */
  readonly idToken?: string
  readonly refreshToken?: string
  /**
   * What `scope` names. Absent where the answer has none: then everything that was asked for is
   * granted, but a scope that Scalekit does not name guards nothing. @see RFC 6749 section 5.1
   */
  readonly scopes?: readonly string[]
}

/**
 * Takes what openid-client read; it lets DPoP-bound tokens pass without a proof, and tokens that no
 * header can carry.
 *
 * @throws {@link ScalekitError} `provider_failed`
 */
export function readIssued(response: TokenEndpointResponse): Issued {
  const { access_token, token_type, refresh_token, id_token, expires_in, scope } = response
  // RFC 6749 appendix A.12 and A.17
  const isText = [access_token, refresh_token ?? access_token].every((token) =>
    /^[\x20-\x7e]+$/.test(token),
  )
  if (token_type !== 'bearer' || !isText) {
    throw new ScalekitError(
      'provider_failed',
      'The token endpoint returned tokens that cannot be used',
    )
  }
  return {
    accessToken: access_token,
    // Not openid-client's `expiresIn()`, which counts from when it read the answer, by its own clock.
    ...(expires_in === undefined ? {} : { expiresInSeconds: expires_in }),
    ...(id_token === undefined ? {} : { idToken: id_token }),
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    ...(scope === undefined ? {} : { scopes: scope.split(' ').filter(Boolean) }),
  }
}

/** What to say when Scalekit does not take what was to be exchanged (`invalid_grant`). */
export interface Rejection {
  readonly code: LoginErrorCode
  readonly message: string
}

/**
 * Says whose fault a failed grant is: what was shown, the application's, or Scalekit's.
 *
 * @throws {@link LoginError} the rejection, `application_refused` or `id_token_invalid`,
 *   {@link ScalekitError} `provider_unavailable` or `provider_failed`
 */
export function grantFailed(cause: unknown, rejection: Rejection): never {
  const ours = wrappedError(cause)
  if (ours) throw ours
  if (cause instanceof ResponseBodyError) throw refusal(cause, rejection)
  if (isAboutIdToken(cause)) {
    throw new LoginError('id_token_invalid', 'The ID token was refused', {
      cause: withAlgorithm(cause),
      hint: clockHintOf(cause),
    })
  }
  throw new ScalekitError('provider_failed', 'The response of the token endpoint cannot be used', {
    cause,
    hint: rateLimitHint(cause),
  })
}

/** openid-client judges some of the claims itself, before our validator judges all of them. */
function isAboutIdToken(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /\b(JWT|JWS|ID Token)\b/.test(error.message) || isAboutIdToken(error.cause)
}

/** The token endpoint said no: `invalid_grant` is about this one grant, the rest about the client. */
function refusal(cause: ResponseBodyError, { code, message }: Rejection): ScalekitError {
  if (cause.error === 'invalid_grant') return new LoginError(code, message, { cause })
  const refused = `The token endpoint refused the application: ${quote(cause.error)}`
  const hint = rateLimitHint(cause) ?? hintByError[cause.error] ?? otherHint
  return cause.status >= 500
    ? new ScalekitError('provider_failed', refused, { cause, hint })
    : new LoginError('application_refused', refused, { cause, hint })
}

const hintByError: Readonly<Partial<Record<string, string>>> = { invalid_client: credentialsHint }

const otherHint = 'Check the client id, the client secret and the registered redirect URI.'
