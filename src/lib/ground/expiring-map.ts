import type { Clock } from './clock.ts'

/** A map whose entries expire. It has no timer and never pauses for a cleanup. */
export interface ExpiringMap<Value> {
  readonly size: number
  get(key: string): Value | undefined
  set(key: string, value: Value, expiresAt: number): void
  delete(key: string): void
  values(): Value[]
  /** Iterates value by value, so the reader may pause. Entries added meanwhile are included. */
  [Symbol.iterator](): Iterator<Value>
}

interface Entry<Value> {
  readonly value: Value
  readonly expiresAt: number
}

/**
 * Creates a map in which each `set` removes at most two of the oldest entries: expired ones, or
 * those above the limit.
 *
 * @param limits `maxEntries` Above this number the oldest entry is removed first. Default: no
 *   limit.
 */
export function expiringMap<Value>(
  clock: Clock,
  { maxEntries = Number.POSITIVE_INFINITY }: { readonly maxEntries?: number } = {},
): ExpiringMap<Value> {
  const entries = new Map<string, Entry<Value>>()
  // One iterator is kept for the map's lifetime: a new one would walk over every slot that was
  // deleted at the front.
  let keys = entries.keys()
  let oldest: string | undefined

  function removeOldest(): void {
    oldest ??= next()
    const entry = oldest === undefined ? undefined : entries.get(oldest)
    if (entry && entries.size <= maxEntries && entry.expiresAt > clock()) return
    if (oldest !== undefined) entries.delete(oldest)
    oldest = undefined
  }

  function next(): string | undefined {
    const { value, done } = keys.next()
    if (!done) return value
    keys = entries.keys()
    return undefined
  }

  return {
    get size() {
      return entries.size
    },
    get(key) {
      const entry = entries.get(key)
      return entry && entry.expiresAt > clock() ? entry.value : undefined
    },
    set(key, value, expiresAt) {
      entries.set(key, { value, expiresAt })
      removeOldest()
      removeOldest()
    },
    delete(key) {
      entries.delete(key)
    },
    *[Symbol.iterator]() {
      for (const { value, expiresAt } of entries.values()) if (expiresAt > clock()) yield value
    },
    values() {
      const now = clock()
      return [...entries.values()]
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ value }) => value)
    },
  }
}
