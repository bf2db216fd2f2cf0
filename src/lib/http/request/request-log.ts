import type { IncomingMessage } from 'node:http'
import { debug, type Logger, type PossibleFields } from '../../ground/log.ts'
import { requestIdOf } from '../../ground/request-origin.ts'

/** The log fields of requests to the kit's own routes. Other requests have no entry. */
const knownFields = new WeakMap<IncomingMessage, PossibleFields>()

/** Adds fields to all later log lines about a request. */
export function addLogFields(req: IncomingMessage, fields: PossibleFields): void {
  knownFields.set(req, { ...knownFields.get(req), ...fields })
}

/** Returns the fields of log lines about a request. */
export function logFieldsOf(req: IncomingMessage): PossibleFields {
  return { requestId: requestIdOf(req), ...knownFields.get(req) }
}

/** Names a request in log lines by its sign-in or its delivery, e.g. `sign-in 3fa9c1d2`. */
export function nameOf(what: string, { signInId, deliveryId }: PossibleFields): string {
  const id = signInId ?? deliveryId
  return id === undefined ? what : `${what} ${id}`
}

/**
 * Writes a debug line about a request.
 *
 * @param what The subject of the request, e.g. `sign-in`.
 * @param fields Fields that became known in this step. The later lines of the request have them as
 *   well.
 */
export function tell(
  { logger }: { readonly logger: Logger },
  req: IncomingMessage,
  what: string,
  message: string,
  fields: PossibleFields = {},
): void {
  addLogFields(req, fields)
  const known = logFieldsOf(req)
  debug(logger, `${nameOf(what, known)}: ${message}`, known)
}
