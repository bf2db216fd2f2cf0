import type { Emit } from '../auth/events.ts'
import type { Clock } from '../ground/clock.ts'
import { errorFields } from '../ground/error-fields.ts'
import { type Logger, quote, textOfThrown, withFields } from '../ground/log.ts'
import { retryUntil } from '../ground/retry-until.ts'
import type { Ledger } from '../state/store.ts'
import type { Dispatcher } from '../webhooks/dispatch.ts'
import type { ScalekitEvent } from '../webhooks/events.ts'
import type { Delivery } from '../webhooks/handlers.ts'
import { codeOf, infoOf, keepMs, letterOf, type VerifiedDelivery } from './delivery.ts'
import { deliveryFields, tellDelivery } from './delivery-log.ts'
import { holdLease, type Lease } from './lease.ts'

/** The dependencies for passing deliveries to their handlers. */
export interface AttemptParts {
  readonly ledger: Ledger
  readonly dispatcher: Dispatcher
  /** Called when all handlers have succeeded. */
  readonly onHandled: (event: ScalekitEvent) => Promise<void>
  readonly emit: Emit
  readonly logger: Logger
  readonly clock: Clock
}

/** An attempt that the ledger granted. */
export interface Attempt extends VerifiedDelivery {
  readonly owner: string
  readonly attempt: number
  readonly leaseMs: number
  /** Whether a dead letter of this delivery may exist. */
  readonly mayHaveLetter: boolean
}

/** Runs attempts and records their results. */
export interface Attempts {
  /**
   * Resolves when the delivery has taken effect and is marked as done. It is marked after all else
   * has succeeded.
   */
  make(attempt: Attempt): Promise<void>
  /**
   * Releases the claim of a failed attempt. If no further attempt follows, the delivery is kept as
   * a dead letter.
   *
   * @returns `given-up` if the handlers gave the delivery up and the ledger has marked it as done,
   *   so that it is not retried. Never rejects: if the store fails, an error is logged, and the
   *   result is `failed`.
   */
  fail(attempt: Attempt, error: unknown, isFinal: boolean): Promise<'failed' | 'given-up'>
}

/** @param closing Aborted when the process is about to end, and cannot wait long for the store. */
export function attemptsWith(parts: AttemptParts, closing?: AbortSignal): Attempts {
  const { ledger, dispatcher, emit } = parts

  function contextOf(attempt: Attempt, { signal, settles }: Lease): Delivery {
    const { deliveryId, owner, receivedAt, raw } = attempt
    const { settleIn } = ledger
    return {
      deliveryId,
      attempt: attempt.attempt,
      receivedAt,
      raw,
      signal,
      log: withFields(parts.logger, deliveryFields(attempt)),
      ...(settleIn
        ? {
            async settleIn(transaction) {
              await settleIn(transaction, deliveryId, owner, keepMs)
              settles()
            },
          }
        : {}),
    }
  }

  /**
   * Removes the dead letter before the delivery is marked as done. In the other order, a crash in
   * between would leave the letter of a delivery that has taken effect.
   */
  async function settle({ deliveryId, owner, event, mayHaveLetter }: Attempt): Promise<void> {
    await parts.onHandled(event)
    if (mayHaveLetter) await ledger.removeDeadLetter(deliveryId).catch(() => false)
    await ledger.settle(deliveryId, owner, keepMs)
  }

  return {
    async make(attempt) {
      const { event, leaseMs } = attempt
      const lease = holdLease(ledger, attempt)
      const beganAt = performance.now()
      try {
        await lease.whileHeld(dispatcher.dispatch(event, contextOf(attempt, lease)))
        // The delivery has taken effect. If the ledger does not respond, settling is retried while
        // this owner still holds the delivery.
        await retryUntil(leaseMs, () => settle(attempt), closing)
      } finally {
        lease.stop()
      }
      emit('webhook.handled', infoOf(attempt, attempt.attempt))
      const tookMs = Math.round(performance.now() - beganAt)
      tellDelivery(parts.logger, attempt, `handled in ${tookMs} ms`)
    },
    async fail(attempt, error, isFinal) {
      const { deliveryId, owner } = attempt
      const code = codeOf(error)
      const log = withFields(parts.logger, errorFields(error, deliveryFields(attempt)))
      const isHopeless = code === 'webhook_given_up'
      const isDead = isHopeless || isFinal
      emit('webhook.failed', { ...infoOf(attempt, attempt.attempt), code, isFinal: isDead })
      try {
        if (isDead)
          await ledger.putDeadLetter(
            letterOf(attempt, { ...attempt, reason: code, failedAt: parts.clock() }),
          )
        if (!isHopeless) return 'failed'
        await ledger.settle(deliveryId, owner, keepMs)
        return 'given-up'
      } catch (cause) {
        const why = quote(textOfThrown(cause))
        log.error(`webhook ${deliveryId}: the store did not record the result: ${why}`)
        return 'failed'
      } finally {
        // Lets the next attempt begin before the lease expires. Has no effect on a delivery that
        // was settled above.
        await ledger.release(deliveryId, owner).catch(() => {})
        const why = quote(textOfThrown(error))
        log.warn(`webhook ${deliveryId}: attempt ${attempt.attempt} failed: ${why}`)
      }
    },
  }
}
