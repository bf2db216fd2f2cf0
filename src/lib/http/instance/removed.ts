import type { IncomingMessage } from 'node:http'
import { isRemoval } from '../../auth/revocation.ts'
import { hasEnded } from '../../session/session-storage.ts'
import type { Instance } from './instance.ts'

/**
 * Whether the session of a request was ended because the organization removed the user. The
 * request proves that by the cookie of the session. A link therefore cannot make a page say so, and
 * other visitors do not see it.
 */
export async function wasRemoved(
  { clock, revocations, sessions }: Pick<Instance, 'clock' | 'revocations' | 'sessions'>,
  req: IncomingMessage,
): Promise<boolean> {
  const identity = sessions.holderOf(req)
  if (!identity || hasEnded(identity, clock())) return false
  if (sessions.isStale(req)) await sessions.refresh()
  return !revocations.isForgotten(identity) && isRemoval(revocations.known, identity)
}
