import type { Clock } from '../clock.ts'
import type { Logger } from '../log.ts'
import type { Ledger } from '../state/store.ts'
import type { Dispatcher } from '../webhooks/dispatch.ts'
import type { Delivery } from '../webhooks/handlers.ts'
import {
  type Claim,
  claim,
  codeOf,
  type Deliveries,
  infoOf,
  keepMs,
  letterOf,
  type Outcome,
  type VerifiedDelivery,
} from './delivery.ts'
import type { Emit } from './events.ts'
import { holdLease } from './lease.ts'
import type { React } from './reactions.ts'

/** What it takes to handle deliveries. */
export interface DeliveryParts {
  readonly ledger: Ledger
  readonly dispatcher: Dispatcher
  readonly react: React
  readonly emit: Emit
  readonly logger: Logger
  readonly clock: Clock
  /** How long the sender is kept waiting, in milliseconds. */
  readonly timeoutMs: number
}

/** An attempt that was granted. */
type Attempt = VerifiedDelivery & Claim & { isLate: boolean }

/**
 * Handles each delivery while its sender waits: what was not acknowledged comes again, so the
 * sender's retries are the queue.
 */
export function inlineDeliveries(parts: DeliveryParts): Deliveries {
  const { ledger, dispatcher, react, emit } = parts

  return {
    async take(delivery) {
      const claimed = await claim(ledger, delivery, emit)
      if (claimed.status !== 'claimed') return claimed.status
      const attempt = { ...delivery, ...claimed, isLate: false }
      return inTime(attempt, handle(attempt))
    },
  }

  /** The sender is told to ask again, which it may never do; the work goes on all the same. */
  function inTime(attempt: Attempt, work: Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        attempt.isLate = true
        resolve('late')
      }, parts.timeoutMs)
      void work.then(resolve).finally(() => clearTimeout(timer))
    })
  }

  /** Never rejects. What the kit does itself comes first, and the mark that it is done last. */
  async function handle(attempt: Attempt): Promise<Outcome> {
    const { deliveryId, owner, event } = attempt
    const lease = holdLease(ledger, deliveryId, owner)
    try {
      await react(event, attempt.receivedAt)
      await lease.whileHeld(dispatcher.dispatch(event, contextOf(attempt, lease.signal)))
      await ledger.settle(deliveryId, owner, keepMs)
      // An earlier attempt may have ended too late to be asked for again.
      if (attempt.attempt > 1) await ledger.exhume(deliveryId).catch(() => false)
      emit('webhook.handled', infoOf(attempt, attempt.attempt))
      return 'handled'
    } catch (error) {
      return await fail(attempt, error)
    } finally {
      lease.stop()
    }
  }

  function contextOf(attempt: Attempt, signal: AbortSignal): Delivery {
    const { deliveryId, owner, receivedAt, raw } = attempt
    const { settleIn } = ledger
    return {
      deliveryId,
      attempt: attempt.attempt,
      receivedAt,
      raw,
      signal,
      log: parts.logger,
      ...(settleIn
        ? { settleIn: (transaction) => settleIn(transaction, deliveryId, owner, keepMs) }
        : {}),
    }
  }

  /** What failed for good, and what nobody may ask for again, is kept whole. */
  async function fail(attempt: Attempt, error: unknown): Promise<Outcome> {
    const code = codeOf(error)
    const isHopeless = code === 'webhook_given_up'
    const isFinal = isHopeless || attempt.isLate
    emit('webhook.failed', { ...infoOf(attempt, attempt.attempt), code, isFinal })
    try {
      if (isFinal)
        await ledger.bury(letterOf(attempt, { ...attempt, reason: code, failedAt: parts.clock() }))
      if (!isHopeless) return 'failed'
      await ledger.settle(attempt.deliveryId, attempt.owner, keepMs)
      return 'given-up'
    } catch {
      return 'failed'
    } finally {
      // Where it was settled this does nothing; elsewhere the next attempt need not wait.
      await ledger.release(attempt.deliveryId, attempt.owner).catch(() => {})
    }
  }
}
