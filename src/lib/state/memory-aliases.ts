import type { Clock } from '../ground/clock.ts'
import { type ExpiringMap, expiringMap } from '../ground/expiring-map.ts'
import type { DurableRecords } from './memory-file.ts'
import type { Alias, Aliases } from './store.ts'

/**
 * Keeps aliases in this process, in a map for each key. With a file, they are written there first.
 */
export function memoryAliases(clock: Clock, file?: DurableRecords<Alias>): Aliases {
  const byKey = expiringMap<ExpiringMap<Alias>>(clock)

  function keep(alias: Alias): void {
    const { key, value } = alias
    const known = byKey.get(key) ?? expiringMap<Alias>(clock)
    const expiresAt = Math.max(alias.expiresAt, known.get(value)?.expiresAt ?? 0)
    known.set(value, { key, value, expiresAt }, expiresAt)
    const last = Math.max(...known.values().map((each) => each.expiresAt), expiresAt)
    byKey.set(key, known, last)
  }

  file?.records.forEach(keep)
  file?.listen(keep)
  return {
    async add(aliases) {
      if (!file) aliases.forEach(keep)
      else if (aliases.length > 0) await file.append(aliases)
    },
    async find(keys) {
      const found = keys.flatMap((key) => byKey.get(key)?.values() ?? [])
      return [...new Set(found.map(({ value }) => value))]
    },
  }
}
