/**
 * The outermost prototype in front of one of Node's own: what all applications of one Express share.
 *
 * @returns nothing where `nodes` is the object itself, or not in its chain
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
