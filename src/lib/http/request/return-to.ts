/** Longer paths are not kept: the transaction must fit into a cookie of 4 kB. */
const maxLength = 2048

/** Decides whether a browser may be sent to a place that a request named. */
export interface ReturnToRules {
  readonly origin: string
  /** The kit's own routes: going back to one of them would start over, or loop. */
  readonly ownPaths: readonly string[]
}

/** A path that is safe to go to, or why there is none. */
export type ReturnTo =
  | { readonly path: string; readonly dropped?: undefined }
  | { readonly path?: undefined; readonly dropped: string }

/**
 * Answers `value` as a path of this application, as a URL has it: spaces and what is not ASCII are
 * percent-encoded. What could lead anywhere else is dropped.
 *
 * Only what a browser and we understand alike passes: a path with one leading slash, without control
 * characters, backslashes and lone surrogates, still inside after the URL parser resolved its dots.
 *
 * @see WHATWG URL, "path-absolute-URL string"
 */
export function readReturnTo(value: unknown, { origin, ownPaths }: ReturnToRules): ReturnTo {
  if (typeof value !== 'string') return { dropped: 'it is not a string' }
  if (value.length > maxLength) return tooLong
  if (!/^\/(?!\/)/.test(value)) return { dropped: 'it is not a path of this application' }
  if (/[\p{Cc}\p{Cs}\\]/u.test(value)) {
    return { dropped: 'it has a backslash, a control character or half a character' }
  }
  const url = new URL(value, origin)
  const path = url.pathname + url.search + url.hash
  if (url.origin !== origin || url.pathname.startsWith('//')) {
    return { dropped: 'it leads to another site' }
  }
  if (isOwn(url.pathname, ownPaths)) return { dropped: 'it is a route of the kit' }
  return path.length > maxLength ? tooLong : { path }
}

const tooLong: ReturnTo = { dropped: `it is longer than ${maxLength} characters` }

/**
 * The same for what may be a whole URL, as `target_link_uri` and relay states are: one that begins
 * with our origin counts as its path.
 */
export function readReturnToUrl(value: unknown, rules: ReturnToRules): ReturnTo {
  const { origin } = rules
  const isOurs = typeof value === 'string' && (value === origin || value.startsWith(`${origin}/`))
  return readReturnTo(isOurs ? value.slice(origin.length) || '/' : value, rules)
}

/** Routers compare paths loosely, so this does too. */
function isOwn(pathname: string, ownPaths: readonly string[]): boolean {
  const plain = decodeLoosely(pathname).toLowerCase().replace(/\/+$/, '')
  return ownPaths.some((path) => plain === path.toLowerCase())
}

function decodeLoosely(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
