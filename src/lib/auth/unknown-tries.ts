import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import type { Identity } from '../ground/types.ts'
import type { Kept } from './token-vault.ts'

/** The largest number of attempts that are remembered, and for how long, in milliseconds. */
const [maxTries, triesKeptMs] = [10_000, 3_600_000]

/** One attempt with the tokens of a session. */
export interface Try {
  readonly identity: Identity
  readonly kept: Kept
  /** When it began, by `performance.now()`. */
  readonly leasedAt: number
}

/** The attempts of this process with an unknown outcome. */
export interface UnknownTries {
  /**
   * Returns how long ago the first attempt with this version began, in milliseconds, as far as the
   * store and this process know.
   */
  first(attempt: Try, triedMsAgo: number | undefined): number | undefined
  keep(attempt: Try, triedMsAgo: number | undefined): void
}

/**
 * Remembers this process's own attempts with an unknown outcome, because a store that fell back to
 * a replica may have lost them.
 */
export function unknownTries(clock: Clock): UnknownTries {
  const tries = expiringMap<{ readonly version: number; readonly triedAt: number }>(clock, {
    maxEntries: maxTries,
  })
  return {
    first({ identity, kept }, triedMsAgo) {
      const own = tries.get(identity.sessionId)
      if (own?.version !== kept.version) return triedMsAgo
      return Math.max(performance.now() - own.triedAt, triedMsAgo ?? 0)
    },
    keep({ identity, kept, leasedAt }, triedMsAgo = 0) {
      const known = tries.get(identity.sessionId)
      if (known?.version === kept.version) return
      const own = { version: kept.version, triedAt: leasedAt - triedMsAgo }
      tries.set(identity.sessionId, own, clock() + triesKeptMs)
    },
  }
}
