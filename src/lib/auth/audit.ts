import type { IncomingMessage } from 'node:http'
import type { Clock } from '../ground/clock.ts'
import { type Logger, quote, textOfThrown } from '../ground/log.ts'
import { originOf } from '../ground/request-origin.ts'
import type { Identity } from '../ground/types.ts'
import type { AuditFields, AuthEmitter, AuthEvents } from './events.ts'

/** The names of the events for an audit log. */
export type AuditName =
  | 'login.succeeded'
  | 'login.failed'
  | 'session.refreshed'
  | 'session.ended'
  | 'guard.denied'

/** The members that only this event has. Members without a value may be `undefined`. */
export type AuditDetails<Name extends AuditName> = {
  readonly [Member in Exclude<keyof AuthEvents[Name], 'at' | 'ip' | 'requestId'>]:
    | AuthEvents[Name][Member]
    | undefined
}

/**
 * Passes an event for an audit log to its listeners. Never throws.
 *
 * @param req The request that caused the event, if any.
 * @param details Returns the event's own members, or `undefined` if there is nothing to report. It
 *   is only called if there is a listener, so that an event without listeners costs nothing.
 */
export type Audit = <Name extends AuditName>(
  name: Name,
  req: IncomingMessage | undefined,
  details: () => Partial<AuditDetails<Name>> | undefined,
) => void

export function auditWith(parts: {
  readonly events: AuthEmitter
  readonly clock: Clock
  readonly logger: Logger
}): Audit {
  const { events, clock, logger } = parts
  return function audit(name, req, details) {
    if (!events.isHeard(name)) return
    try {
      const own = details()
      if (!own) return
      const origin = req ? originOf(req) : {}
      events.emit(name, known({ at: clock(), ...origin, ...own }))
    } catch (error) {
      logger.error(`The event ${name} could not be told: ${quote(textOfThrown(error))}`)
    }
  }
}

/** Leaves out members that are `undefined`. */
function known<Event>(members: object): Event {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  // `AuditDetails` is derived from the event's type, so the members match it.
  return Object.fromEntries(entries) as Event
}

/** Returns the members that name the holder of a session. */
export function holderOf(
  identity: Identity,
): Pick<AuditFields, 'userId' | 'email' | 'organizationId' | 'sessionId'> {
  const { sub: userId, email, organizationId, sessionId } = identity
  return {
    userId,
    sessionId,
    ...(email === undefined ? {} : { email }),
    ...(organizationId === undefined ? {} : { organizationId }),
  }
}
