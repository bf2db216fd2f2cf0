import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** A request that no network carried, and its response. */
export interface Visit {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** Anything that Node's `http` server can call: an application of Express or Connect, a middleware. */
export type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => unknown

/** What a browser sends that Scalekit redirects to the application. */
const browserHeaders = {
  accept: 'text/html',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

/** A browser's visit to a URL of the application. */
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
 * Lets a handler serve a visit.
 *
 * @returns once the response was sent, or the handler called `next`
 * @throws what the handler passed to `next`, threw, or rejected with
 */
export async function serve(handler: Handler, { req, res }: Visit): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    res.once('finish', resolve).once('close', resolve)
    const served = handler(req, res, (error) => (error ? reject(error) : resolve()))
    Promise.resolve(served).catch(reject)
  })
}

/** The end of a connection at which every byte gets lost. */
function unconnected(isEncrypted: boolean): Socket {
  const sink = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const remote = { remoteAddress: '127.0.0.1', ...(isEncrypted && { encrypted: true }) }
  return Object.assign(sink, remote) as unknown as Socket
}
