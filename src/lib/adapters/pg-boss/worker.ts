import { type Logger, quote } from '../../ground/log.ts'
import { withTimeout } from '../../ground/with-timeout.ts'
import type { QueuedDelivery, RunDelivery } from '../../state/delivery-queue.ts'
import type { PgBossClient, PgBossJob } from './client.ts'

/** The dependencies of a worker. */
export interface WorkerParts {
  readonly boss: PgBossClient
  readonly name: string
  /** Creates the queue if it does not exist. */
  readonly ready: () => Promise<void>
  readonly run: RunDelivery
  readonly logger: Logger
  readonly concurrency: number
  readonly pollMs: number
}

/** A running worker. */
export interface PgBossWorker {
  /** Polls for jobs immediately. */
  wake(): void
  /** Takes no more jobs and waits for the running ones. */
  stop(): Promise<void>
}

/**
 * The longest lock on a delivery, in milliseconds. The process renews the lock while it runs, so
 * the lock can be shorter than the job.
 */
const maxLockMs = 30_000

/**
 * How long PostgreSQL may take once the handlers have ended, in milliseconds. If it does not
 * answer, the jobs expire and run again.
 */
const closeTimeoutMs = 1500

/** How often the worker looks for jobs of crashed workers, in milliseconds. */
const expireEveryMs = 15_000

/**
 * Fetches jobs as capacity allows. `boss.work()` would complete all jobs of a batch together. It
 * would also end the process if the database is unreachable at that moment (pg-boss 10.4.2).
 */
export function pgBossWorker(parts: WorkerParts): PgBossWorker {
  const { boss, name, logger, concurrency } = parts
  const running = new Set<Promise<void>>()
  const handling = new Set<Promise<unknown>>()
  let isStopped = false
  let wake = () => {}
  let expiredAt = performance.now()

  async function work(): Promise<void> {
    while (!isStopped) {
      const found = await take().catch((error: unknown) => report(logger, error))
      if (!found) await pause()
    }
    await Promise.all(running)
  }

  /** Starts as many jobs as capacity allows and returns their number. */
  async function take(): Promise<number> {
    await parts.ready()
    await expire()
    const batchSize = concurrency - running.size
    if (batchSize === 0) return 0
    const jobs = await boss.fetch(name, { batchSize, includeMetadata: true })
    for (const job of jobs) begin(job)
    return jobs.length
  }

  /**
   * Calls pg-boss's expiry more often than pg-boss itself does: every two minutes would delay the
   * retry too long.
   */
  async function expire(): Promise<void> {
    if (performance.now() - expiredAt < expireEveryMs) return
    expiredAt = performance.now()
    await boss.expire?.()
  }

  function begin(job: PgBossJob): void {
    const run = runJob({ ...parts, run: handle }, job).finally(() => {
      running.delete(run)
      wake()
    })
    running.add(run)
  }

  const handle: RunDelivery = (...given) => {
    const handled = parts.run(...given)
    handling.add(handled)
    return handled.finally(() => handling.delete(handled))
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, parts.pollMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (isStopped) wake()
    })
  }

  const ended = work()
  return {
    wake: () => wake(),
    async stop() {
      isStopped = true
      wake()
      while (handling.size > 0) await Promise.allSettled(handling)
      await withTimeout(closeTimeoutMs, ended).catch((error: unknown) => report(logger, error))
    },
  }
}

/** Never rejects. A job whose result cannot be reported expires and runs again. */
async function runJob(
  { boss, name, run, logger }: WorkerParts,
  { id, data, retryCount, retryLimit, expireInSeconds }: PgBossJob,
): Promise<void> {
  try {
    const end = await run(data as QueuedDelivery, {
      attempt: retryCount + 1,
      isLast: retryCount >= retryLimit,
      // The job's own expiry cannot be extended, so the lock has to end before the next run begins.
      lockMs: Math.min((Number(expireInSeconds) * 1000) / 2, maxLockMs),
    })
    // A failed job is retried while attempts remain. A cancelled job is not.
    await (end === 'given-up' ? boss.cancel(name, id) : boss.complete(name, id))
  } catch (error) {
    await boss.fail(name, id, { message: String(error) }).catch((cause) => report(logger, cause))
  }
}

function report(logger: Logger, error: unknown): void {
  logger.warn(`The queue of webhooks failed: ${quote(String(error))}`)
}
