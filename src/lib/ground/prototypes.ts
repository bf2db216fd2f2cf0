/**
 * Returns the outermost prototype before one of Node's own. All applications of one copy of Express
 * share it.
 *
 * @returns `undefined` if `nodes` is the object itself, or not in its prototype chain
 */
export function lastBefore(nodes: object, prototype: object): object | undefined {
  for (let each = prototype; each !== nodes; ) {
    const next: object | null = Object.getPrototypeOf(each)
    if (next === nodes) return each
    if (next === null) return undefined
    each = next
  }
  return undefined
}
