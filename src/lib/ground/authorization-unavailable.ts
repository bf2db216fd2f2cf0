import { ScalekitError } from './errors.ts'

/**
 * Makes an `authorization_unavailable` of what a function of the application threw. An error of ours
 * is no exception: it may be from the management API, whose status would be the wrong answer.
 */
export function authorizationUnavailable(message: string, cause: unknown): ScalekitError {
  const isSame = cause instanceof ScalekitError && cause.code === 'authorization_unavailable'
  return isSame ? cause : new ScalekitError('authorization_unavailable', message, { cause })
}

/** What a guard answers while no source tells what changed. */
export function authorizationUnknown(): ScalekitError {
  return new ScalekitError(
    'authorization_unavailable',
    'What the user may do cannot be found out right now',
  )
}
