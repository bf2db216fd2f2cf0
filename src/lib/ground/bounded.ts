/**
 * The maximum number of entries in each of the emulator's lists. The oldest entry is dropped first.
 */
export const maxKept = 10_000

/**
 * A map that keeps its newest entries. Without a limit, a process that runs for weeks or serves a
 * load test would keep every code and token. Dropping an entry emits a process warning the first
 * time, because a request that refers to the dropped entry is refused as if it had never existed.
 */
export class BoundedMap<Value> extends Map<string, Value> {
  readonly #what: string
  #hasWarned = false

  /** @param what The plural name of the entries, for the warning. */
  constructor(what: string) {
    super()
    this.#what = what
  }

  override set(key: string, value: Value): this {
    super.set(key, value)
    if (this.size > maxKept) this.#dropOldest()
    return this
  }

  #dropOldest(): void {
    for (const oldest of this.keys()) {
      this.delete(oldest)
      break
    }
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(
      `The emulator keeps the newest ${maxKept} ${this.#what} and knows the older ones no more`,
    )
  }
}

/** Appends to a list that keeps its newest items. */
export function addBounded<Item>(list: Item[], ...items: readonly Item[]): void {
  for (const item of items) list.push(item)
  if (list.length > maxKept) list.splice(0, list.length - maxKept)
}
