import { ConfigError } from '../ground/errors.ts'
import { attemptsWith } from './attempts.ts'
import { busy, claim, deliveryOf, keepMs, leaseMs } from './delivery.ts'
import { tellClaim, tellReaction } from './delivery-log.ts'
import type { InlineParts } from './inline-deliveries.ts'

/**
 * Handles a dead letter again and removes it if it takes effect. Resolves with whether a letter
 * existed.
 *
 * @throws WebhookError as handlers fail, or `webhook_busy` while another process handles it;
 *   ConfigError if there are no handlers
 */
export type Replay = (deliveryId: string) => Promise<boolean>

export function replayWith(parts: Omit<InlineParts, 'timeoutMs'>): Replay {
  const { ledger, dispatcher, react, emit, clock, logger } = parts
  const attempts = attemptsWith(parts)

  return async function replay(deliveryId) {
    if (dispatcher.isEmpty)
      throw new ConfigError([
        'a replay needs webhook handlers: add them to `webhooks`, such as onDirectoryUserCreated',
      ])
    const letter = await ledger.getDeadLetter(deliveryId)
    if (!letter) return false
    const delivery = deliveryOf(letter, clock())
    // A given-up delivery counts as done. Any other delivery that is done took effect after its
    // letter was written.
    const evenIfDone = letter.reason === 'webhook_given_up'
    const claimed = await claim(ledger, delivery, { emit, leaseMs, evenIfDone })
    tellClaim(logger, delivery, claimed)
    if (claimed.status === 'busy') throw busy()
    if (claimed.status === 'done') return ledger.removeDeadLetter(deliveryId)
    // Another replay may have ended in the meantime.
    if (!(await ledger.getDeadLetter(deliveryId))) {
      await ledger.settle(deliveryId, claimed.owner, keepMs)
      return false
    }
    const attempt = { ...delivery, ...claimed, leaseMs, mayHaveLetter: true }
    try {
      tellReaction(parts, delivery, await react(delivery.event, delivery.receivedAt))
      await attempts.make(attempt)
      return true
    } catch (error) {
      await attempts.fail(attempt, error, true)
      throw error
    }
  }
}
