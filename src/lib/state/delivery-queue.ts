import type { Logger } from '../ground/log.ts'

/** A verified delivery as a queue stores it. It can be serialized as JSON. */
export interface QueuedDelivery {
  /** The `webhook-id`. */
  readonly deliveryId: string
  /** The signed bytes, decoded as a string. */
  readonly body: string
  /** In milliseconds since the epoch. */
  readonly receivedAt: number
}

/** Details of one run of a delivery, provided by the queue. */
export interface QueueRun {
  /** The number of the attempt, starting at 1. */
  readonly attempt: number
  /** Whether the queue will not retry the delivery if this run fails or its process crashes. */
  readonly isLast: boolean
  /** How long the queue waits for a process that may have crashed, in milliseconds. */
  readonly lockMs: number
}

/** `over`: no work is left. `given-up`: the delivery failed, and a retry would not help. */
export type RunEnd = 'over' | 'given-up'

/** Runs a delivery. Rejects if the queue should retry it later. */
export type RunDelivery = (delivery: QueuedDelivery, run: QueueRun) => Promise<RunEnd>

/** A persistent queue that several processes can share. */
export interface DeliveryQueue {
  /**
   * Adds a delivery, unless one with its id is known. Resolves when no crash can lose it.
   *
   * @returns `isSameBody` is false if the known delivery has another body
   */
  enqueue(delivery: QueuedDelivery): Promise<{ readonly isSameBody: boolean }>
  /**
   * Starts a worker for the waiting deliveries. Absent in a process that only receives deliveries.
   *
   * @returns a function that stops the worker and resolves when the running deliveries have ended
   */
  work?(run: RunDelivery, logger: Logger): () => Promise<void>
}
