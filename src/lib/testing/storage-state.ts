import { parseSetCookie } from 'cookie'

/**
 * A browser's cookies in the format in which Playwright saves and loads them:
 * `browser.newContext({ storageState })`.
 */
export interface StorageState {
  cookies: StoredCookie[]
  /** Empty: the kit does not use a page's local storage. */
  origins: never[]
}

/** One cookie of a {@link StorageState}. */
export interface StoredCookie {
  name: string
  value: string
  /** The exact host: no other host receives the cookie. */
  domain: string
  path: string
  /** In seconds since the epoch; -1 for a session cookie. */
  expires: number
  httpOnly: boolean
  secure: boolean
  sameSite: 'Strict' | 'Lax' | 'None'
}

/** The cookies that a browser stores from the `Set-Cookie` lines of a response from `host`. */
export function storageStateOf(lines: readonly string[], host: string): StorageState {
  const kept = lines.map((line) => storedCookie(parseSetCookie(line, asTheyAre), host))
  const nowSeconds = Date.now() / 1000
  const cookies = kept.filter(({ expires }) => expires === -1 || expires > nowSeconds)
  return { cookies, origins: [] }
}

/** Browsers return values unchanged. */
const asTheyAre = { decode: (value: string) => value }

/** Formats the cookies for the `Cookie` header of a request. */
export function cookieHeaderOf({ cookies }: StorageState): string {
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}

type SetCookie = ReturnType<typeof parseSetCookie>

function storedCookie(cookie: SetCookie, host: string): StoredCookie {
  const { name, value = '', domain, path = '/', httpOnly = false, secure = false } = cookie
  return {
    name,
    value,
    domain: domain === undefined ? host : `.${domain.replace(/^\./, '')}`,
    path,
    expires: expiryOf(cookie),
    httpOnly,
    secure,
    // Browsers use the same default.
    sameSite: sameSites[String(cookie.sameSite)] ?? 'Lax',
  }
}

/**
 * `Max-Age` takes precedence, and counts from the current time of the browser's clock. @see RFC
 * 6265 section 5.3
 */
function expiryOf({ maxAge, expires }: SetCookie): number {
  if (maxAge !== undefined) return Date.now() / 1000 + maxAge
  return expires === undefined ? -1 : expires.getTime() / 1000
}

const sameSites: Readonly<Record<string, StoredCookie['sameSite']>> = {
  strict: 'Strict',
  none: 'None',
}
