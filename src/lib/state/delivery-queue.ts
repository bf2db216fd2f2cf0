import type { Logger } from '../ground/log.ts'

/** A verified delivery as a queue keeps it; plain JSON. */
export interface QueuedDelivery {
  /** The `webhook-id`. */
  readonly deliveryId: string
  /** The bytes that were signed, as text. */
  readonly body: string
  /** In milliseconds since the epoch. */
  readonly receivedAt: number
}

/** What a queue says about one run of a delivery. */
export interface QueueRun {
  /** Counts from 1. */
  readonly attempt: number
  /** Whether the queue will not run it again, should this run fail or its process die. */
  readonly isLast: boolean
  /** How long the queue waits for a process that may have died, in milliseconds. */
  readonly lockMs: number
}

/** `over`: nothing is left to do. `given-up`: it failed, and running it again would not help. */
export type RunEnd = 'over' | 'given-up'

/** Runs a delivery; what it rejects with means that the queue should run it again, later. */
export type RunDelivery = (delivery: QueuedDelivery, run: QueueRun) => Promise<RunEnd>

/** A queue that outlives this process, on an engine that many processes share. */
export interface DeliveryQueue {
  /**
   * Takes a delivery, unless one by its id is known; ends when no crash can lose it any more.
   *
   * @returns `isSameBody` False when the one that is known has another body.
   */
  enqueue(delivery: QueuedDelivery): Promise<{ readonly isSameBody: boolean }>
  /**
   * Begins to run what waits. Absent where this process only receives.
   *
   * @returns a function that stops it, and ends with the runs that have begun
   */
  work?(run: RunDelivery, logger: Logger): () => Promise<void>
}
