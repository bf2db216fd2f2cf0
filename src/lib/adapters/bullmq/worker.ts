import type { ConnectionOptions, Job, Worker } from 'bullmq'
import { type Logger, quote } from '../../ground/log.ts'
import { withTimeout } from '../../ground/with-timeout.ts'
import type { QueuedDelivery, RunDelivery } from '../../state/delivery-queue.ts'
import { type WorkerConnections, workerConnections } from './connections.ts'
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
 * How long a worker may take to close once its handlers have ended, in milliseconds. BullMQ itself
 * waits for an unreachable Redis without a limit.
 */
const closeTimeoutMs = 1500

/** How long the queue may take to connect before the log says so, in milliseconds. */
const connectTimeoutMs = 5000

/**
 * Starts a BullMQ worker once its queue has connected to Redis.
 *
 * @returns a function that stops it
 */
export function bullmqWorker(parts: WorkerParts): () => Promise<void> {
  let isStopped = false
  let stop: (() => Promise<void>) | undefined

  async function start(): Promise<void> {
    const [bullmq, connections] = await Promise.all([import('bullmq'), connected(parts)])
    if (isStopped) connections.disconnect()
    else stop = startWorker(bullmq, connections, parts)
  }

  start().catch((error: unknown) => {
    if (!isStopped) report(parts.logger, error)
  })
  return async () => {
    isStopped = true
    await stop?.()
  }
}

/**
 * Waits until the queue has connected, without a limit. Only the application listens to the queue's
 * errors, so a late connection is logged here.
 */
async function connected({ queue, logger }: WorkerParts): Promise<WorkerConnections> {
  const late = () => report(logger, `not connected to Redis after ${connectTimeoutMs / 1000} s`)
  const timer = setTimeout(late, connectTimeoutMs).unref()
  return workerConnections(queue).finally(() => clearTimeout(timer))
}

/** @returns a function that waits for the handlers that have begun, and closes the worker */
function startWorker(
  { UnrecoverableError, Worker }: typeof import('bullmq'),
  { connection, areUp, disconnect }: WorkerConnections,
  { queue, run, logger, ...parts }: WorkerParts,
): () => Promise<void> {
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

  const { prefix } = queue.opts
  const worker: Worker<QueuedDelivery> = new Worker(queue.name, process, {
    ...settings,
    connection: connection as ConnectionOptions,
    ...(prefix === undefined ? {} : { prefix }),
  })
  worker.on('error', (error) => report(logger, error))
  return async () => {
    const closed = worker.close()
    while (running.size > 0) await Promise.allSettled(running)
    // While Redis is unreachable, pending writes of the worker would keep it from closing.
    if (!areUp()) disconnect()
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

function report(logger: Logger, error: unknown): void {
  logger.warn(`The queue of webhooks failed: ${quote(String(error))}`)
}
