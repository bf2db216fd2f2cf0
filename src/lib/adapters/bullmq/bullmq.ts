import type { DeliveryQueue, QueuedDelivery } from '../../state/delivery-queue.ts'
import type { BullmqQueue, BullmqWorkerOptions } from './queue.ts'
import { bullmqWorker } from './worker.ts'

/** How deliveries go through BullMQ. */
export interface BullmqOptions {
  /** Of the worker in this process; `false` where this process only receives. */
  readonly worker?: BullmqWorkerOptions | false
}

/**
 * For as long as the ledger remembers deliveries, a job by the same id is not taken again; in
 * seconds.
 */
const keepSeconds = 7 * 24 * 3600

/** Twelve attempts within about three hours. What failed for good stays. */
const jobDefaults = {
  attempts: 12,
  backoff: { type: 'exponential', delay: 5000 },
  removeOnComplete: { age: keepSeconds },
}

/**
 * Keeps webhook deliveries in BullMQ until they are handled. They are safe from crashes of the
 * application; that Redis itself loses nothing is up to its `appendonly` and `appendfsync`.
 *
 * @param queue A `Queue` of `bullmq` for this alone. Its `defaultJobOptions` win over attempts,
 *   back-off and retention here. It stays yours to close.
 *
 * @example
 * const queue = new Queue('webhooks', { connection: { url: process.env.REDIS_URL } })
 * app.use(scalekitAuth({ store, webhooks: { delivery: bullmq(queue), ...handlers } }))
 *
 * @see https://docs.bullmq.io/guide/going-to-production
 */
export function bullmq(queue: BullmqQueue, { worker = {} }: BullmqOptions = {}): DeliveryQueue {
  return {
    async enqueue(delivery) {
      const jobId = jobIdOf(delivery)
      const options = { ...jobDefaults, ...queue.opts.defaultJobOptions, jobId }
      const { id } = await queue.add('delivery', delivery, options)
      // Options that make one of several jobs would drop the others.
      if (id !== jobId) throw new Error(`The queue ${queue.name} did not accept the delivery`)
      // A job by this id that was there before is kept, and nothing says so.
      const kept = await queue.getJob(jobId)
      return { isSameBody: !kept || (kept.data as QueuedDelivery).body === delivery.body }
    },
    ...(worker ? { work: (run, logger) => bullmqWorker({ queue, worker, run, logger }) } : {}),
  }
}

/** BullMQ takes no id of digits only, and none with a colon, which a `webhook-id` never has. */
function jobIdOf({ deliveryId }: QueuedDelivery): string {
  return `webhook-${deliveryId}`
}
