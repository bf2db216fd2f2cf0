import type { IncomingMessage } from 'node:http'
import { holderOf } from '../../auth/audit.ts'
import type { Instance } from '../instance/instance.ts'
import { originalUrl, pathOf } from '../request/middleware.ts'

/**
 * Tells listeners that a request was refused. A user who is let through costs nothing.
 *
 * @param reason Why no user is signed in, where that is why.
 */
export function tellDenied(
  { audit, sessions }: Instance,
  req: IncomingMessage,
  code: string,
  reason: () => string | undefined = () => undefined,
): void {
  audit('guard.denied', req, () => {
    const identity = sessions.holderOf(req)
    const who = identity ? holderOf(identity) : {}
    return {
      ...who,
      code,
      reason: reason(),
      method: req.method ?? '',
      path: pathOf(originalUrl(req)),
    }
  })
}
