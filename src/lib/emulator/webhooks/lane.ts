import type { Clock } from '../../ground/clock.ts'
import type { Agenda } from './agenda.ts'
import { attempt } from './attempt.ts'
import type { Delivery, DeliveryFaults, Subscription } from './delivery.ts'
import type { WireEvent } from './event.ts'

/**
 * Maximum number of waiting deliveries for one subscription. Further ones are given up immediately.
 */
const maxWaiting = 1000

/** Sends the deliveries of one subscription one after another, so that events arrive in order. */
export interface Lane {
  send(event: WireEvent, id: string, faults: DeliveryFaults): readonly Delivery[]
  /** Makes another attempt at a finished delivery, after those in progress. */
  resend(delivery: Delivery): void
}

export interface LaneParts {
  readonly clock: Clock
  /** The clock with which receivers compare timestamps. `advance` does not move it. */
  readonly hostClock: Clock
  readonly agenda: Agenda
  /** The pauses between attempts, in seconds. */
  readonly retryWaitsSeconds: readonly number[]
  readonly retryScale: number
  /** Aborted when no more deliveries may be sent. */
  readonly closing: AbortSignal
  /** Registers work that has begun. */
  readonly track: (work: Promise<void>) => Promise<void>
  /** Receives a line for each attempt. */
  readonly log: (line: string) => void
}

export function createLane(subscription: Required<Subscription>, parts: LaneParts): Lane {
  const { clock, hostClock, agenda, closing } = parts
  const { url, secret } = subscription
  const heldBack: Delivery[][] = []
  let last: Promise<void> = Promise.resolve()
  let waiting = 0

  function enqueue(copies: readonly Delivery[]): void {
    const attempts = () => Promise.all(copies.map(attemptOnce)).then(() => {})
    last = parts.track(last.then(attempts))
  }

  async function attemptOnce(delivery: Delivery): Promise<void> {
    if (closing.aborted) return
    const at = clock()
    const timestamp = Math.floor(hostClock() / 1000)
    const status = await attempt({ ...delivery, url, secret, timestamp }, closing)
    delivery.attempts.push({ at, ...(status !== undefined && { status }) })
    if (status !== undefined && status >= 200 && status < 300) end(delivery, 'delivered')
    else if (!closing.aborted) retry(delivery)
    if (!closing.aborted) parts.log(attemptLine(delivery))
  }

  function retry(delivery: Delivery): void {
    const delaySeconds = parts.retryWaitsSeconds[delivery.attempts.length - 1]
    if (delaySeconds === undefined) {
      end(delivery, 'given-up')
      return
    }
    // Counted from when the last attempt was due, so that one `advance` can cause several attempts.
    delivery.dueAt += delaySeconds * 1000 * parts.retryScale
    agenda.add(delivery.dueAt, () => enqueue([delivery]))
  }

  function end(delivery: Delivery, state: 'delivered' | 'given-up'): void {
    delivery.state = state
    waiting -= 1
  }

  function begin(copies: readonly Delivery[], delaySeconds: number): void {
    if (delaySeconds > 0) agenda.add(clock() + delaySeconds * 1000, () => enqueue(copies))
    else enqueue(copies)
  }

  return {
    send(event, id, faults) {
      const { duplicate = 0, reorder = false, tamper, delaySeconds = 0 } = faults
      const copies = Array.from({ length: 1 + duplicate }, () => ({
        ...newDelivery(event, id, clock() + delaySeconds * 1000),
        url,
        ...(tamper && { tamper }),
      }))
      if (waiting + copies.length > maxWaiting) {
        return copies.map((copy) => ({ ...copy, state: 'given-up' }))
      }
      waiting += copies.length
      if (reorder) heldBack.push(copies)
      else for (const ready of [copies, ...heldBack.splice(0)]) begin(ready, delaySeconds)
      return copies
    },
    resend(delivery) {
      delivery.state = 'waiting'
      delivery.dueAt = clock()
      waiting += 1
      enqueue([delivery])
    },
  }
}

/** One line for a terminal. The query of the URL is left out, because it may contain a secret. */
function attemptLine({ type, url, attempts, state }: Delivery): string {
  const { origin, pathname } = new URL(url)
  const { status = 'no response' } = attempts.at(-1)!
  const next = { delivered: '', waiting: ', will be retried', 'given-up': ', given up' }[state]
  return `Webhook ${type} to ${origin}${pathname}: ${status} (attempt ${attempts.length}${next})`
}

function newDelivery(event: WireEvent, id: string, dueAt: number) {
  return {
    id,
    type: event.type,
    event,
    state: 'waiting' as Delivery['state'],
    attempts: [],
    body: JSON.stringify(event),
    dueAt,
  }
}
