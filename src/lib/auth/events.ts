import { EventEmitter } from 'node:events'
import { ConfigError } from '../ground/errors.ts'
import { callUnawaited } from '../ground/hooks.ts'
import { type Logger, quote, textOfThrown } from '../ground/log.ts'
import { nearestName } from '../ground/nearest-name.ts'

/** What an instance tells whoever listens; never a secret, and nothing of a payload. */
export interface AuthEvents {
  /** An event took effect. */
  readonly 'webhook.handled': DeliveryInfo
  /** An attempt failed, or something is odd about a delivery. */
  readonly 'webhook.failed': DeliveryInfo & {
    /** E.g. `webhook_handler_failed`, or `webhook_id_reused`: another body came under this id. */
    readonly code: string
    /** Whether it is kept as a dead letter: no further attempt is certain to come. */
    readonly isFinal: boolean
  }
  /** An event removed a user of whom no sign-in is known, so no session could be found by one. */
  readonly 'webhook.unmatched': DeliveryInfo & {
    /** How many such removals this process has seen. */
    readonly count: number
  }
}

/** Which delivery, in which attempt. */
export interface DeliveryInfo {
  readonly deliveryId: string
  readonly type: string
  readonly attempt: number
}

/** Every name that {@link AuthEmitter.on} takes; a missing one does not compile. */
const eventNames: Readonly<Record<keyof AuthEvents, true>> = {
  'webhook.handled': true,
  'webhook.failed': true,
  'webhook.unmatched': true,
}

export type Emit = <Name extends keyof AuthEvents>(name: Name, event: AuthEvents[Name]) => void

/** Tells listeners; one that throws or rejects keeps nobody from anything. */
export interface AuthEmitter {
  emit: Emit
  /**
   * @returns a function that ends it
   * @throws {@link ConfigError} for an event that does not exist
   */
  on<Name extends keyof AuthEvents>(
    name: Name,
    listener: (event: AuthEvents[Name]) => void,
  ): () => void
}

type Listener = (event: unknown) => unknown

export function authEmitter(logger: Logger): AuthEmitter {
  const emitter = new EventEmitter()

  return {
    emit(name, event) {
      for (const listener of emitter.listeners(name)) {
        callUnawaited(
          () => (listener as Listener)(event),
          (error) => logger.error(`A listener of ${name} failed: ${quote(textOfThrown(error))}`),
        )
      }
    },
    on(name, listener) {
      assertEvent(name)
      emitter.on(name, listener)
      return () => void emitter.off(name, listener)
    },
  }
}

/** A listener of a misspelled event would never be called, and nothing would say so. */
function assertEvent(name: unknown): void {
  const names = Object.keys(eventNames)
  if (typeof name === 'string' && names.includes(name)) return
  const nearest = typeof name === 'string' ? nearestName(name, names) : undefined
  const advice =
    nearest === undefined
      ? `use ${names.map((each) => `'${each}'`).join(' or ')}`
      : `did you mean '${nearest}'?`
  throw new ConfigError([`auth.on() has no event ${JSON.stringify(name)}: ${advice}`])
}
