import { checkedClock } from '../ground/checked-clock.ts'
import type { Clock } from '../ground/clock.ts'
import { ConfigError } from '../ground/errors.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { memoryAliases } from './memory-aliases.ts'
import { type MemoryFile, memoryFile } from './memory-file.ts'
import { memoryLedger } from './memory-ledger.ts'
import { memoryRevocations } from './memory-revocations.ts'
import { memoryTokenStore } from './memory-token-store.ts'
import type { SingleUse, StateStore } from './store.ts'

/**
 * Keeps state in this process: right for one process, for development and for tests.
 *
 * With several processes a logout reaches only the one that served it; give them a shared store.
 *
 * @param options `file`: a path. What ended sessions, and the names of who signed in, is appended to
 *   this file and synced before it is acknowledged, so that it holds after a restart; tokens, used states and the record of deliveries
 *   stay in memory. The file belongs to one process on one machine, on a disk that outlives it, and
 *   is rewritten without what has expired at each start. Default: none, and what ended sessions is
 *   forgotten with the process. `clock` Default: `Date.now`.
 *
 * @throws {@link ConfigError} where the file cannot be used, or another process has it
 */
export function memoryStore(
  options: { readonly file?: string; readonly clock?: Clock } = {},
): StateStore {
  const clock = checkedClock(options.clock ?? Date.now)
  const file = options.file === undefined ? undefined : fileAt(options.file, clock)
  return {
    revocations: memoryRevocations(clock, file?.revocations),
    singleUse: memorySingleUse(clock),
    tokenStore: memoryTokenStore(clock),
    ledger: memoryLedger(clock),
    aliases: memoryAliases(clock, file?.aliases),
  }
}

function fileAt(file: unknown, clock: Clock): MemoryFile {
  if (typeof file === 'string' && file !== '') return memoryFile(file, clock)
  throw new ConfigError(['memoryStore({ file }) needs the path of a file, a non-empty string'])
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
