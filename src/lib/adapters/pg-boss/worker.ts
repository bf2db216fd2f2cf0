import { type Logger, quote } from '../../ground/log.ts'
import type { QueuedDelivery, RunDelivery } from '../../state/delivery-queue.ts'
import type { PgBossClient, PgBossJob } from './client.ts'

/** What a worker needs. */
export interface WorkerParts {
  readonly boss: PgBossClient
  readonly name: string
  /** Makes the queue where it is missing. */
  readonly ready: () => Promise<void>
  readonly run: RunDelivery
  readonly logger: Logger
  readonly concurrency: number
  readonly pollMs: number
}

/** A worker that has begun. */
export interface PgBossWorker {
  /** Looks at once whether there is something to do. */
  wake(): void
  /** Takes nothing more, and ends with what is being handled. */
  stop(): Promise<void>
}

/** A claim is renewed while its process lives, so it need not last as long as a job may. */
const maxLockMs = 30_000

/** How often jobs are looked for whose worker died, in milliseconds. */
const expireEveryMs = 15_000

/**
 * Fetches jobs as there is room for them. `boss.work()` would end the jobs of a batch together, and
 * the process, too, when the database is away at that moment (pg-boss 10.4.2).
 */
export function pgBossWorker(parts: WorkerParts): PgBossWorker {
  const { boss, name, logger, concurrency } = parts
  const running = new Set<Promise<void>>()
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

  /** Begins as many jobs as there is room for; answers how many there were. */
  async function take(): Promise<number> {
    await parts.ready()
    await expire()
    const batchSize = concurrency - running.size
    if (batchSize === 0) return 0
    const jobs = await boss.fetch(name, { batchSize, includeMetadata: true })
    for (const job of jobs) begin(job)
    return jobs.length
  }

  /** pg-boss does this by itself every two minutes, which is long for somebody to wait. */
  async function expire(): Promise<void> {
    if (performance.now() - expiredAt < expireEveryMs) return
    expiredAt = performance.now()
    await boss.expire?.()
  }

  function begin(job: PgBossJob): void {
    const run = runJob(parts, job).finally(() => {
      running.delete(run)
      wake()
    })
    running.add(run)
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
    stop() {
      isStopped = true
      wake()
      return ended
    },
  }
}

/** Never rejects: what cannot be reported expires, and is run again. */
async function runJob(
  { boss, name, run, logger }: WorkerParts,
  { id, data, retryCount, retryLimit, expireInSeconds }: PgBossJob,
): Promise<void> {
  try {
    const end = await run(data as QueuedDelivery, {
      attempt: retryCount + 1,
      isLast: retryCount >= retryLimit,
      // Nothing makes the job itself last on, so the claim has to end before the next run.
      lockMs: Math.min((Number(expireInSeconds) * 1000) / 2, maxLockMs),
    })
    // A job that fails is retried while there are retries; one that is cancelled is not.
    await (end === 'given-up' ? boss.cancel(name, id) : boss.complete(name, id))
  } catch (error) {
    await boss.fail(name, id, { message: String(error) }).catch((cause) => report(logger, cause))
  }
}

function report(logger: Logger, error: unknown): void {
  logger.warn(`The queue of webhooks failed: ${quote(String(error))}`)
}
