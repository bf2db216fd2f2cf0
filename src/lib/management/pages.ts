import { ApiError } from '../ground/errors.ts'
import type { Query } from './path.ts'

/** The page of a list, and its size. */
export interface Pagination {
  /** 1 to 100 for organizations, 1 to 30 for users and groups of a directory. Default: 10. */
  readonly pageSize?: number | undefined
  /** The `nextPageToken` or `prevPageToken` of another page. Default: the first page. */
  readonly pageToken?: string | undefined
}

/** The members of every page of a list, besides its items. */
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
 * Iterates over a paged list. A page is requested when the loop reaches it.
 *
 * @throws {@link ApiError} `page_token_repeated` for a repeated page token, instead of looping
 *   forever
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
 * The largest page of each list. Source: Scalekit's OpenAPI description for organizations, the
 * constraints of its messages for the lists of a directory.
 */
export const pageLimits = { organizations: 100, directory: 30 } as const

/** The default page size in Scalekit's reference. The API itself requires a value. */
const defaultPageSize = 10

/**
 * Builds the query for one page.
 *
 * @param maxPageSize The largest page of this list.
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
