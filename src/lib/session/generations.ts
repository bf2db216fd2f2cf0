/** The end of a sealed value is its authentication tag: 16 random-looking bytes. */
const tagLength = 22

interface Entry<Value> {
  readonly sealed: string
  readonly value: Value
}

/** A memory for sealed values that forgets the ones not asked for. */
export interface Generations<Value> {
  get(sealed: string): Value | undefined
  keep(sealed: string, value: Value): void
}

/**
 * Found by the value's tag, because hashing the whole of a long cookie costs as much as opening
 * it; believed only when the whole value is the same. Two generations bound it without a sweep.
 *
 * @param max How many values a generation holds.
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

/** A slice of a header keeps the whole header in memory; its copy does not. */
function copyOf(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1')
}
