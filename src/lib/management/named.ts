import type { CallOptions } from './call.ts'

/** Arguments by their names, and what every call takes. */
export type Named<Request> = Request & CallOptions

/**
 * Gives arguments their names: an operation takes them one by one, as Scalekit's documentation
 * shows them, or as one object. Behind single ones may come an object with all others.
 */
export function named<Request extends object>(
  given: readonly unknown[],
  names: readonly (keyof Request & string)[],
): Named<Request> {
  const [first] = given
  if (typeof first === 'object' && first !== null) return first as Named<Request>
  const single = names.slice(0, given.length).map((name, index) => [name, given[index]])
  return { ...(given[names.length] as object), ...Object.fromEntries(single) }
}
