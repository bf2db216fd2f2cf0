import type { Clock } from './clock.ts'

/** A map whose entries end by themselves; it needs no timer and never stops to clean up. */
export interface ExpiringMap<Value> {
  readonly size: number
  get(key: string): Value | undefined
  set(key: string, value: Value, expiresAt: number): void
  delete(key: string): void
  values(): Value[]
  /** One value after the other, for a reader that pauses; what is added meanwhile comes, too. */
  [Symbol.iterator](): Iterator<Value>
}

interface Entry<Value> {
  readonly value: Value
  readonly expiresAt: number
}

/**
 * Each `set` removes at most two of the oldest entries that have ended, or that are too many.
 *
 * @param limits `maxEntries` Above it the oldest entry goes first. Default: no limit.
 */
export function expiringMap<Value>(
  clock: Clock,
  { maxEntries = Number.POSITIVE_INFINITY }: { readonly maxEntries?: number } = {},
): ExpiringMap<Value> {
  const entries = new Map<string, Entry<Value>>()
  // One iterator for good: a new one would walk over every slot that was ever deleted in front.
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
