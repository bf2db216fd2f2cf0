/** Finds the items of a key, among a large number of items. */
export interface KeyIndex<Item> {
  /** Replaces the keys of an item. */
  set(item: Item, keys: readonly string[]): void
  delete(item: Item): void
  of(key: string): Iterable<Item>
  readonly size: number
  all(): Iterable<Item>
}

export function keyIndex<Item>(): KeyIndex<Item> {
  const itemsByKey = new Map<string, Set<Item>>()
  const keysOf = new Map<Item, readonly string[]>()

  function remove(item: Item): void {
    for (const key of keysOf.get(item) ?? []) {
      const items = itemsByKey.get(key)
      items?.delete(item)
      if (items?.size === 0) itemsByKey.delete(key)
    }
    keysOf.delete(item)
  }

  return {
    set(item, keys) {
      remove(item)
      keysOf.set(item, keys)
      for (const key of keys) {
        const items = itemsByKey.get(key)
        if (items) items.add(item)
        else itemsByKey.set(key, new Set([item]))
      }
    },
    delete: remove,
    of: (key) => itemsByKey.get(key) ?? [],
    get size() {
      return keysOf.size
    },
    all: () => keysOf.keys(),
  }
}
