import { RestError } from './rest-error.ts'
import { integer, type Rule, text } from './rules.ts'

/**
 * The fields of a request for a page. A page has 1 to 30 items: most lists have this limit, and the
 * reference names it for all. Without a page size, it has 10.
 */
export const pageFields: {
  readonly page_size: Rule<number>
  readonly page_token: Rule<string>
} = {
  page_size: integer({ from: 1, to: 30, ifAbsent: 10 }),
  page_token: text(),
}

interface PageRequest {
  readonly page_size: number
  readonly page_token: string
}

/** One page, with the tokens of its neighbours. An empty token marks either end of the list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly ends: {
    readonly total_size: number
    readonly next_page_token: string
    readonly prev_page_token: string
  }
}

/** @throws {@link RestError} if the token is not one that this API returned with a page */
export function pageOf<Item extends { readonly id: string }>(
  all: readonly Item[],
  { page_size, page_token }: PageRequest,
): Page<Item> {
  const start = startOf(all, page_token, page_size)
  const end = page_token.startsWith('<') ? positionAt(all, page_token) : start + page_size
  const items = all.slice(start, end)
  return {
    items,
    ends: {
      total_size: all.length,
      next_page_token: end < all.length ? tokenAt('>', end - 1, items.at(-1)) : '',
      prev_page_token: start > 0 ? tokenAt('<', start, items[0]) : '',
    },
  }
}

/**
 * Creates a page token. `>:` continues after an item, `<:` ends before it. The rest is opaque to
 * clients.
 */
function tokenAt(direction: '>' | '<', position: number, item?: { readonly id: string }): string {
  // An empty page may end before the first item.
  const from = Math.max(0, position)
  return `${direction}:${Buffer.from(`${from}:${item?.id}`).toString('base64url')}`
}

function startOf(all: readonly { readonly id: string }[], token: string, size: number): number {
  if (token === '') return 0
  const position = positionAt(all, token)
  return token.startsWith('<') ? Math.max(0, position - size) : position
}

/** The index that a token refers to, even if its item was deleted in the meantime. */
function positionAt(all: readonly { readonly id: string }[], token: string): number {
  const [, direction, encoded = ''] = /^([<>]):([\w-]+)$/.exec(token) ?? []
  const [, position, id] = /^(\d+):(.+)$/.exec(Buffer.from(encoded, 'base64url').toString()) ?? []
  if (position === undefined) {
    const field = { field: 'page_token', description: 'is not known', constraint: 'known' }
    throw new RestError('INVALID_ARGUMENT', 'page_token is not known', [field])
  }
  const index = all.findIndex((item) => item.id === id)
  if (index === -1) return Math.min(Number(position), all.length)
  return direction === '>' ? index + 1 : index
}
