/**
 * Length of a sealed value's last part, in characters: its authentication tag, 16 pseudorandom
 * bytes.
 */
const tagLength = 22

interface Entry<Value> {
  readonly sealed: string
  readonly value: Value
}

/** A cache for sealed values that drops those not used lately. */
export interface Generations<Value> {
  get(sealed: string): Value | undefined
  keep(sealed: string, value: Value): void
}

/**
 * Entries are found by the value's tag, because hashing a long cookie costs as much as opening it.
 * An entry only counts if the whole value is equal. Two generations limit the size without a sweep.
 *
 * @param max The maximum number of values in one generation.
 */
export function generations<Value>(max: number): Generations<Value> {
  let young = new Map<string, Entry<Value>>()
  let old = new Map<string, Entry<Value>>()

  function add(tag: string, entry: Entry<Value>): void {
    if (young.size >= max) {
      old = young
      young = new Map()
    }
    young.set(tag, entry)
  }

  return {
    get(sealed) {
      const tag = sealed.slice(-tagLength)
      const entry = young.get(tag) ?? old.get(tag)
      if (entry?.sealed !== sealed) return undefined
      if (!young.has(tag)) add(tag, entry)
      return entry.value
    },
    keep: (sealed, value) => add(sealed.slice(-tagLength), { sealed: copyOf(sealed), value }),
  }
}

/** Copies a string. A slice of a header would keep the whole header in memory. */
function copyOf(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1')
}
