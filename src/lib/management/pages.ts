import { ApiError } from '../ground/errors.ts'
import type { Query } from './path.ts'

/** Which page of a list, and how long it is. */
export interface Pagination {
  /** 1 to 100 for organizations, 1 to 30 for users and groups of a directory. Default: 10. */
  readonly pageSize?: number | undefined
  /** The `nextPageToken` or `prevPageToken` of another page. Default: the first page. */
  readonly pageToken?: string | undefined
}

/** What every page of a list says beside its items. */
export interface PageEnds {
  /** Empty on the last page. */
  readonly nextPageToken: string
  /** Empty on the first page. */
  readonly prevPageToken: string
  readonly totalSize: number
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextPageToken: string
}

/**
 * Walks a paged list; a page is asked for when the loop reaches it.
 *
 * @throws {@link ApiError} `page_token_repeated` instead of going round for ever
 */
export async function* pages<Item>(
  fetchPage: (pageToken: string | undefined) => Promise<Page<Item>>,
  firstToken: string | undefined,
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set([firstToken])
  for (let token = firstToken; ; ) {
    const { items, nextPageToken } = await fetchPage(token)
    yield* items
    if (nextPageToken === '') return
    if (seen.has(nextPageToken)) throw repeated()
    seen.add(nextPageToken)
    token = nextPageToken
  }
}

function repeated(): ApiError {
  return new ApiError(
    'page_token_repeated',
    'The list returned the token of a page that it had before',
  )
}

/**
 * The longest page that Scalekit sends of each list: by its OpenAPI description for organizations, by
 * the constraints of its messages for the lists of a directory.
 */
export const pageLimits = { organizations: 100, directory: 30 } as const

/** What the reference takes for granted; the API itself wants to be told. */
const defaultPageSize = 10

/**
 * Asks for one page.
 *
 * @param maxPageSize The longest page of this list.
 * @throws {@link ApiError} `invalid_page_size`
 */
export function pageQuery(
  { pageSize = defaultPageSize, pageToken }: Pagination,
  maxPageSize: number,
): Query {
  const isUsable = Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= maxPageSize
  if (isUsable) return { page_size: pageSize, page_token: pageToken }
  const message = `\`pageSize\` must be a whole number from 1 to ${maxPageSize} for this list`
  throw new ApiError('invalid_page_size', message)
}
