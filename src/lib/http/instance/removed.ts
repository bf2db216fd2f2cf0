import type { IncomingMessage } from 'node:http'
import { isRemoval } from '../../auth/revocation.ts'
import { hasEnded } from '../../session/session-storage.ts'
import type { Instance } from './instance.ts'

/**
 * Whether the session that a request brings was ended because its organization removed the user. Only
 * the cookie of that session says so: nothing in a link can, and no other visitor learns it.
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
