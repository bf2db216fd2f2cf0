import { OAuthError } from './oauth-error.ts'

/** Whether a parameter occurs more than once. OAuth forbids this for all parameters. */
export function isRepeated(params: URLSearchParams, name: string): boolean {
  return params.getAll(name).length > 1
}

/** The first parameter name that is repeated. */
export function repeatedName(params: URLSearchParams): string | undefined {
  return [...params.keys()].find((name, index, names) => names.indexOf(name) !== index)
}

/** @throws {@link OAuthError} `invalid_request` */
export function assertNoneRepeated(params: URLSearchParams): void {
  const repeated = repeatedName(params)
  if (repeated) throw new OAuthError('invalid_request', `${repeated} appears more than once`)
}

/** The entries of a list that is separated by spaces, such as `scope`. */
export function words(value: string | null): readonly string[] {
  return (value ?? '').split(' ').filter((word) => word !== '')
}
