/**
 * Reads a parameter that may occur once. With two values, another reader of the request could pick
 * a different one.
 *
 * @param refuse Makes the error for a parameter that appears more than once.
 * @see RFC 6749 section 3.1
 */
export function singleParameter(
  params: URLSearchParams,
  name: string,
  refuse: (name: string) => Error,
): string | undefined {
  const values = params.getAll(name)
  if (values.length > 1) throw refuse(name)
  return values[0]
}
