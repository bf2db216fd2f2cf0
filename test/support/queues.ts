import { randomUUID } from 'node:crypto'
import { Queue } from 'bullmq'
import PgBoss from 'pg-boss'
import { bullmq, type DeliveryQueue, pgBoss } from '../../src/queues.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

/** How a queue of a test is. */
export interface QueueSettings {
  /** Default: as the kit has it. */
  readonly attempts?: number
}

/** A queue on a real engine. */
export interface TestQueue {
  /** What one process of an application is told. */
  delivery(options?: { readonly worker: false }): DeliveryQueue
  /** The engine's own word for what became of a delivery. */
  stateOf(deliveryId: string): Promise<string | undefined>
  /** How often it is run, and how long the engine waits between runs. */
  retriesOf(deliveryId: string): Promise<object>
}

/** An engine on a server of this test's own. */
export interface Engine {
  /** A new queue, which waits next to nothing before it runs a job again. */
  queue(settings?: QueueSettings): Promise<TestQueue>
  /** A new queue as the kit makes it. */
  plainQueue(): Promise<TestQueue>
  /** How many connections are in use. */
  connections(): Promise<number>
  kill(): Promise<void>
  restart(): Promise<void> | void
  close(): Promise<void>
}

/** BullMQ on a Redis that keeps what it was told. */
export async function startBullmq(): Promise<Engine> {
  const redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const connection = { host: '127.0.0.1', port: redis.port }
  const queues: Queue[] = []

  function open(defaultJobOptions: object): TestQueue {
    const queue = new Queue(`test-${randomUUID()}`, { connection, defaultJobOptions })
    queue.on('error', () => {})
    queues.push(queue)
    const jobOf = (deliveryId: string) => queue.getJob(`webhook-${deliveryId}`)
    return {
      delivery: (options) => bullmq(queue, options),
      stateOf: async (deliveryId) => (await jobOf(deliveryId))?.getState(),
      async retriesOf(deliveryId) {
        const { attempts, backoff } = (await jobOf(deliveryId))!.opts
        return { attempts, backoff }
      },
    }
  }

  return {
    ...redis,
    queue: async ({ attempts = 3 } = {}) =>
      open({ attempts, backoff: { type: 'fixed', delay: 20 } }),
    plainQueue: async () => open({}),
    async connections() {
      await Promise.all(queues.map((queue) => queue.waitUntilReady()))
      return (await redis.client.clientList()).length
    },
    async close() {
      await Promise.all(queues.map((queue) => queue.close()))
      await redis.close()
    },
  }
}

/** A job as pg-boss's table has it. */
interface JobRow {
  readonly state: string
  readonly retry_limit: number
  readonly retry_delay: number
  readonly retry_backoff: boolean
}

/** pg-boss on a PostgreSQL, by a pool of the application's. */
export async function startPgBoss(): Promise<Engine> {
  const postgres = await startPostgres()
  const { pool } = postgres
  const db = { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) }
  const boss = new PgBoss({ db, schedule: false })
  boss.on('error', () => {})
  await boss.start()

  async function open(settings?: PgBoss.RetryOptions): Promise<TestQueue> {
    const name = `test-${randomUUID()}`
    if (settings) await boss.createQueue(name, { name, ...settings })
    async function jobOf(deliveryId: string) {
      const found = "select * from pgboss.job where name = $1 and data->>'deliveryId' = $2"
      return (await pool.query(found, [name, deliveryId])).rows[0] as JobRow | undefined
    }
    const worker = { pollingIntervalSeconds: 0.05 }
    return {
      delivery: (options) => pgBoss(boss, { queue: name, worker, ...options }),
      stateOf: async (deliveryId) => (await jobOf(deliveryId))?.state,
      async retriesOf(deliveryId) {
        const { retry_limit, retry_delay, retry_backoff } = (await jobOf(deliveryId))!
        return { retry_limit, retry_delay, retry_backoff }
      },
    }
  }

  return {
    ...postgres,
    queue: ({ attempts = 3 } = {}) => open({ retryLimit: attempts - 1, retryDelay: 0 }),
    plainQueue: () => open(),
    // They stay the application's; the kit has to give back what it takes.
    connections: async () => pool.totalCount - pool.idleCount,
    async close() {
      await boss.stop({ graceful: false })
      await postgres.close()
    },
  }
}
