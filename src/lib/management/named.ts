import type { CallOptions } from './call.ts'

/** Arguments by their names, and what every call takes. */
export type NamedArguments<Request> = Request & CallOptions

/**
 * Gives arguments their names: an operation takes them one by one, as Scalekit's documentation
 * shows them, or as one object. Behind single ones may come an object with all others.
 */
export function named<Request extends object>(
  given: readonly unknown[],
  names: readonly (keyof Request & string)[],
): NamedArguments<Request> {
  const [first] = given
  if (typeof first === 'object' && first !== null) return first as NamedArguments<Request>
  const request: Record<string, unknown> = { ...(given[names.length] as object) }
  for (const [index, name] of names.entries()) {
    // What is not given has no name, so that it is told from what is given and undefined.
    if (index < given.length) request[name] = given[index]
  }
  return request as NamedArguments<Request>
}
