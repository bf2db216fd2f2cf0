/** Items with due times, for a caller that polls. */
export interface DueTimes<Item> {
  /** Sets when an item is due, in milliseconds since the epoch. Replaces its earlier due time. */
  set(item: Item, at: number): void
  delete(item: Item): void
  /** Removes and returns the items that are due. */
  take(now: number): Item[]
}

/**
 * Items are grouped by the second in which they are due. A poll then only visits the groups, and
 * the items of those that are due.
 */
const bucketMs = 1000

export function dueTimes<Item>(): DueTimes<Item> {
  const buckets = new Map<number, Map<Item, number>>()
  const bucketOf = new Map<Item, number>()

  function remove(item: Item): void {
    const key = bucketOf.get(item)
    if (key === undefined) return
    const bucket = buckets.get(key)
    bucket?.delete(item)
    if (bucket?.size === 0) buckets.delete(key)
    bucketOf.delete(item)
  }

  return {
    set(item, at) {
      remove(item)
      const key = Math.floor(at / bucketMs)
      const bucket = buckets.get(key) ?? new Map<Item, number>()
      buckets.set(key, bucket.set(item, at))
      bucketOf.set(item, key)
    },
    delete: remove,
    take(now) {
      const items: Item[] = []
      for (const [key, bucket] of buckets) {
        if (key * bucketMs > now) continue
        for (const [item, at] of bucket) if (at <= now) items.push(item)
      }
      items.forEach(remove)
      return items
    },
  }
}
