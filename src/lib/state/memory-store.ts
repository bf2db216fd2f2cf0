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
 * Keeps state in this process. Use it for a single process, for development and for tests.
 *
 * With several processes, a sign-out only takes effect in the process that handled it. Use a shared
 * store instead.
 *
 * @param options `file`: the path of a file in which revocations and aliases survive a restart.
 *   Each record is appended and synced before it is acknowledged. Tokens, used states and the
 *   ledger of deliveries stay in memory. The file belongs to one process on one machine and needs a
 *   persistent disk. Each start rewrites it without expired records. Default: no file, and a
 *   restart forgets which sessions were ended. `clock`: returns the current time in milliseconds
 *   since the epoch. Default: `Date.now`.
 * @returns the value for the option `store`
 *
 * @throws {@link ConfigError} if the file cannot be used, or another process holds it
 *
 * @example
 * app.use(scalekitAuth({ store: memoryStore({ file: '/var/lib/app/scalekit.log' }) }))
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
