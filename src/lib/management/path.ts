import { ApiError } from '../ground/errors.ts'

/** The parameters of a query; a list repeats the name. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>

/**
 * Builds a path of the API. Every value becomes one segment, whatever it contains.
 *
 * @example apiPath`/organizations/${organizationId}/connections/${id}:enable`
 * @throws {@link ApiError} `invalid_id`
 */
export function apiPath(parts: TemplateStringsArray, ...ids: readonly unknown[]): string {
  return `/api/v1${parts.reduce((path, part, index) => path + segment(ids[index - 1]) + part)}`
}

function segment(id: unknown): string {
  // No encoding keeps these from being resolved away: a URL takes `%2e%2e` for `..`, too.
  if (typeof id !== 'string' || /^\.{0,2}$/.test(id)) throw invalidId(id)
  return encoded(id)
}

/** Half a character cannot be sent. */
function encoded(value: string | number | boolean): string {
  try {
    return encodeURIComponent(value)
  } catch {
    throw invalidId(value)
  }
}

/** Makes sure of an id that goes into a query, where an empty one would mean all there are. */
export function assertId(id: unknown): void {
  segment(id)
}

function invalidId(id: unknown): ApiError {
  const shown = typeof id === 'string' ? JSON.stringify(id) : typeof id
  return new ApiError(
    'invalid_id',
    `An id must be a string such as org_15421144869927830, not ${shown}`,
  )
}

/**
 * The query with its question mark; what is undefined or null is left out.
 *
 * @throws {@link ApiError} `invalid_id`
 */
export function queryText(query: Query = {}): string {
  let text = ''
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    for (const item of [value].flat()) {
      text += `${text === '' ? '?' : '&'}${name}=${encoded(item)}`
    }
  }
  return text
}
