import type { IncomingMessage } from 'node:http'

/** Matches the scheme only. The code that verifies the token reads the rest. */
const scheme = /^bearer(?![\w!#$%&'*+.^`|~-])/i

/**
 * Reads the access token in the header `Authorization`.
 *
 * The only valid form is `Bearer`, one space and the token; the case of the scheme does not matter.
 * More than one such header is malformed: Node shows the first one, and a proxy in front may have
 * checked another.
 *
 * @returns the token; `undefined` without the header or with another scheme. A malformed header
 *   returns the empty string: it counts as an invalid token, and no cookie is used in its place.
 * @see RFC 6750 section 2.1, RFC 9110 section 11.4
 */
export function bearerIn(req: IncomingMessage): string | undefined {
  const { authorization } = req.headers
  if (authorization === undefined) return undefined
  if (isRepeated(req)) return ''
  if (!scheme.test(authorization)) return undefined
  return authorization.charAt(6) === ' ' ? authorization.slice(7) : ''
}

/**
 * Searches the raw headers: `headersDistinct` has the count as well, but builds an object of all
 * headers for it.
 */
function isRepeated({ rawHeaders = [] }: Partial<IncomingMessage>): boolean {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1
  }
  return count > 1
}
