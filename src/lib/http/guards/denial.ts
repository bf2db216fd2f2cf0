import type { IncomingMessage } from 'node:http'
import { holderOf } from '../../auth/audit.ts'
import type { View } from '../../auth/views.ts'
import type { Instance } from '../instance/instance.ts'
import { originalUrl, pathOf } from '../request/middleware.ts'

/**
 * Emits an audit event for a refused request. Requests that pass cost nothing.
 *
 * @param view Returns the view that the decision was based on, if there was one.
 */
export function tellDenied(
  { audit, sessions }: Instance,
  req: IncomingMessage,
  code: string,
  view: () => View | undefined = () => undefined,
): void {
  audit('guard.denied', req, () => {
    const { principal, bearer } = view() ?? {}
    return {
      ...(bearer
        ? { via: 'bearer' as const, ...tokenHolder(bearer) }
        : sessionHolder(sessions, req)),
      code,
      reason: principal?.status === 'signed-out' ? principal.reason : undefined,
      method: req.method ?? '',
      path: pathOf(originalUrl(req)),
    }
  })
}

function sessionHolder(sessions: Instance['sessions'], req: IncomingMessage) {
  const identity = sessions.holderOf(req)
  return identity ? { via: 'session' as const, ...holderOf(identity) } : {}
}

/** Leaves out the claims of a token that was not verified: any client can make one up. */
function tokenHolder({ holder }: NonNullable<View['bearer']>) {
  if (!holder) return {}
  const { sub, clientId, tokenId, organizationId, email } = holder
  return {
    userId: clientId === undefined ? sub : undefined,
    clientId,
    tokenId,
    organizationId,
    email,
  }
}
