/** Finds the items of a key, among a large number of items. */
export interface KeyIndex<Item> {
  /** Replaces the keys of an item. */
  set(item: Item, keys: readonly string[]): void
  delete(item: Item): void
  of(key: string): Iterable<Item>
  readonly size: number
  all(): Iterable<Item>
}

/** A key with its items. Items share it, so that each key is in memory once. */
interface Group<Item> {
  readonly key: string
  readonly items: Set<Item>
}

export function keyIndex<Item>(): KeyIndex<Item> {
  const groups = new Map<string, Group<Item>>()
  const groupsOf = new Map<Item, readonly Group<Item>[]>()

  function groupOf(key: string): Group<Item> {
    const known = groups.get(key)
    if (known) return known
    const group = { key, items: new Set<Item>() }
    groups.set(key, group)
    return group
  }

  function leave(item: Item): void {
    for (const { key, items } of groupsOf.get(item) ?? []) {
      items.delete(item)
      if (items.size === 0) groups.delete(key)
    }
  }

  return {
    set(item, keys) {
      leave(item)
      const joined = keys.map(groupOf)
      for (const { items } of joined) items.add(item)
      groupsOf.set(item, joined)
    },
    delete(item) {
      leave(item)
      groupsOf.delete(item)
    },
    of: (key) => groups.get(key)?.items ?? [],
    get size() {
      return groupsOf.size
    },
    all: () => groupsOf.keys(),
  }
}
