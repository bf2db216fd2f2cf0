/** Longer paths are dropped, because the transaction must fit into a cookie of 4 kB. */
const maxLength = 2048

/** The rules for redirecting a browser to a path that a request named. */
export interface ReturnToRules {
  readonly origin: string
  /** The kit's own routes. Returning to one of them would start over, or loop. */
  readonly ownPaths: readonly string[]
}

/** A path that is safe to redirect to, or the reason why the value was dropped. */
export type ReturnTo =
  | { readonly path: string; readonly dropped?: undefined }
  | { readonly path?: undefined; readonly dropped: string }

/**
 * Returns `value` as a path of this application in URL form: spaces and non-ASCII characters are
 * percent-encoded. A value that could lead to another site is dropped.
 *
 * Only values that browsers and this check read alike pass: a path with one leading slash, without
 * control characters, backslashes and lone surrogates. It must still be inside the application
 * after the URL parser resolved its dots.
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
 * Like {@link readReturnTo}, for a value that may be a whole URL, as `target_link_uri` and relay
 * states are. A URL on the application's origin counts as its path.
 */
export function readReturnToUrl(value: unknown, rules: ReturnToRules): ReturnTo {
  const { origin } = rules
  const isOurs = typeof value === 'string' && (value === origin || value.startsWith(`${origin}/`))
  return readReturnTo(isOurs ? value.slice(origin.length) || '/' : value, rules)
}

/** Compares loosely, because routers do. */
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
