/** How many entries a list of an emulator keeps; the oldest are dropped. */
export const maxKept = 10_000

/**
 * A map that keeps its newest entries. A process that runs for weeks, or is called by a load test,
 * would keep every code and token otherwise. The first time an entry is dropped, a process warning
 * says so: who comes with it later is refused as if it had never been.
 */
export class BoundedMap<Value> extends Map<string, Value> {
  readonly #what: string
  #hasWarned = false

  /** @param what The entries' name in the warning, in the plural. */
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

/** Adds to a list that keeps its newest items. */
export function addBounded<Item>(list: Item[], ...items: readonly Item[]): void {
  for (const item of items) list.push(item)
  if (list.length > maxKept) list.splice(0, list.length - maxKept)
}
