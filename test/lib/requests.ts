import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/** A request that brings these cookies, and nothing else. */
export function requestWith(cookie?: string): IncomingMessage {
  const req = new IncomingMessage(new Socket())
  if (cookie !== undefined) req.headers.cookie = cookie
  return req
}

export function responseTo(req: IncomingMessage = requestWith()): ServerResponse {
  return new ServerResponse(req)
}

/** The `Set-Cookie` lines of an answer. */
export function setCookieLines(res: ServerResponse): string[] {
  const lines = res.getHeader('Set-Cookie')
  return lines === undefined ? [] : [lines].flat().map(String)
}

/** What a browser sends next after this answer. */
export function cookieAfter(res: ServerResponse): string {
  return setCookieLines(res)
    .map((line) => line.split(';')[0]!)
    .join('; ')
}
