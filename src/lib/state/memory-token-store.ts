import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { memoryTokenLeases } from './memory-token-leases.ts'
import type { TokenEntry, TokenStore } from './store.ts'

/** Maximum number of sessions whose tokens are kept. The oldest is dropped first. */
const maxEntries = 10_000

/**
 * Keeps tokens in this process. Instances of one application that share this store also share its
 * leases.
 */
export function memoryTokenStore(clock: Clock): TokenStore {
  const entries = expiringMap<TokenEntry>(clock, { maxEntries })
  return {
    async put(sessionId, entry, expiresAt) {
      entries.set(sessionId, entry, expiresAt)
    },
    async get(sessionId) {
      return entries.get(sessionId)
    },
    async replace(sessionId, entry, expiresAt, expectedVersion) {
      const known = entries.get(sessionId)
      if (!known) return 'gone'
      if (known.version !== expectedVersion) return 'changed'
      entries.set(sessionId, entry, expiresAt)
      return 'replaced'
    },
    async remove(sessionId) {
      entries.delete(sessionId)
    },
    ...memoryTokenLeases(clock, maxEntries),
  }
}
