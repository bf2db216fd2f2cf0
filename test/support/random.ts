/** A source of choices that are the same for the same seed. */
export interface Random {
  /** From 0 to `below - 1`. */
  integer(below: number): number
  pick<Item>(items: readonly Item[]): Item
}

/** @see mulberry32, by Tommy Ettinger: good enough to choose by, and useless for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed
  function fraction(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (below: number) => Math.floor(fraction() * below)
  return { integer, pick: (items) => items[integer(items.length)]! }
}
