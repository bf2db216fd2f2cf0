import { WebhookError } from '../ground/errors.ts'
import type { DeliveryClaim, Ledger } from '../state/store.ts'

/** A handler that runs for longer than this has failed. In milliseconds. */
const abandonMs = 5 * 60_000

/** A claim that is renewed while the work continues. */
export interface Lease {
  /** Aborted when another owner has the delivery, or when the handler has run for too long. */
  readonly signal: AbortSignal
  /**
   * Settles with the work. Rejects earlier if the claim is lost or the handler runs for too long.
   */
  whileHeld(work: Promise<void>): Promise<void>
  /** Reports that the handler settles the delivery in its own transaction. The claim then ends. */
  settles(): void
  stop(): void
}

/** The delivery, its owner and the duration of each lease. */
export type Held = Pick<DeliveryClaim, 'deliveryId' | 'owner' | 'leaseMs'>

export function holdLease(ledger: Ledger, { deliveryId, owner, leaseMs }: Held): Lease {
  const controller = new AbortController()
  const { signal } = controller
  const abandoned = setTimeout(() => controller.abort(neverEnded()), abandonMs).unref()
  const renewal = setInterval(renew, leaseMs / 3).unref()
  let mayEnd = false

  async function renew(): Promise<void> {
    // A ledger that does not respond now may respond before the lease expires.
    const isOurs = await ledger.renew(deliveryId, owner, leaseMs).catch(() => true)
    if (isOurs || mayEnd) return
    controller.abort(
      new WebhookError('webhook_handler_failed', 'The claim on the delivery was lost'),
    )
  }

  function settles(): void {
    mayEnd = true
  }

  function stop(): void {
    mayEnd = true
    clearTimeout(abandoned)
    clearInterval(renewal)
  }

  return {
    signal,
    settles,
    stop,
    whileHeld(work) {
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
          stop()
          reject(signal.reason)
        })
        work.then(resolve, reject)
      })
    },
  }
}

function neverEnded(): WebhookError {
  return new WebhookError(
    'webhook_handler_failed',
    `The handler did not finish within ${abandonMs / 60_000} minutes`,
  )
}
