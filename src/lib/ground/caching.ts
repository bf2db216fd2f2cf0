import type { ServerResponse } from 'node:http'

/**
 * Marks a response as personal: not to be stored, and different for other cookies. The application may
 * say otherwise afterwards.
 */
export function neverCache(res: ServerResponse): void {
  neverStore(res)
  varyByCookie(res)
}

/** The same for a response that {@link makePrivate} makes different for other cookies. */
export function neverStore(res: ServerResponse): void {
  amendCacheControl(res, 'no-store')
}

/**
 * Keeps a response out of shared caches: it depends on who is asking, and theirs could be given to
 * others. To be done right before its header is written, because the application may say otherwise.
 */
export function makePrivate(res: ServerResponse): void {
  amendCacheControl(res, 'private')
  varyByCookie(res)
}

function amendCacheControl(res: ServerResponse, least: 'private' | 'no-store'): void {
  const given = res.getHeader('Cache-Control')
  if (given === least || given === 'no-store') return
  const list = given === undefined ? [] : directivesIn(String(given))
  const amended = least === 'private' ? unshared(list) : unstored(list)
  res.setHeader('Cache-Control', amended.join(', '))
}

/** Commas within quotes do not end a directive: `private="set-cookie, set-cookie2"`. */
function directivesIn(header: string): string[] {
  const directives = header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"|")+/g) ?? []
  return directives.map((directive) => directive.trim()).filter((directive) => directive !== '')
}

/** What lets shared caches store a response, or keeps only some of its headers from them. */
const sharing = /^(?:public|s-maxage\b.*|private\s*=.*)$/i
const isPersonal = /^(?:private|no-store)$/i

/** @see RFC 9111 section 5.2.2 */
function unshared(directives: readonly string[]): string[] {
  const kept = directives.filter((directive) => !sharing.test(directive))
  return kept.some((directive) => isPersonal.test(directive)) ? kept : ['private', ...kept]
}

/** How long a stored response may be used. */
const freshness = /^(?:max-age|s-maxage|immutable|stale-while-revalidate|stale-if-error)\b/i

/** Where a response was public, how long caches may use it goes with that. */
function unstored(directives: readonly string[]): string[] {
  const isShared = directives.some((directive) => sharing.test(directive))
  const kept = directives.filter(
    (directive) => !sharing.test(directive) && !(isShared && freshness.test(directive)),
  )
  return kept.some((directive) => /^no-store$/i.test(directive)) ? kept : [...kept, 'no-store']
}

function varyByCookie(res: ServerResponse): void {
  const vary = res.getHeader('Vary')
  if (vary === undefined) res.setHeader('Vary', 'Cookie')
  else if (!/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(String(vary)))
    res.setHeader('Vary', [vary, 'Cookie'].flat().map(String))
}
