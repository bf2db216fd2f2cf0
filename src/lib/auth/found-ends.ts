import type { IncomingMessage } from 'node:http'
import type { Identity } from '../ground/types.ts'
import type { NoSession } from './principal.ts'
import { endKey } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import type { TellEnd } from './session-ends.ts'
import { outside, type SessionView } from './views.ts'

/**
 * Reports ends of sessions that no call caused, when a request or an open connection finds them.
 */
export interface FoundEnds {
  /**
   * Returns the view of an expired session. If a record ended it earlier, the process that wrote
   * the record has reported that.
   */
  expired(req: IncomingMessage | undefined, identity: Identity): SessionView
  /**
   * Returns the view unchanged, after reporting the end if there is one.
   *
   * @param isDead Whether a record ended the session.
   */
  found(
    req: IncomingMessage | undefined,
    identity: Identity,
    view: SessionView,
    isDead: boolean,
  ): SessionView
}

export function foundEnds(parts: {
  readonly revocations: Pick<RevocationsReplica, 'isDead' | 'known'>
  readonly tellEnd: TellEnd
}): FoundEnds {
  const { revocations, tellEnd } = parts
  return {
    expired(req, identity) {
      if (!revocations.isDead(identity)) tellEnd(req, identity, 'expired')
      return outside.expired
    },
    found(req, identity, view, isDead) {
      const { status, reason } = view.principal as Partial<NoSession>
      if (status !== 'signed-out' || reason === undefined || reason === 'no-session') return view
      if (reason !== 'revoked') tellEnd(req, identity, reason)
      else if (revocations.known.get(endKey(identity, 'denied'))) tellEnd(req, identity, 'denied')
      else if (!isDead) tellEnd(req, identity, 'changed')
      return view
    },
  }
}
