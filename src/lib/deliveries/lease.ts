import { WebhookError } from '../ground/errors.ts'
import type { DeliveryClaim, Ledger } from '../state/store.ts'

/** Handlers that have not ended after this long never will. In milliseconds. */
const abandonMs = 5 * 60_000

/** A claim that is kept up while the work goes on. */
export interface Lease {
  /** Aborted when the delivery is not ours any more, or is given up. */
  readonly signal: AbortSignal
  /** Ends with the work, or rejects when it was given up. */
  whileHeld(work: Promise<void>): Promise<void>
  /** The work says by itself, in its transaction, that it is done; then the claim is no more. */
  settles(): void
  stop(): void
}

/** What is held, by whom, and for how long at a time. */
export type Held = Pick<DeliveryClaim, 'deliveryId' | 'owner' | 'leaseMs'>

export function holdLease(ledger: Ledger, { deliveryId, owner, leaseMs }: Held): Lease {
  const controller = new AbortController()
  const { signal } = controller
  const abandoned = setTimeout(() => controller.abort(neverEnded()), abandonMs).unref()
  const renewal = setInterval(renew, leaseMs / 3).unref()
  let mayEnd = false

  async function renew(): Promise<void> {
    // A ledger that does not answer now may do so before the lease is over.
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
