import { ApiError, ScalekitError } from './errors.ts'
import type { PossibleFields } from './log.ts'

/** What a line about an error carries beside its sentence, and beside what was known before. */
export function errorFields(error: unknown, known: PossibleFields = {}): PossibleFields {
  const code = error instanceof ScalekitError ? error.code : undefined
  return { ...known, code, requestId: apiRequestId(error) ?? known.requestId }
}

/** Scalekit's id of the call that failed, in an error or in one underneath. */
function apiRequestId(error: unknown): string | undefined {
  if (error instanceof ApiError && error.requestId !== undefined) return error.requestId
  return error instanceof Error ? apiRequestId(error.cause) : undefined
}
