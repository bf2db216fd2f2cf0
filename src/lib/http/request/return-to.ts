/** Longer paths are not kept: the transaction must fit into a cookie. */
const maxLength = 1024

/** Decides whether a browser may be sent to a place that a request named. */
export interface ReturnToRules {
  readonly origin: string
  /** The kit's own routes: going back to one of them would start over, or loop. */
  readonly ownPaths: readonly string[]
}

/**
 * Answers `value` as a path of this application, or `undefined` when it could lead anywhere else.
 *
 * Only what a browser and we understand alike passes: a path with one leading slash, of printable
 * ASCII without backslashes, still inside after the URL parser resolved its dots.
 *
 * @see WHATWG URL, "path-absolute-URL string"
 */
export function safeReturnTo(value: unknown, rules: ReturnToRules): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined
  if (!/^\/(?!\/)[!-[\]-~]*$/.test(value) || !URL.canParse(value, rules.origin)) return undefined
  const url = new URL(value, rules.origin)
  if (url.origin !== rules.origin || url.pathname.startsWith('//')) return undefined
  if (isOwn(url.pathname, rules.ownPaths)) return undefined
  return url.pathname + url.search + url.hash
}

/**
 * The same for what may be a whole URL, as `target_link_uri` and relay states are: one that begins
 * with our origin counts as its path.
 */
export function safeReturnToUrl(value: unknown, rules: ReturnToRules): string | undefined {
  const { origin } = rules
  const isOurs = typeof value === 'string' && (value === origin || value.startsWith(`${origin}/`))
  return safeReturnTo(isOurs ? value.slice(origin.length) || '/' : value, rules)
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
