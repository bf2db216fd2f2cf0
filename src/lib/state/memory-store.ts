import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import type { Tokens } from '../ground/types.ts'
import { joinRevocations, lastExpiry } from './join-revocations.ts'
import { memoryAliases } from './memory-aliases.ts'
import { memoryLedger } from './memory-ledger.ts'
import type { Revocation, Revocations, SingleUse, StateStore, TokenStore } from './store.ts'

/** Tokens of at most this many sessions are kept; the oldest go first. */
const maxTokenEntries = 10_000

/**
 * Keeps state in this process: right for one process, for development and for tests.
 *
 * With several processes a logout reaches only the one that served it; give them a shared store.
 *
 * @param options `clock` Default: `Date.now`.
 */
export function memoryStore(options: { readonly clock?: Clock } = {}): StateStore {
  const clock = options.clock ?? Date.now
  return {
    revocations: memoryRevocations(clock),
    singleUse: memorySingleUse(clock),
    tokenStore: memoryTokenStore(clock),
    ledger: memoryLedger(clock),
    aliases: memoryAliases(clock),
  }
}

function memoryRevocations(clock: Clock): Revocations {
  const revocations = expiringMap<readonly Revocation[]>(clock)
  return {
    local: revocations,
    async write(written) {
      for (const revocation of written) {
        const joined = joinRevocations(revocations.get(revocation.key), revocation)
        revocations.set(revocation.key, joined, lastExpiry(joined))
      }
    },
    async since() {
      return { revocations: revocations.values().flat(), cursor: '', now: clock() }
    },
  }
}

function memorySingleUse(clock: Clock): SingleUse {
  const used = expiringMap<true>(clock)
  return {
    async claim(key, expiresAt) {
      if (used.get(key)) return false
      used.set(key, true, expiresAt)
      return true
    },
  }
}

function memoryTokenStore(clock: Clock): TokenStore {
  const tokenStore = expiringMap<Tokens>(clock, { maxEntries: maxTokenEntries })
  return {
    async put(sessionId, tokens, expiresAt) {
      tokenStore.set(sessionId, tokens, expiresAt)
    },
    async get(sessionId) {
      return tokenStore.get(sessionId)
    },
    async remove(sessionId) {
      tokenStore.delete(sessionId)
    },
  }
}
