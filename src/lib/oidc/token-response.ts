import { ResponseBodyError, type TokenEndpointResponse } from 'openid-client'
import { credentialsHint } from '../ground/credentials-hint.ts'
import type { LoginErrorCode } from '../ground/error-codes.ts'
import { LoginError, ScalekitError, wrappedError } from '../ground/errors.ts'
import { quote } from '../ground/log.ts'
import { rateLimitHint } from './rate-limit-hint.ts'
import { clockHintOf, withAlgorithm } from './refused-by-library.ts'

/** The tokens that the token endpoint issued. */
export interface Issued {
  readonly accessToken: string
  /** The lifetime of the access token from now, if Scalekit said so. */
  readonly expiresInSeconds?: number
  /** Not verified yet. */
  readonly idToken?: string
  readonly refreshToken?: string
  /**
   * The scopes in `scope`. Absent if the response has no `scope`. By the standard, all requested
   * scopes are then granted, but a guard only accepts scopes that Scalekit names. @see RFC 6749
   * section 5.1
   */
  readonly scopes?: readonly string[]
}

/**
 * Reads the response that openid-client parsed. openid-client accepts DPoP-bound tokens without a
 * proof, and tokens that no header can carry; both are refused here.
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
    // Not openid-client's `expiresIn()`, which counts by its own clock from the time it read the
    // response.
    ...(expires_in === undefined ? {} : { expiresInSeconds: expires_in }),
    ...(id_token === undefined ? {} : { idToken: id_token }),
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    ...(scope === undefined ? {} : { scopes: scope.split(' ').filter(Boolean) }),
  }
}

/** The error for an `invalid_grant`, when Scalekit refuses the value to exchange. */
export interface Rejection {
  readonly code: LoginErrorCode
  readonly message: string
}

/**
 * Throws the error for a failed grant. It tells whether the value, the application or Scalekit is
 * at fault.
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

/** openid-client checks some claims itself, before the kit checks all of them. */
function isAboutIdToken(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /\b(JWT|JWS|ID Token)\b/.test(error.message) || isAboutIdToken(error.cause)
}

/**
 * The token endpoint refused. `invalid_grant` concerns this grant; all other codes concern the
 * client.
 */
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
