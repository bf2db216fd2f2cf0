/** At most this many values are kept in each of the two generations. */
const maxPerGeneration = 2500
/** The end of a sealed value is its authentication tag: 16 random-looking bytes. */
const tagLength = 22

interface Opened<Value> {
  readonly sealed: string
  readonly value: Value
}

/**
 * Remembers what `open` made of the values seen lately. Refusals are not kept, so that nobody can
 * push the good ones out.
 *
 * Found by the value's tag, because hashing the whole of a long cookie costs as much as opening
 * it; believed only when the whole value is the same. Two generations bound it without a sweep.
 */
export function recentlyOpened<Value>(
  open: (sealed: string) => Value | undefined,
): (sealed: string) => Value | undefined {
  let young = new Map<string, Opened<Value>>()
  let old = new Map<string, Opened<Value>>()

  function keep(tag: string, opened: Opened<Value>): void {
    if (young.size >= maxPerGeneration) {
      old = young
      young = new Map()
    }
    young.set(tag, opened)
  }

  return function openOnce(sealed) {
    const tag = sealed.slice(-tagLength)
    const known = young.get(tag) ?? old.get(tag)
    if (known?.sealed === sealed) {
      if (!young.has(tag)) keep(tag, known)
      return known.value
    }
    const value = open(sealed)
    if (value !== undefined) keep(tag, { sealed: copyOf(sealed), value })
    return value
  }
}

/** A slice of a header keeps the whole header in memory; its copy does not. */
function copyOf(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1')
}
