import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CookieStyle, clearCookie, readCookie, setCookie } from '../ground/cookies.ts'

/** What browsers keep of one cookie, name, value and attributes together, in bytes. */
const maxCookieBytes = 4096
/** What the attributes of our cookie and the end of its second name take of that. */
const attributesBytes = 128

/**
 * The longest value: with other cookies and headers beside it, a request has to stay below the 8 kB
 * at which common proxies answer 400 or 431.
 */
export const maxValueLength = 6000

/** One value in one cookie or, when it is too long for that, in two. */
export interface ChunkedCookie {
  read(req: IncomingMessage): string | undefined
  write(req: IncomingMessage, res: ServerResponse, value: string, maxAgeSeconds: number): void
  clear(req: IncomingMessage, res: ServerResponse): void
}

/**
 * The second cookie counts only behind a first one that is full. What is put together here is
 * believed only when it opens as a whole, so parts of two values never make a third.
 *
 * @param name The full name of the first; the second has `.1` behind it.
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
