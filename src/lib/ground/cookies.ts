import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseCookie, stringifySetCookie } from 'cookie'
import { neverCache } from './caching.ts'

/** Reads one cookie without parsing the others. Returns `undefined` if the name is sent twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  const start = findCookie(header, name, 0)
  if (start === -1 || findCookie(header, name, start) !== -1) return undefined
  const end = header.indexOf(';', start)
  return header.slice(start, end === -1 ? undefined : end).trimEnd()
}

/** Returns the index at which the value of the next cookie called `name` begins, or -1. */
function findCookie(header: string, name: string, from: number): number {
  let at = header.indexOf(`${name}=`, from)
  while (at !== -1 && !startsPair(header, at)) at = header.indexOf(`${name}=`, at + 1)
  return at === -1 ? -1 : at + name.length + 1
}

function startsPair(header: string, at: number): boolean {
  let before = at - 1
  while (header[before] === ' ' || header[before] === '\t') before -= 1
  return before < 0 || header[before] === ';'
}

/** The names of all cookies of a request. */
export function cookieNames(req: IncomingMessage): string[] {
  return Object.keys(parseCookie(req.headers.cookie ?? ''))
}

/** How one of the kit's cookies is named and sent. */
export interface CookieStyle {
  /** Whether the application is served over https. */
  readonly isSecure: boolean
}

/**
 * The full name of a cookie: over https with the `__Host-` prefix, which keeps other hosts of the
 * same site from planting one.
 *
 * @see draft-ietf-httpbis-rfc6265bis section 4.1.3.2
 */
export function cookieName(name: string, { isSecure }: CookieStyle): string {
  return isSecure ? `__Host-${name}` : name
}

/** Adds a `Set-Cookie` line: HttpOnly, SameSite=Lax, Path=/. */
export function setCookie(
  res: ServerResponse,
  cookie: { readonly name: string; readonly value: string; readonly maxAgeSeconds: number },
  { isSecure }: CookieStyle,
): void {
  const line = stringifySetCookie({
    name: cookie.name,
    value: cookie.value,
    maxAge: cookie.maxAgeSeconds,
    // `Max-Age=0` repeated for clients that only know `Expires`.
    ...(cookie.maxAgeSeconds === 0 ? { expires: new Date(0) } : {}),
    httpOnly: true,
    // Not Strict: the redirect back from the identity provider must carry the cookies.
    sameSite: 'lax',
    secure: isSecure,
    path: '/',
  })
  res.appendHeader('Set-Cookie', line)
  neverCache(res)
}

/** Makes the browser forget a cookie. */
export function clearCookie(res: ServerResponse, name: string, style: CookieStyle): void {
  setCookie(res, { name, value: '', maxAgeSeconds: 0 }, style)
}

/** The current `Set-Cookie` lines of a response. */
export function setCookieLines(res: ServerResponse): string[] {
  return [res.getHeader('Set-Cookie') ?? []].flat().map(String)
}

/** Removes lines from `Set-Cookie`. */
export function removeCookieLines(
  res: ServerResponse,
  isUnwanted: (line: string) => boolean,
): void {
  const kept = setCookieLines(res).filter((line) => !isUnwanted(line))
  if (kept.length > 0) res.setHeader('Set-Cookie', kept)
  else res.removeHeader('Set-Cookie')
}
