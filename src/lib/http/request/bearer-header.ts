import type { IncomingMessage } from 'node:http'

/** The scheme alone: what follows it is looked at by whoever verifies the token. */
const scheme = /^bearer(?![\w!#$%&'*+.^`|~-])/i

/**
 * The access token in the header `Authorization`.
 *
 * Every spelling but `Bearer`, one space and the token is malformed; the case of the scheme does not
 * matter. More than one such header is malformed, too: Node shows the first, and a proxy in front
 * may have looked at another one.
 *
 * @returns `undefined` where there is none, or one of another scheme. The empty string where it is
 *   malformed: that decides as well, and no cookie does in its place.
 * @see RFC 6750 section 2.1, RFC 9110 section 11.4
 */
export function bearerIn(req: IncomingMessage): string | undefined {
  const { authorization } = req.headers
  if (authorization === undefined) return undefined
  if (isRepeated(req)) return ''
  if (!scheme.test(authorization)) return undefined
  return authorization.charAt(6) === ' ' ? authorization.slice(7) : ''
}

/** `headersDistinct` says it as well, and makes an object of all headers for it. */
function isRepeated({ rawHeaders = [] }: Partial<IncomingMessage>): boolean {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1
  }
  return count > 1
}
