import type { Logger } from '../ground/log.ts'
import type { EventOf, EventType, UnknownEvent } from './events.ts'
import type { EventHandlerName } from './handler-names.ts'

/** Details of one delivery of an event, besides the event. */
export interface Delivery {
  /** The `webhook-id`. It is the same for every attempt: store it to process an event only once. */
  readonly deliveryId: string
  /**
   * The number of the attempt, starting at 1. It only counts attempts that reached this
   * application.
   */
  readonly attempt: number
  /** In milliseconds since the epoch. */
  readonly receivedAt: number
  /** The body exactly as it was received. */
  readonly raw: Buffer
  /** Aborted when the kit no longer waits for the handler. */
  readonly signal: AbortSignal
  readonly log: Logger
  /**
   * Only present if the ledger is in a database. Settles the delivery within the handler's own
   * transaction, so that its effect and its end are committed together. Rejects if another owner
   * has the delivery by now; the handler then rolls back. It settles the delivery for all handlers
   * of the event: if another one fails, the event is not delivered to it again.
   *
   * @param transaction A transaction of the database's client, e.g. a client of `pg` after `BEGIN`.
   */
  settleIn?(transaction: unknown): Promise<void>
}

/**
 * Processes an event. If it throws or rejects, the event is delivered again, unless the error is a
 * `PermanentError`. In the kit, a handler that runs for more than five minutes has failed.
 */
export type EventHandler<Event> = (event: Event, delivery: Delivery) => unknown

/** The handlers for the events that the application processes. */
export type EventHandlers = {
  readonly [Type in EventType as EventHandlerName<Type>]?: EventHandler<EventOf<Type>>
} & {
  /** Receives events whose type or version this package does not know. */
  readonly onUnknown?: EventHandler<UnknownEvent>
}
