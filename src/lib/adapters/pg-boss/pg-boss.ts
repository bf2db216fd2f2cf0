import { createHash } from 'node:crypto'
import { rememberSuccess } from '../../ground/remember-success.ts'
import type { DeliveryQueue, QueuedDelivery } from '../../state/delivery-queue.ts'
import type { PgBossClient } from './client.ts'
import { pgBossWorker } from './worker.ts'

/** How deliveries go through pg-boss. */
export interface PgBossOptions {
  /** The queue's name; it is for this alone. Default: `scalekit-webhooks`. */
  readonly queue?: string
  /** Of the worker in this process; `false` where this process only receives. */
  readonly worker?: PgBossWorkerOptions | false
}

/** How this process works. */
export interface PgBossWorkerOptions {
  /** How many deliveries are handled at once in this process. Default: 5. */
  readonly concurrency?: number
  /** How often another process's deliveries are looked for, in seconds. Default: 1. */
  readonly pollingIntervalSeconds?: number
}

const minutesOfAYear = 365 * 24 * 60

/**
 * By default, pg-boss deletes jobs that no worker took within two weeks, and these were acknowledged.
 * Version 10 counts in minutes, later versions in seconds.
 */
const retention = { retentionMinutes: minutesOfAYear, retentionSeconds: minutesOfAYear * 60 }

/**
 * Twelve attempts within three to six hours. What a worker that died left behind is run again
 * within a minute; with pg-boss 11 and later within two, unless its `superviseIntervalSeconds` and
 * `monitorIntervalSeconds` are shorter.
 */
const queueDefaults = {
  retryLimit: 11,
  retryDelay: 5,
  retryBackoff: true,
  expireInSeconds: 30,
  ...retention,
}

/**
 * Keeps webhook deliveries in pg-boss 10 and later until they are handled. What PostgreSQL has
 * committed no crash loses; with `postgresStore` and {@link Delivery.settleIn} each takes effect
 * once.
 *
 * @param boss A started instance of `pg-boss`; it stays yours to stop. Where its queue is there
 *   already, attempts, back-off, expiry and retention are as you made it: `boss.createQueue(name, options)`.
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

  /** Leaves a queue as it is that is there. An instance that has not started does nothing. */
  async function createQueue(): Promise<void> {
    if (await boss.getQueue(name)) return
    await boss.createQueue(name, { name, ...queueDefaults })
    if (!(await boss.getQueue(name))) throw new Error(`The queue ${name} does not exist`)
  }

  /** The delivery by this id that was there before; nothing was taken where there is none. */
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

/** pg-boss takes only UUIDs: one made of the id's hash. @see RFC 9562 section 5.8 */
function jobIdOf({ deliveryId }: QueuedDelivery): string {
  const bytes = createHash('sha256').update(deliveryId).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
