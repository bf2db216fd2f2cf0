/** Things that are due at some time, for a reader that looks from time to time. */
export interface DueTimes<Item> {
  /** Sets when an item is due, in milliseconds since the epoch, in place of the time before. */
  set(item: Item, at: number): void
  delete(item: Item): void
  /** Takes out what is due by now. */
  take(now: number): Item[]
}

/** Items of one second lie together, so that a look costs the seconds that are waited for. */
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
