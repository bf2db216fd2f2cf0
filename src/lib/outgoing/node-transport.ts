import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { type Answer, type Call, collector, type Limit, type Transport } from './transport.ts'

/** Sockets idle this long are closed by us, before servers that close at five seconds do. */
const idleSocketMs = 4000

/** Where calls go, taken apart once for all of them. */
interface Destination {
  readonly hostname: string
  readonly port: string
  /** Hostname and port as a header names them. */
  readonly host: string
  readonly request: typeof httpRequest
  readonly agent: HttpAgent
}

export function nodeTransport(origins: readonly string[]): Transport {
  const destinations = new Map(origins.map((origin) => [origin, destinationAt(origin)]))
  return (call, limit) => {
    const destination = destinations.get(call.origin)!
    return callOnce(call, limit, destination, call.once ? false : destination.agent)
  }
}

function destinationAt(origin: string): Destination {
  const { protocol, hostname, port, host } = new URL(origin)
  const [request, Agent] =
    protocol === 'https:' ? [httpsRequest, HttpsAgent] : [httpRequest, HttpAgent]
  return {
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    host,
    request,
    agent: new Agent({ keepAlive: true, timeout: idleSocketMs }),
  }
}

/**
 * No signal and no URL is handed to Node, and the answer is not iterated: each of these would cost
 * more than all that is done here.
 */
function callOnce(
  call: Call,
  limit: Limit,
  destination: Destination,
  agent: HttpAgent | false,
): Promise<Answer> {
  const { hostname, port, host, request } = destination
  const { path, method, body, maxBodyBytes } = call
  return new Promise((resolve, reject) => {
    // A call that is made again may be over by now.
    if (limit.reason !== undefined) throw limit.reason
    const outgoing = request({
      hostname,
      port,
      path,
      method,
      agent,
      headers: headersOf(call, host),
    })
    limit.stop = (reason) => {
      outgoing.destroy()
      reject(reason)
    }
    let bytesReadBefore = 0
    outgoing.on('socket', ({ bytesRead }) => {
      bytesReadBefore = bytesRead
    })
    outgoing.on('response', (response) => readAnswer(response, maxBodyBytes, resolve, reject))
    // Not `once`: a socket that is let go of may have more than one thing to say.
    outgoing.on('error', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }) => {
      // What came and is no HTTP; there may be a token in it, and loggers show it.
      delete error.rawPacket
      const isStale =
        outgoing.reusedSocket &&
        ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') &&
        outgoing.socket?.bytesRead === bytesReadBefore
      // Not through the agent: its other sockets may have been closed as well.
      if (isStale) callOnce(call, limit, destination, false).then(resolve, reject)
      else reject(error)
    })
    outgoing.end(body)
  })
}

/** A list: Node then writes the headers at once, without putting them into an object first. */
function headersOf({ method, headers, body = '' }: Call, host: string): string[] {
  const list = ['host', host, 'accept-encoding', 'identity']
  for (const name in headers) list.push(name, headers[name]!)
  if (method !== 'GET') list.push('content-length', String(Buffer.byteLength(body)))
  return list
}

function readAnswer(
  response: IncomingMessage,
  maxBodyBytes: number | undefined,
  resolve: (answer: Answer) => void,
  reject: (error: unknown) => void,
): void {
  const chunks: Buffer[] = []
  const collect = collector(chunks, maxBodyBytes)
  response.on('data', (chunk: Buffer) => {
    try {
      collect(chunk)
    } catch (error) {
      // Or an endless body would go on flowing.
      response.destroy()
      reject(error)
    }
  })
  response.on('error', reject)
  response.on('end', () => {
    const [first] = chunks
    const body = first && chunks.length === 1 ? first : Buffer.concat(chunks)
    resolve({ status: response.statusCode ?? 0, headers: textHeaders(response), body })
  })
}

/** Node makes a list of `set-cookie`, and of nothing else. */
function textHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const cookies = headers['set-cookie']
  const texts = cookies ? { ...headers, 'set-cookie': String(cookies) } : headers
  return texts as Readonly<Record<string, string>>
}
