import type { ServerResponse } from 'node:http'

/**
 * Marks a response as personal: caches must not store it, and it varies by cookie. The application
 * can override this afterwards.
 */
export function neverCache(res: ServerResponse): void {
  neverStore(res)
  varyBy(res, 'Cookie')
}

/** Like {@link neverCache}, for a response whose `Vary` header {@link makePrivate} sets later. */
export function neverStore(res: ServerResponse): void {
  amendCacheControl(res, 'no-store')
}

/**
 * Keeps a response out of shared caches, which could give one user's response to another. Must be
 * called right before the header is written, because the application may set `Cache-Control` until
 * then.
 */
export function makePrivate(res: ServerResponse): void {
  amendCacheControl(res, 'private')
  varyBy(res, 'Cookie')
}

/** Like {@link makePrivate}, if an access token may identify the caller. */
export function makePrivateByToken(res: ServerResponse): void {
  amendCacheControl(res, 'private')
  varyBy(res, 'Cookie, Authorization')
}

function amendCacheControl(res: ServerResponse, least: 'private' | 'no-store'): void {
  const given = res.getHeader('Cache-Control')
  if (given === least || given === 'no-store') return
  if (given === undefined) {
    res.setHeader('Cache-Control', least)
    return
  }
  const list = directivesIn(String(given))
  const amended = least === 'private' ? unshared(list) : unstored(list)
  res.setHeader('Cache-Control', amended.join(', '))
}

/**
 * Splits the header into directives. Commas within quotes do not end a directive:
 * `private="set-cookie, set-cookie2"`.
 */
function directivesIn(header: string): string[] {
  const directives = header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"|")+/g) ?? []
  return directives.map((directive) => directive.trim()).filter((directive) => directive !== '')
}

/**
 * Directives that let shared caches store a response, or that only keep some of its headers from
 * them.
 */
const sharing = /^(?:public|s-maxage\b.*|private\s*=.*)$/i
const isPersonal = /^(?:private|no-store)$/i

/** @see RFC 9111 section 5.2.2 */
function unshared(directives: readonly string[]): string[] {
  const kept = directives.filter((directive) => !sharing.test(directive))
  return kept.some((directive) => isPersonal.test(directive)) ? kept : ['private', ...kept]
}

/** Directives that say how long a stored response may be used. */
const freshness = /^(?:max-age|s-maxage|immutable|stale-while-revalidate|stale-if-error)\b/i

/**
 * Adds `no-store` and removes what made the response public. In a public response, the directives
 * that say how long it may be used go as well.
 */
function unstored(directives: readonly string[]): string[] {
  const isShared = directives.some((directive) => sharing.test(directive))
  const kept = directives.filter(
    (directive) => !sharing.test(directive) && !(isShared && freshness.test(directive)),
  )
  return kept.some((directive) => /^no-store$/i.test(directive)) ? kept : [...kept, 'no-store']
}

type Variant = 'Cookie' | 'Authorization' | 'Accept-Language'

const variants: Readonly<Record<Variant, RegExp>> = {
  Cookie: /(^|,)\s*(\*|cookie)\s*(,|$)/i,
  Authorization: /(^|,)\s*(\*|authorization)\s*(,|$)/i,
  'Accept-Language': /(^|,)\s*(\*|accept-language)\s*(,|$)/i,
}

/** Says that the response would be another one for other values of these request headers. */
export function varyBy(res: ServerResponse, list: Variant | 'Cookie, Authorization'): void {
  const given = res.getHeader('Vary')
  if (given === undefined) {
    res.setHeader('Vary', list)
    return
  }
  const names = list.split(', ') as Variant[]
  const missing = names.filter((name) => !variants[name].test(String(given)))
  if (missing.length > 0) res.setHeader('Vary', [given, ...missing].flat().map(String))
}
