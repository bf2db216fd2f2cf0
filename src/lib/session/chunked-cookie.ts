import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CookieStyle, clearCookie, readCookie, setCookie } from '../ground/cookies.ts'

/** Browsers' limit for one cookie in bytes: name, value and attributes together. */
const maxCookieBytes = 4096
/** Bytes of that limit that the attributes and the suffix of the second name need. */
const attributesBytes = 128

/**
 * Maximum length of a value. Common proxies answer requests above 8 kB with 400 or 431, and other
 * cookies and headers need space as well.
 */
export const maxValueLength = 6000

/** Stores one value in one cookie. A value that is too long is split into two. */
export interface ChunkedCookie {
  read(req: IncomingMessage): string | undefined
  write(req: IncomingMessage, res: ServerResponse, value: string, maxAgeSeconds: number): void
  clear(req: IncomingMessage, res: ServerResponse): void
}

/**
 * The second cookie is only read if the first one is full. The joined value is only accepted if it
 * opens as a whole, so parts of two values never form a third.
 *
 * @param name The full name of the first cookie. The second adds the suffix `.1`.
 */
export function chunkedCookie(name: string, style: CookieStyle): ChunkedCookie {
  const secondName = `${name}.1`
  const chunkLength = maxCookieBytes - attributesBytes - name.length
  return {
    read({ headers }) {
      const first = readCookie(headers.cookie, name)
      if (first === undefined || first.length !== chunkLength) return first
      return first + (readCookie(headers.cookie, secondName) ?? '')
    },
    write(req, res, value, maxAgeSeconds) {
      const [first, second] = [value.slice(0, chunkLength), value.slice(chunkLength)]
      setCookie(res, { name, value: first, maxAgeSeconds }, style)
      if (second) setCookie(res, { name: secondName, value: second, maxAgeSeconds }, style)
      else if (hasSecond(req)) clearCookie(res, secondName, style)
    },
    clear(req, res) {
      clearCookie(res, name, style)
      if (hasSecond(req)) clearCookie(res, secondName, style)
    },
  }

  function hasSecond({ headers }: IncomingMessage): boolean {
    return headers.cookie?.includes(`${secondName}=`) ?? false
  }
}
