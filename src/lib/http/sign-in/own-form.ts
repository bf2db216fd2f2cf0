import type { IncomingMessage } from 'node:http'
import type { Instance } from '../instance/instance.ts'
import { csrfField } from '../request/csrf-field.ts'
import type { SameOriginProof } from '../request/same-origin.ts'

/**
 * What proves to the kit's own routes that a request comes from this site, and from this session.
 *
 * @param sessionId Without one, no token counts.
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
