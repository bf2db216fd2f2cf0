import type { IncomingMessage } from 'node:http'
import type { Identity } from '../ground/types.ts'
import { type Audit, holderOf } from './audit.ts'
import type { SessionEndCause } from './events.ts'

/** The largest number of reported ends that a process remembers. */
const maxRemembered = 10_000

const actors: Readonly<Record<SessionEndCause, 'user' | 'application' | 'scalekit' | 'kit'>> = {
  'sign-out': 'user',
  replaced: 'user',
  revoked: 'application',
  webhook: 'scalekit',
  'back-channel-logout': 'scalekit',
  expired: 'kit',
  forgotten: 'kit',
  'refresh-rejected': 'scalekit',
  'refresh-lost': 'kit',
  'refresh-mismatch': 'kit',
  denied: 'application',
  changed: 'scalekit',
}

/** Reports the end of a session, only once: a browser may send an ended cookie many times. */
export type TellEnd = (
  req: IncomingMessage | undefined,
  identity: Identity,
  cause: SessionEndCause,
) => void

export function sessionEnds(audit: Audit): TellEnd {
  const told = new Set<string>()

  function isNews({ sessionId }: Identity): boolean {
    if (told.has(sessionId)) return false
    if (told.size >= maxRemembered) told.delete(told.values().next().value as string)
    told.add(sessionId)
    return true
  }

  return function tellEnd(req, identity, cause) {
    audit('session.ended', req, () => {
      if (!isNews(identity)) return undefined
      const [sid, by] = [identity.sid, actors[cause]]
      return { ...holderOf(identity), sid, cause, by, scope: 'session' as const }
    })
  }
}
