import type { IncomingMessage } from 'node:http'
import type { Instance } from '../instance/instance.ts'
import { csrfField } from '../request/csrf-field.ts'
import type { SameOriginProof } from '../request/same-origin.ts'

/**
 * Returns the proof, for the kit's own routes, that a request comes from this site and this
 * session.
 *
 * @param sessionId The session that a token must belong to. Without it, no token is valid.
 */
export function ownFormProof(
  { addresses, csrf }: Instance,
  req: IncomingMessage,
  sessionId: string | undefined,
): SameOriginProof {
  return {
    origin: addresses.origin(req),
    isCsrfToken: (token) => sessionId !== undefined && csrf.isValid(token, sessionId),
    csrfField,
  }
}
