import { ApiError, ScalekitError } from './errors.ts'
import type { PossibleFields } from './log.ts'

/**
 * The fields of a log line about an error: those already known, the error's code and Scalekit's
 * request id.
 */
export function errorFields(error: unknown, known: PossibleFields = {}): PossibleFields {
  const code = error instanceof ScalekitError ? error.code : undefined
  return { ...known, code, requestId: apiRequestId(error) ?? known.requestId }
}

/** Scalekit's id of the failed call, from the error or from one of its causes. */
function apiRequestId(error: unknown): string | undefined {
  if (error instanceof ApiError && error.requestId !== undefined) return error.requestId
  return error instanceof Error ? apiRequestId(error.cause) : undefined
}
