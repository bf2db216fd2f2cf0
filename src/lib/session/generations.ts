/**
 * Length of the part that identifies a value, in characters: the end of a sealed value is its
 * authentication tag, and the end of a token is part of its signature.
 */
const tagLength = 22

interface Entry<Value> {
  readonly sealed: string
  readonly value: Value
}

/** A cache for sealed values and signed tokens that drops those not used lately. */
export interface Generations<Value> {
  get(sealed: string): Value | undefined
  /** @param sealed Not a slice of a longer text: a slice keeps the whole text in memory. */
  keep(sealed: string, value: Value): void
  /** Forgets one before its time. */
  drop(sealed: string): void
}

/**
 * Entries are found by the value's tag, because hashing a long cookie costs as much as opening it.
 * An entry only counts if the whole value is equal. Two generations limit the size without a sweep.
 *
 * @param max The maximum number of values in one generation.
 * @param maxLength The maximum length of a generation's sealed values together, in characters. A
 *   longer value is not kept. Default: no limit.
 */
export function generations<Value>(
  max: number,
  maxLength: number = Number.POSITIVE_INFINITY,
): Generations<Value> {
  let young = new Map<string, Entry<Value>>()
  let old = new Map<string, Entry<Value>>()
  let length = 0

  function add(tag: string, entry: Entry<Value>): void {
    length += entry.sealed.length
    if (young.size >= max || length > maxLength) {
      old = young
      young = new Map()
      length = entry.sealed.length
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
    keep(sealed, value) {
      if (sealed.length > maxLength) return
      add(sealed.slice(-tagLength), { sealed, value })
    },
    drop(sealed) {
      const tag = sealed.slice(-tagLength)
      young.delete(tag)
      old.delete(tag)
    },
  }
}
