import type { Audit } from '../auth/audit.ts'
import type { React } from '../auth/reactions.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import { type Attempt, type AttemptParts, attemptsWith } from './attempts.ts'
import { claim, type Deliveries, leaseMs, type Outcome } from './delivery.ts'
import { tellClaim, tellReaction } from './delivery-log.ts'

/**
 * How long `auth.close()` waits for handlers, in milliseconds: less than the thirty seconds that
 * Kubernetes gives a process by default.
 */
const closeTimeoutMs = 20_000

/** What it takes to handle deliveries. */
export interface InlineParts extends AttemptParts {
  readonly react: React
  /** Hears of sessions that events end. */
  readonly audit: Audit
  /** How long the sender is kept waiting, in milliseconds. */
  readonly timeoutMs: number
}

/** An attempt whose sender waits, unless it took too long. */
type AwaitedAttempt = Attempt & { isLate: boolean }

/**
 * Handles each delivery while its sender waits: what was not acknowledged comes again, so the
 * sender's retries are the queue.
 */
export function inlineDeliveries(parts: InlineParts): Deliveries {
  const { ledger, react, emit, logger } = parts
  const attempts = attemptsWith(parts)
  const running = new Set<Promise<Outcome>>()

  /** The application's own end waits for it, also where the sender no longer does. */
  function counted(work: Promise<Outcome>): Promise<Outcome> {
    running.add(work)
    const end = () => void running.delete(work)
    work.then(end, end)
    return work
  }

  return {
    async take(delivery) {
      const claimed = await claim(ledger, delivery, { emit, leaseMs })
      tellClaim(logger, delivery, claimed)
      if (claimed.status !== 'claimed') return claimed.status
      // An earlier attempt may have ended too late to be asked for again.
      const mayHaveLetter = claimed.attempt > 1
      const attempt = { ...delivery, ...claimed, leaseMs, mayHaveLetter, isLate: false }
      return inTime(attempt, counted(handle(attempt)))
    },
    start() {},
    async close() {
      const ended = Promise.allSettled(running)
      await withTimeout(closeTimeoutMs, ended).catch(() => {
        logger.warn(
          `auth.close(): ${running.size} webhook handlers have not ended after ${closeTimeoutMs / 1000} s: Scalekit’s next attempt runs them again`,
        )
      })
    },
  }

  /** The sender is told to ask again, which it may never do; the work goes on all the same. */
  function inTime(attempt: AwaitedAttempt, work: Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        attempt.isLate = true
        resolve('late')
      }, parts.timeoutMs)
      void work.then(resolve, () => resolve('failed')).finally(() => clearTimeout(timer))
    })
  }

  /** What the kit does itself comes first. */
  async function handle(attempt: AwaitedAttempt): Promise<Outcome> {
    try {
      tellReaction(parts, attempt, await react(attempt.event, attempt.receivedAt))
      await attempts.make(attempt)
      return 'handled'
    } catch (error) {
      return attempts.fail(attempt, error, attempt.isLate)
    }
  }
}
