import type { IncomingMessage } from 'node:http'
import type { Clock } from '../ground/clock.ts'
import { type Logger, quote, textOfThrown } from '../ground/log.ts'
import { originOf } from '../ground/request-origin.ts'
import type { Identity } from '../ground/types.ts'
import type { AuditFields, AuthEmitter, AuthEvents } from './events.ts'

/** The events that an audit log is made of. */
export type AuditName = 'login.succeeded' | 'login.failed' | 'session.ended' | 'guard.denied'

/** The members of such an event that are not the same for all; those unknown may be `undefined`. */
export type AuditDetails<Name extends AuditName> = {
  readonly [Member in Exclude<keyof AuthEvents[Name], 'at' | 'ip' | 'requestId'>]:
    | AuthEvents[Name][Member]
    | undefined
}

/**
 * Tells listeners of an event for an audit log; never throws.
 *
 * @param req The request that it came about by, if any.
 * @param details Only called while there is a listener, so that an event costs nothing otherwise.
 *   `undefined`: there is nothing to tell.
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

/** Leaves out what is not known. */
function known<Event>(members: object): Event {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  // The details are typed by the event's own type.
  return Object.fromEntries(entries) as Event
}

/** Whose session it is. */
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
