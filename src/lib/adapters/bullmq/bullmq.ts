import type { DeliveryQueue, QueuedDelivery } from '../../state/delivery-queue.ts'
import type { BullmqQueue, BullmqWorkerOptions } from './queue.ts'
import { bullmqWorker } from './worker.ts'

/** Options of {@link bullmq}. */
export interface BullmqOptions {
  /**
   * Options of the worker in this process. Set `false` in a process that only receives deliveries.
   */
  readonly worker?: BullmqWorkerOptions | false
}

/**
 * How long a finished job is kept, in seconds: as long as the ledger remembers the delivery. Until
 * then, BullMQ ignores another job with the same id.
 */
const keepSeconds = 7 * 24 * 3600

/** Twelve attempts within about three hours. A job that failed for good is kept. */
const jobDefaults = {
  attempts: 12,
  backoff: { type: 'exponential', delay: 5000 },
  removeOnComplete: { age: keepSeconds },
}

/**
 * Keeps webhook deliveries in BullMQ until they are handled. A crash of the application loses none
 * of them. Whether a crash of Redis does depends on its `appendonly` and `appendfsync` settings.
 *
 * @param queue A `Queue` of `bullmq` that is used for these deliveries only. Its
 *   `defaultJobOptions` override the attempts, back-off and retention set here. The application
 *   closes it.
 * @param options `worker` Options of BullMQ's worker in this process, or `false` for no worker.
 *   Default: `{}`.
 * @returns the value for `webhooks.delivery`
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
      // Queue options that merge several jobs into one would drop the other deliveries.
      if (id !== jobId) throw new Error(`The queue ${queue.name} did not accept the delivery`)
      // BullMQ silently keeps an earlier job with this id.
      const kept = await queue.getJob(jobId)
      return { isSameBody: !kept || (kept.data as QueuedDelivery).body === delivery.body }
    },
    ...(worker ? { work: (run, logger) => bullmqWorker({ queue, worker, run, logger }) } : {}),
  }
}

/** BullMQ refuses an id of digits only, and one with a colon. A `webhook-id` has no colon. */
function jobIdOf({ deliveryId }: QueuedDelivery): string {
  return `webhook-${deliveryId}`
}
