import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { leaseMemoryMs } from './retention.ts'
import type { LeaseRequest, TokenStore } from './store.ts'

/** The known attempts to renew the tokens of one session. */
interface Attempts {
  readonly version: number
  /** Absent if the last lease was ended. */
  readonly owner?: string | undefined
  /** When the lease of `owner` was granted. Absent if it was requested for a lower version. */
  readonly begunAt?: number | undefined
  /** When the first attempt with an unknown outcome began. */
  readonly triedAt?: number | undefined
  /** No lease is granted before this time. */
  readonly freeAt: number
}

/** Keeps leases by this process's clock, for at most `maxEntries` sessions. */
export function memoryTokenLeases(
  clock: Clock,
  maxEntries: number,
): Pick<TokenStore, 'lease' | 'endLease'> {
  const records = expiringMap<Attempts>(clock, { maxEntries })

  function keep(sessionId: string, attempts: Attempts): void {
    records.set(sessionId, attempts, attempts.freeAt + leaseMemoryMs)
  }

  return {
    async lease(sessionId, request) {
      const now = clock()
      const known = records.get(sessionId)
      const counted = known && known.version >= request.version ? known : undefined
      if (counted && counted.freeAt > now) {
        const status = counted.owner === undefined ? 'quiet' : 'busy'
        return { status, leftMs: counted.freeAt - now }
      }
      const granted = grantedTo(request, counted, now)
      keep(sessionId, granted)
      const isKnown = granted.triedAt !== undefined && granted.version === request.version
      return { status: 'granted', ...(isKnown ? { triedMsAgo: now - granted.triedAt } : {}) }
    },
    async endLease(sessionId, owner, { isAnswered, quietMs = 0 }) {
      const known = records.get(sessionId)
      if (known?.owner !== owner) return
      const { version, triedAt, begunAt } = known
      const tried = triedAt ?? (isAnswered ? undefined : begunAt)
      keep(sessionId, { version, triedAt: tried, freeAt: clock() + quietMs })
    },
  }
}

/** Grants a lease. An earlier lease that expired counts as an attempt with an unknown outcome. */
function grantedTo(request: LeaseRequest, known: Attempts | undefined, now: number): Attempts {
  const { owner, leaseMs } = request
  const version = known?.version ?? request.version
  return {
    version,
    owner,
    begunAt: version === request.version ? now : undefined,
    triedAt: known?.triedAt ?? known?.begunAt,
    freeAt: now + leaseMs,
  }
}
