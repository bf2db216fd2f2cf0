import { createHash } from 'node:crypto'
import { rememberSuccess } from '../../ground/remember-success.ts'
import type { DeliveryQueue, QueuedDelivery } from '../../state/delivery-queue.ts'
import type { PgBossClient } from './client.ts'
import { pgBossWorker } from './worker.ts'

/** Options of {@link pgBoss}. */
export interface PgBossOptions {
  /**
   * The name of the queue, which is used for these deliveries only. Default: `scalekit-webhooks`.
   */
  readonly queue?: string
  /**
   * Options of the worker in this process. Set `false` in a process that only receives deliveries.
   */
  readonly worker?: PgBossWorkerOptions | false
}

/** Options of the worker in this process. */
export interface PgBossWorkerOptions {
  /** How many deliveries this process handles concurrently. Default: 5. */
  readonly concurrency?: number
  /**
   * How often the worker polls for deliveries that other processes received, in seconds. Default:
   * 1.
   */
  readonly pollingIntervalSeconds?: number
}

const minutesOfAYear = 365 * 24 * 60

/**
 * Deliveries are kept for a year, because Scalekit was told that they arrived. By default, pg-boss
 * deletes jobs that no worker took within two weeks. Version 10 counts in minutes, later versions
 * in seconds.
 */
const retention = { retentionMinutes: minutesOfAYear, retentionSeconds: minutesOfAYear * 60 }

/**
 * Twelve attempts within three to six hours. The jobs of a crashed worker run again within one
 * minute. With pg-boss 11 and later it takes up to two minutes, unless its
 * `superviseIntervalSeconds` and `monitorIntervalSeconds` are shorter.
 */
const queueDefaults = {
  retryLimit: 11,
  retryDelay: 5,
  retryBackoff: true,
  expireInSeconds: 30,
  ...retention,
}

/**
 * Keeps webhook deliveries in pg-boss 10 and later until they are handled. A crash loses no
 * delivery that PostgreSQL has committed. With `postgresStore` and {@link Delivery.settleIn}, each
 * delivery takes effect once.
 *
 * @param boss A started instance of `pg-boss`. The application stops it. If the queue exists
 *   already, its own attempts, back-off, expiry and retention apply:
 *   `boss.createQueue(name, options)`.
 * @param options `queue` The name of the queue. Default: `scalekit-webhooks`. `worker` Options of
 *   the worker in this process, or `false` for no worker. Default: `{}`.
 * @returns the value for `webhooks.delivery`
 *
 * @example
 * const boss = await new PgBoss(process.env.DATABASE_URL).on('error', console.error).start()
 * app.use(scalekitAuth({ store, webhooks: { delivery: pgBoss(boss), ...handlers } }))
 */
export function pgBoss(
  boss: PgBossClient,
  { queue: name = 'scalekit-webhooks', worker = {} }: PgBossOptions = {},
): DeliveryQueue {
  const ready = rememberSuccess(createQueue, { clock: Date.now, retryAfterMs: 0 })
  let wake = () => {}

  /**
   * Creates the queue; an existing one is left unchanged. pg-boss creates nothing, without an
   * error, if the instance was not started.
   */
  async function createQueue(): Promise<void> {
    if (await boss.getQueue(name)) return
    await boss.createQueue(name, { name, ...queueDefaults })
    if (!(await boss.getQueue(name))) throw new Error(`The queue ${name} does not exist`)
  }

  /**
   * Returns the earlier delivery with this id. If there is none, the queue did not accept the new
   * one.
   */
  async function known(id: string): Promise<QueuedDelivery> {
    const job = await boss.getJobById(name, id, { includeArchive: true })
    if (job) return job.data as QueuedDelivery
    throw new Error(`The queue ${name} did not accept the delivery`)
  }

  return {
    async enqueue(delivery) {
      await ready()
      const id = jobIdOf(delivery)
      const isNew = (await boss.send(name, delivery, { id })) !== null
      if (isNew) wake()
      return { isSameBody: isNew || (await known(id)).body === delivery.body }
    },
    ...(worker
      ? {
          work(run, logger) {
            const { concurrency = 5, pollingIntervalSeconds = 1 } = worker
            const pollMs = pollingIntervalSeconds * 1000
            const started = pgBossWorker({ boss, name, ready, run, logger, concurrency, pollMs })
            wake = started.wake
            return started.stop
          },
        }
      : {}),
  }
}

/** pg-boss only accepts UUIDs, so the id's hash is formatted as one. @see RFC 9562 section 5.8 */
function jobIdOf({ deliveryId }: QueuedDelivery): string {
  const bytes = createHash('sha256').update(deliveryId).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
