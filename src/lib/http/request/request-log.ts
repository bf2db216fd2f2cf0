import type { IncomingMessage } from 'node:http'
import { debug, type Logger, type PossibleFields } from '../../ground/log.ts'
import { requestIdOf } from '../../ground/request-origin.ts'

/** What is known about requests to the kit's own routes. No other request gets an entry. */
const knownFields = new WeakMap<IncomingMessage, PossibleFields>()

/** Makes all further lines about a request carry these fields. */
export function addLogFields(req: IncomingMessage, fields: PossibleFields): void {
  knownFields.set(req, { ...knownFields.get(req), ...fields })
}

/** What lines about a request carry beside their sentences. */
export function logFieldsOf(req: IncomingMessage): PossibleFields {
  return { requestId: requestIdOf(req), ...knownFields.get(req) }
}

/** What lines call a request: with its sign-in or its delivery, e.g. `sign-in 3fa9c1d2`. */
export function nameOf(what: string, { signInId, deliveryId }: PossibleFields): string {
  const id = signInId ?? deliveryId
  return id === undefined ? what : `${what} ${id}`
}

/**
 * Writes a debug line about a request.
 *
 * @param what What the request is about, e.g. `sign-in`.
 * @param fields What became known by this step. The lines after this one carry it, too.
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
