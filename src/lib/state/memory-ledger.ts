import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { deliveryMemoryMs, maxDeadLetters } from './retention.ts'
import type { DeadLetter, DeliveryClaim, Ledger } from './store.ts'

/** The state of a delivery. */
interface Entry {
  readonly bodyHash: string
  readonly attempt: number
  readonly state:
    | { readonly name: 'claimed'; readonly owner: string; readonly until: number }
    | { readonly name: 'released' | 'done' }
}

/**
 * Keeps the ledger in this process. If the process dies, Scalekit delivers unacknowledged webhooks
 * again.
 */
export function memoryLedger(clock: Clock): Ledger {
  const entries = expiringMap<Entry>(clock)
  const letters = new Map<string, DeadLetter>()

  function keep(deliveryId: string, entry: Entry, keepMs: number = deliveryMemoryMs): void {
    entries.set(deliveryId, entry, clock() + keepMs)
  }

  /** Returns the entry if it belongs to this owner. */
  function held(deliveryId: string, owner: string): Entry | undefined {
    const entry = entries.get(deliveryId)
    return entry?.state.name === 'claimed' && entry.state.owner === owner ? entry : undefined
  }

  return {
    async claim(claim) {
      const entry = entries.get(claim.deliveryId)
      const { bodyHash, owner, leaseMs } = claim
      const isSameBody = entry === undefined || entry.bodyHash === bodyHash
      const refusal = entry && refusalOf(entry, claim, clock())
      if (refusal) return { status: refusal, isSameBody, attempt: entry.attempt }
      const attempt = (entry?.attempt ?? 0) + 1
      const state = { name: 'claimed', owner, until: clock() + leaseMs } as const
      keep(claim.deliveryId, { bodyHash, attempt, state })
      return { status: 'claimed', isSameBody, attempt }
    },
    async renew(deliveryId, owner, leaseMs) {
      const entry = held(deliveryId, owner)
      if (!entry) return false
      const state = { name: 'claimed', owner, until: clock() + leaseMs } as const
      keep(deliveryId, { ...entry, state })
      return true
    },
    async settle(deliveryId, owner, keepMs) {
      const entry = held(deliveryId, owner)
      if (entry) keep(deliveryId, { ...entry, state: { name: 'done' } }, keepMs)
    },
    async release(deliveryId, owner) {
      const entry = held(deliveryId, owner)
      if (entry) keep(deliveryId, { ...entry, state: { name: 'released' } })
    },
    async putDeadLetter(letter) {
      letters.delete(letter.deliveryId)
      letters.set(letter.deliveryId, letter)
      const [oldest] = letters.keys()
      if (letters.size > maxDeadLetters && oldest !== undefined) letters.delete(oldest)
    },
    getDeadLetter: async (deliveryId) => letters.get(deliveryId),
    deadLetters: async () => [...letters.values()],
    removeDeadLetter: async (deliveryId) => letters.delete(deliveryId),
  }
}

/** Returns the reason why a delivery cannot be claimed, if there is one. */
function refusalOf(
  { state }: Entry,
  { evenIfDone }: DeliveryClaim,
  now: number,
): 'busy' | 'done' | undefined {
  if (state.name === 'done') return evenIfDone ? undefined : 'done'
  return state.name === 'claimed' && state.until > now ? 'busy' : undefined
}
