import type { ConnectionOptions, Job, Worker } from 'bullmq'
import { type Logger, quote } from '../../ground/log.ts'
import { withTimeout } from '../../ground/with-timeout.ts'
import type { QueuedDelivery, RunDelivery } from '../../state/delivery-queue.ts'
import type { BullmqQueue, BullmqWorkerOptions } from './queue.ts'

/** The dependencies of a worker. */
export interface WorkerParts {
  readonly queue: BullmqQueue
  readonly worker: BullmqWorkerOptions
  readonly run: RunDelivery
  readonly logger: Logger
}

/**
 * By default, BullMQ gives up a job when a second worker crashes on it. A broken deployment kills
 * more workers than that.
 */
const workerDefaults = { concurrency: 5, lockDuration: 30_000, maxStalledCount: 10 }

/**
 * How long `close` waits, in milliseconds. BullMQ itself waits for an unreachable Redis without a
 * limit.
 */
const closeTimeoutMs = 3000

/**
 * Starts a BullMQ worker on the queue.
 *
 * @returns a function that stops it
 */
export function bullmqWorker(parts: WorkerParts): () => Promise<void> {
  const worker = startWorker(parts)
  worker.catch((error: unknown) => report(parts.logger, error))
  return async () => {
    const stop = await worker.catch(() => undefined)
    await stop?.()
  }
}

async function startWorker({ queue, run, logger, ...parts }: WorkerParts) {
  const { UnrecoverableError, Worker } = await import('bullmq')
  const settings = { ...workerDefaults, ...parts.worker }

  const running = new Set<Promise<unknown>>()

  async function process(job: Job<QueuedDelivery>): Promise<void> {
    const ended = run(job.data, {
      attempt: job.attemptsStarted,
      isLast: isLast(job, settings.maxStalledCount),
      lockMs: settings.lockDuration,
    })
    running.add(ended)
    const end = await ended.finally(() => running.delete(ended))
    if (end === 'given-up') throw new UnrecoverableError('webhook_given_up')
  }

  const { connection, disconnect } = connectionFor(queue)
  const { prefix } = queue.opts
  const worker: Worker<QueuedDelivery> = new Worker(queue.name, process, {
    ...settings,
    connection,
    ...(prefix === undefined ? {} : { prefix }),
  })
  worker.on('error', (error) => report(logger, error))
  return async () => {
    const closed = worker.close()
    while (running.size > 0) await Promise.allSettled(running)
    await withTimeout(closeTimeoutMs, closed).catch((error: unknown) => report(logger, error))
    disconnect()
  }
}

/**
 * Whether no further attempt follows. Failures and crashes are counted apart: a run that began and
 * never ended was a crash. BullMQ's own `stalledCounter` counts the same, but version 5.0 lacks it.
 */
function isLast({ attemptsMade, attemptsStarted, opts }: Job, maxStalledCount: number): boolean {
  return (
    attemptsMade + 1 >= (opts.attempts ?? 1) || attemptsStarted - attemptsMade > maxStalledCount
  )
}

/** The part of a client of `ioredis`, or of `redis` with BullMQ 6, that is used here. */
interface IoRedis {
  duplicate(options: object): IoRedis
  disconnect(): void
}

/**
 * Returns a connection for the worker. A worker blocks its connection and retries without a limit,
 * so it cannot share a client that the application made for its requests. If the queue was given
 * connection options, BullMQ opens a separate connection anyway.
 */
function connectionFor({ opts }: BullmqQueue): {
  readonly connection: ConnectionOptions
  readonly disconnect: () => void
} {
  const given = opts.connection as ConnectionOptions & Partial<IoRedis & { isCluster: boolean }>
  if (typeof given.duplicate !== 'function' || given.isCluster) {
    return { connection: given, disconnect() {} }
  }
  const own = (given as IoRedis).duplicate({ maxRetriesPerRequest: null })
  return { connection: own as ConnectionOptions, disconnect: () => own.disconnect() }
}

function report(logger: Logger, error: unknown): void {
  logger.warn(`The queue of webhooks failed: ${quote(String(error))}`)
}
