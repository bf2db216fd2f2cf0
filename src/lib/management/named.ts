import type { CallOptions } from './call.ts'

/** Arguments by name, and the options of every call. */
export type NamedArguments<Request> = Request & CallOptions

/**
 * Converts arguments to an object. An operation accepts them one by one, as Scalekit's
 * documentation shows them, or as one object. After positional arguments, one object may hold the
 * others.
 */
export function named<Request extends object>(
  given: readonly unknown[],
  names: readonly (keyof Request & string)[],
): NamedArguments<Request> {
  const [first] = given
  if (typeof first === 'object' && first !== null) return first as NamedArguments<Request>
  const request: Record<string, unknown> = { ...(given[names.length] as object) }
  for (const [index, name] of names.entries()) {
    // An argument that was not passed has no member, which differs from one passed as undefined.
    if (index < given.length) request[name] = given[index]
  }
  return request as NamedArguments<Request>
}
