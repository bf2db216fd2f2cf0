import type { Audit } from '../auth/audit.ts'
import type { React } from '../auth/reactions.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import { type Attempt, type AttemptParts, attemptsWith } from './attempts.ts'
import { claim, type Deliveries, leaseMs, type Outcome } from './delivery.ts'
import { tellClaim, tellReaction } from './delivery-log.ts'

/**
 * How long `auth.close()` waits for handlers, in milliseconds. By default, Kubernetes gives a
 * process 30 seconds.
 */
const closeTimeoutMs = 20_000

/** The dependencies for handling deliveries while the sender waits. */
export interface InlineParts extends AttemptParts {
  readonly react: React
  /** Receives the sessions that events end. */
  readonly audit: Audit
  /** How long the sender waits for the handlers, in milliseconds. */
  readonly timeoutMs: number
}

/** An attempt for which the sender waits, unless it has become late. */
type AwaitedAttempt = Attempt & { isLate: boolean }

/**
 * Handles each delivery while its sender waits. The sender retries unacknowledged deliveries, so
 * its retries are the queue.
 */
export function inlineDeliveries(parts: InlineParts): Deliveries {
  const { ledger, react, emit, logger } = parts
  const attempts = attemptsWith(parts)
  const running = new Set<Promise<Outcome>>()

  /** Counts running work, for which `close` waits even if the sender has stopped waiting. */
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
      // An earlier attempt may have finished after its sender had stopped waiting.
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

  /** After the timeout, the sender is told to retry, which it may never do. The work continues. */
  function inTime(attempt: AwaitedAttempt, work: Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        attempt.isLate = true
        resolve('late')
      }, parts.timeoutMs)
      void work.then(resolve, () => resolve('failed')).finally(() => clearTimeout(timer))
    })
  }

  /** The kit's own reaction runs before the handlers. */
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
