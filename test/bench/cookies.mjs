import { IncomingMessage, ServerResponse } from 'node:http'
import { kit } from './kit.mjs'

const { scalekitAuth } = await kit('index')

/** A cookie header with one character in the middle of the sealed part changed. */
export function tampered(cookie) {
  const middle = Math.floor(cookie.length / 2)
  const other = cookie[middle] === 'A' ? 'B' : 'A'
  return cookie.slice(0, middle) + other + cookie.slice(middle + 1)
}

/**
 * Many valid cookies of one session, none equal to another: the kit seals a session again when
 * half of its idle time is over, so an instance whose clock is ahead answers a new one each time.
 */
export function resealed(cookie, count, options) {
  const idleSeconds = 86_400
  const clock = () => Date.now() + idleSeconds * 600
  const auth = scalekitAuth({ ...options, session: { idleSeconds }, clock })
  return Array.from({ length: count }, () => {
    const { req, res } = requestWith(cookie)
    // The cookie is set when the header is written.
    auth(req, res, () => auth.requireAuth()(req, res, () => res.writeHead(200)))
    return String(res.getHeader('Set-Cookie')).split(';', 1)[0]
  })
}

/** A request to the guarded route that came over no connection, and the response to it. */
export function requestWith(cookie) {
  const req = new IncomingMessage(null)
  req.method = 'GET'
  req.url = '/app'
  req.headers = { host: '127.0.0.1', accept: 'application/json' }
  // Flat and new like the one the HTTP parser makes; V8 remembers the hash of a string it has seen.
  if (cookie) req.headers.cookie = Buffer.from(cookie, 'latin1').toString('latin1')
  return { req, res: new ServerResponse(req) }
}
