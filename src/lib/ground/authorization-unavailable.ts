import { ScalekitError } from './errors.ts'

/**
 * Wraps an error of an application's function in an `authorization_unavailable`, unless it is one
 * already. The kit's other errors are wrapped as well: an error of the management API has a status
 * that would be wrong for this response.
 */
export function authorizationUnavailable(message: string, cause: unknown): ScalekitError {
  const isSame = cause instanceof ScalekitError && cause.code === 'authorization_unavailable'
  return isSame ? cause : new ScalekitError('authorization_unavailable', message, { cause })
}

/** The error with which a guard rejects when a change is known but no source says what changed. */
export function authorizationUnknown(): ScalekitError {
  return new ScalekitError(
    'authorization_unavailable',
    'The user’s permissions cannot be determined right now',
  )
}
