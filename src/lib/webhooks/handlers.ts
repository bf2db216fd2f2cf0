import type { Logger } from '../ground/log.ts'
import type { EventOf, EventType, UnknownEvent } from './events.ts'
import type { EventHandlerName } from './handler-names.ts'

/** What is known about one delivery of an event, beside the event. */
export interface Delivery {
  /** The `webhook-id`, the same for every attempt: what to remember in order to act once. */
  readonly deliveryId: string
  /** Counts from 1, as far as this application saw the attempts. */
  readonly attempt: number
  /** In milliseconds since the epoch. */
  readonly receivedAt: number
  /** The body exactly as it was received. */
  readonly raw: Buffer
  /** Aborted when nobody waits for the handler any more. */
  readonly signal: AbortSignal
  readonly log: Logger
  /**
   * Where the ledger is in a database: ends the delivery as a part of the handler's own transaction,
   * so that its effect and its end are one step. Rejects when somebody else has the delivery by
   * now; then roll back. It ends for all handlers of the event: where there are several, what another
   * one fails at does not come again.
   *
   * @param transaction What the database's client calls one, e.g. a client of `pg` after `BEGIN`.
   */
  settleIn?(transaction: unknown): Promise<void>
}

/**
 * Does what an event asks for. Whatever it throws or rejects with means that the event should come
 * again, except a `PermanentError`. In the kit, what has not ended after five minutes has failed.
 */
export type EventHandler<Event> = (event: Event, delivery: Delivery) => unknown

/** A handler for each event that the application wants to know of. */
export type EventHandlers = {
  readonly [Type in EventType as EventHandlerName<Type>]?: EventHandler<EventOf<Type>>
} & {
  /** Gets events of a type or a version that this package does not know. */
  readonly onUnknown?: EventHandler<UnknownEvent>
}
