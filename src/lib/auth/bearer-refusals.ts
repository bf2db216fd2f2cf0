import type { Clock } from '../ground/clock.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import { debug, type Logger, quote, textOfThrown } from '../ground/log.ts'
import { orNot } from '../ground/response-head.ts'
import { untimely } from '../oidc/token.ts'
import type { BearerView, Presented } from './presented.ts'
import { type SignedOut, signedOut } from './principal.ts'
import type { TokenHolder } from './revocation.ts'

type Reason = Extract<
  SignedOut['reason'],
  'expired' | 'revoked' | 'token-invalid' | 'token-outdated'
>

/**
 * The `error_description` in the header `WWW-Authenticate`. It contains no part of the token.
 *
 * @see RFC 6750 section 3
 */
const descriptions: Readonly<Record<Reason, string>> = {
  expired: 'The access token expired',
  revoked: 'The access token was revoked',
  'token-invalid': 'The access token is not valid here',
  'token-outdated': 'What its holder may do has changed since the access token was issued',
}

export const beforeRestart = 'The access token was issued before the server restarted'

/** Returns the view of a token that is not accepted. */
export function refused(
  reason: Reason,
  holder?: TokenHolder,
  refusal: string = descriptions[reason],
): BearerView {
  return { principal: signedOut[reason], bearer: holder ? { refusal, holder } : { refusal } }
}

export const malformed: Presented = {
  status: 'refused',
  view: {
    principal: signedOut['token-invalid'],
    bearer: { refusal: 'The header Authorization is malformed: expected one Bearer token' },
  },
}

/** Returns the outcome for a token whose verification failed. */
export function failedVerification(
  error: unknown,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Presented {
  if (error instanceof LoginError && error.code === 'access_token_invalid') {
    // On the debug level, because any client can cause it at will.
    debug(logger, `bearer: ${error.message}: ${quote(textOfThrown(error.cause))}`)
    const reason = orNot(() => isLate(error.cause, clock())) ? 'expired' : 'token-invalid'
    return { status: 'refused', view: refused(reason) }
  }
  return { status: 'unknown', error: keysUnavailable(error) }
}

/** Whether the token was refused for its age: it is past its `exp`, or too long past its `iat`. */
function isLate(cause: unknown, nowMs: number): boolean {
  const late = untimely(cause)
  if (late?.claim === 'iat') return late.payload.iat! * 1000 < nowMs
  return late?.claim === 'exp'
}

/**
 * The error while the token cannot be checked. It does not say that the token is invalid, because
 * the client would then discard a token that may be valid.
 */
function keysUnavailable(cause: unknown): ScalekitError {
  const message = 'Scalekit’s keys cannot be loaded, so no access token can be verified'
  return new ScalekitError('provider_unavailable', message, { cause })
}
