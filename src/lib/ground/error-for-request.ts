import type { ErrorDetails, ScalekitError } from './errors.ts'

type ErrorConstructor = new (code: string, message: string, details?: ErrorDetails) => ScalekitError

/**
 * Copies an error for the error handler of one request and adds where its user can sign in. The error
 * itself may be that of several requests, such as a failed discovery's.
 */
export function errorForRequest(error: ScalekitError, loginUrl: string | undefined): ScalekitError {
  if (loginUrl === undefined || error.loginUrl === loginUrl) return error
  // Every class of this package takes code and message first.
  const Constructor = error.constructor as ErrorConstructor
  const copy = new Constructor(error.code, error.message)
  Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error))
  return Object.assign(copy, { loginUrl })
}
