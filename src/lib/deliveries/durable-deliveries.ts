import { setTimeout as delay } from 'node:timers/promises'
import { errorFields } from '../ground/error-fields.ts'
import { WebhookError } from '../ground/errors.ts'
import { watch } from '../ground/health-state.ts'
import { quote, textOfThrown, withFields } from '../ground/log.ts'
import { retryUntil } from '../ground/retry-until.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import type { DeliveryQueue, QueueRun, RunDelivery, RunEnd } from '../state/delivery-queue.ts'
import { type Attempt, attemptsWith } from './attempts.ts'
import {
  busy,
  type Claim,
  claim,
  codeOf,
  type Deliveries,
  deliveryOf,
  letterOf,
  tellReuse,
  type VerifiedDelivery,
} from './delivery.ts'
import { deliveryFields, tellClaim, tellDelivery, tellReaction } from './delivery-log.ts'
import type { InlineParts } from './inline-deliveries.ts'

/** Maximum pause between two checks whether a lease has ended, in milliseconds. */
const maxPauseMs = 500

/** The dependencies for handling queued deliveries. */
export interface DurableParts extends InlineParts {
  readonly queue: DeliveryQueue
  /** Aborted when the process is about to end, and cannot wait long for the store. */
  readonly closing: AbortSignal
}

/**
 * Puts each delivery into a queue, which passes it to the handlers in a process with a worker. The
 * kit's own reaction runs at once, without a worker.
 */
export function durableDeliveries(parts: DurableParts): Deliveries {
  const { queue, dispatcher, react, emit, logger, closing } = parts
  let stop: (() => Promise<void>) | undefined
  const { state, worked, failed } = watch()
  const run = runWith(parts)

  async function enqueue({ deliveryId, raw, receivedAt }: VerifiedDelivery): Promise<boolean> {
    try {
      const queued = { deliveryId, body: raw.toString(), receivedAt }
      const { isSameBody } = await withTimeout(parts.timeoutMs, queue.enqueue(queued))
      worked()
      return isSameBody
    } catch (cause) {
      failed(cause)
      throw new WebhookError('webhook_queue_unavailable', 'The queue did not accept the delivery', {
        cause,
      })
    }
  }

  return {
    async take(delivery) {
      tellReaction(parts, delivery, await react(delivery.event, delivery.receivedAt))
      if (await enqueue(delivery)) {
        tellDelivery(logger, delivery, 'queued')
        return 'queued'
      }
      tellReuse(delivery, 1, emit)
      return 'done'
    },
    start() {
      if (closing.aborted || !queue.work) return
      // A handler that is added later would miss the deliveries taken from now on.
      dispatcher.close()
      // A worker without handlers would mark deliveries as done that no handler has seen.
      if (dispatcher.isEmpty)
        logger.info(
          'This process has no webhook handlers: it puts webhooks into the queue and handles none',
        )
      else stop = queue.work(run, logger)
    },
    async close() {
      await stop?.()
    },
    health: state,
  }
}

/** Handles one run of a delivery by the queue. */
function runWith(parts: DurableParts): RunDelivery {
  const { ledger, emit, clock, logger, closing } = parts
  const attempts = attemptsWith(parts, closing)

  return async function runDelivery(queued, run) {
    const delivery = deliveryOf(queued, queued.receivedAt)
    const claimed = await begin(delivery, run).catch((error: unknown) => {
      const why = quote(textOfThrown(error))
      const log = withFields(logger, errorFields(error, deliveryFields(delivery)))
      // `webhook_busy` is not a failure: another process is handling the delivery.
      const level = codeOf(error) === 'webhook_busy' ? 'info' : 'warn'
      log[level](
        `webhook ${delivery.deliveryId}: run ${run.attempt} of the queue could not start: ${why}`,
      )
      throw error
    })
    tellClaim(logger, delivery, claimed)
    if (claimed.status === 'claimed') return handle(attemptOf(delivery, claimed, run), run)
    if (run.isLast && !(await isGivenUp(delivery)))
      await ledger.removeDeadLetter(delivery.deliveryId)
    return 'over'
  }

  async function begin(delivery: VerifiedDelivery, run: QueueRun): Promise<Claim> {
    const claimed = run.isLast
      ? await retryUntil(run.lockMs, () => beginLast(delivery, run))
      : await claimInTurn(delivery, run)
    if (claimed.status === 'busy') throw busy()
    return claimed
  }

  /**
   * Stores a dead letter before it claims the delivery. Without a letter, no trace would be left of
   * a delivery that the queue gives up while the ledger is unreachable. For the same reason, a
   * closing process retries this for as long as any other.
   */
  async function beginLast(delivery: VerifiedDelivery, run: QueueRun): Promise<Claim> {
    await keepDeadLetter(delivery, run)
    return claimInTurn(delivery, run)
  }

  /**
   * Whether the delivery failed for good. It then counts as done, and the letter is the only trace
   * of it.
   */
  async function isGivenUp({ deliveryId }: VerifiedDelivery): Promise<boolean> {
    return (await ledger.getDeadLetter(deliveryId))?.reason === 'webhook_given_up'
  }

  /**
   * Stores a dead letter before the last run: a process that crashes in that run cannot store one.
   */
  async function keepDeadLetter(delivery: VerifiedDelivery, { attempt }: QueueRun): Promise<void> {
    if (await isGivenUp(delivery)) return
    const reason = 'webhook_handler_failed'
    await ledger.putDeadLetter(letterOf(delivery, { reason, failedAt: clock(), attempt }))
  }

  /** Polls until the current owner finishes, or until its lease expires because it crashed. */
  async function claimInTurn(delivery: VerifiedDelivery, run: QueueRun): Promise<Claim> {
    const { lockMs, isLast } = run
    const end = performance.now() + 2 * lockMs
    for (;;) {
      const claimed = await claim(ledger, delivery, { emit, leaseMs: lockMs })
      const isHeld = claimed.status === 'busy' && claimed.isSameBody
      // A process that is closing leaves the delivery to the next run, if there is one.
      const mayWait = isLast || !closing.aborted
      if (!isHeld || !mayWait || performance.now() >= end) return claimed
      await delay(Math.min(lockMs / 20, maxPauseMs))
    }
  }

  async function handle(attempt: Attempt, { isLast }: QueueRun): Promise<RunEnd> {
    try {
      await attempts.make(attempt)
      return 'over'
    } catch (error) {
      const end = await attempts.fail(attempt, error, isLast)
      if (end === 'given-up') return end
      throw error
    }
  }
}

/** The queue counts the runs in all processes. The ledger counts the claims that it granted. */
function attemptOf(delivery: VerifiedDelivery, claimed: Claim, run: QueueRun): Attempt {
  const { owner } = claimed
  const attempt = Math.max(claimed.attempt, run.attempt)
  return { ...delivery, owner, attempt, leaseMs: run.lockMs, mayHaveLetter: run.isLast }
}
