import type { BullmqQueue } from './queue.ts'

/** The members that are used of a client of `ioredis`, or of BullMQ's adapter of another client. */
interface RedisClient {
  readonly status: string
  readonly isCluster?: boolean
  duplicate(options?: object): RedisClient
  connect(): Promise<unknown>
  disconnect(): void
  on(event: 'error', listener: () => void): unknown
}

/** The connections of one worker to Redis. */
export interface WorkerConnections {
  /** The value for the worker's option `connection`. */
  readonly connection: object
  /** Whether one of them can be used. */
  areUp(): boolean
  /** Ends all of them. */
  disconnect(): void
}

/**
 * Opens separate connections for a worker, with the settings of its queue.
 *
 * - A worker closes a connection that it opened itself by a command to Redis. It repeats the command
 *   until Redis responds, so the process would not end while Redis is down.
 * - A worker cannot share the connection of its queue: it blocks its connection, and retries
 *   without a limit.
 */
export async function workerConnections(queue: BullmqQueue): Promise<WorkerConnections> {
  const client = (await (queue.client ?? queue.getBackend?.().client)) as RedisClient | undefined
  if (!client) throw new Error(`The queue ${queue.name} is not on Redis`)
  const made: RedisClient[] = []

  /** BullMQ duplicates the given client for the connection that it blocks. */
  function kept(client: RedisClient): RedisClient {
    const duplicate = client.duplicate.bind(client)
    client.duplicate = (...given) => kept(duplicate(...given))
    // The worker reports errors, but removes its listener before it has closed, and an `error` event
    // without a listener would end the process.
    client.on('error', () => {})
    made.push(client)
    return client
  }

  // A cluster has this setting for each node, where it is `null` by default.
  const connection = kept(
    client.duplicate(...(client.isCluster ? [] : [{ maxRetriesPerRequest: null }])),
  )
  return {
    connection,
    areUp: () => made.some(({ status }) => status === 'ready'),
    disconnect() {
      for (const each of made) end(each)
    },
  }
}

/** Ends a connection immediately, and rejects the commands that wait for a response. */
function end(client: RedisClient): void {
  if (client.status === 'end') return
  client.disconnect()
  // A client of ioredis that was waiting to reconnect would neither try again nor end, and its
  // commands would wait forever. It ends if it is disconnected while it connects.
  if (client.status !== 'reconnecting') return
  client.connect().catch(() => {})
  client.disconnect()
}
