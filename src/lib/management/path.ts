import { ApiError } from '../ground/errors.ts'

/** The parameters of a query. An array repeats the name. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>

/**
 * Builds a path of the API. Every value becomes one segment, whatever characters it contains:
 * apiPath`/organizations/${organizationId}/connections/${id}:enable`.
 *
 * @throws {@link ApiError} `invalid_id`
 */
export function apiPath(parts: TemplateStringsArray, ...ids: readonly unknown[]): string {
  return `/api/v1${parts.reduce((path, part, index) => path + segment(ids[index - 1]) + part)}`
}

function segment(id: unknown): string {
  // Encoding does not help: URL parsing resolves `%2e%2e` like `..`.
  if (typeof id !== 'string' || /^\.{0,2}$/.test(id)) throw invalidId(id)
  return encoded(id)
}

/** A lone surrogate cannot be encoded. */
function encoded(value: string | number | boolean): string {
  try {
    return encodeURIComponent(value)
  } catch {
    throw invalidId(value)
  }
}

/** Checks an id for a query. An empty one would select all items. */
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
 * Builds the query with its question mark. Undefined and null values are left out.
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
