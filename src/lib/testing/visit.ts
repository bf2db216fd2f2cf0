import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** A request that did not use a network, and its response. */
export interface Visit {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/**
 * A handler that Node's `http` server can call: an Express or Connect application, or a middleware.
 */
export type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => unknown

/** The headers of a browser that Scalekit redirects to the application. */
const browserHeaders = {
  accept: 'text/html',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

/** Creates a browser's request for a URL of the application. */
export function visitTo(url: URL, cookie?: string): Visit {
  const socket = unconnected(url.protocol === 'https:')
  const req = new IncomingMessage(socket)
  req.method = 'GET'
  req.url = url.pathname + url.search
  Object.assign(req.headers, { host: url.host, ...browserHeaders, ...(cookie && { cookie }) })
  req.push(null)
  const res = new ServerResponse(req)
  res.assignSocket(socket)
  return { req, res }
}

/**
 * Calls a handler with a request.
 *
 * @returns once the response was sent, or the handler called `next`
 * @throws the error that the handler passed to `next`, threw, or rejected with
 */
export async function serve(handler: Handler, { req, res }: Visit): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    res.once('finish', resolve).once('close', resolve)
    const served = handler(req, res, (error) => (error ? reject(error) : resolve()))
    Promise.resolve(served).catch(reject)
  })
}

/** A connection whose bytes are all discarded. */
function unconnected(isEncrypted: boolean): Socket {
  const sink = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const remote = { remoteAddress: '127.0.0.1', ...(isEncrypted && { encrypted: true }) }
  return Object.assign(sink, remote) as unknown as Socket
}
