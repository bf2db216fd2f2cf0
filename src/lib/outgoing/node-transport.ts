import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { type Answer, type Call, collector, type Limit, type Transport } from './transport.ts'

/**
 * The kit closes sockets that are idle for this long, in milliseconds. Many servers close them
 * after five seconds.
 */
const idleSocketMs = 4000

/** The target of calls, parsed once for all of them. */
interface Destination {
  readonly hostname: string
  readonly port: string
  /** Host name and port, as in the `Host` header. */
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
 * Sends a call. Node gets neither a signal nor a URL, and the response is not iterated: each of
 * these would cost more than the rest of this function.
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
    // The time may have run out before a second attempt.
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
    // Not `once`: a closed socket may emit more than one error.
    outgoing.on('error', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }) => {
      // The raw bytes of a malformed response may contain a token, and loggers print the member.
      delete error.rawPacket
      const isStale =
        outgoing.reusedSocket &&
        ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') &&
        outgoing.socket?.bytesRead === bytesReadBefore
      // Without the agent: its other sockets may have been closed as well.
      if (isStale) callOnce(call, limit, destination, false).then(resolve, reject)
      else reject(error)
    })
    outgoing.end(body)
  })
}

/** An array: Node then writes the headers directly, without building an object first. */
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
      // Otherwise an endless body would continue to arrive.
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

/** In Node, only `set-cookie` is an array. */
function textHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const cookies = headers['set-cookie']
  const texts = cookies ? { ...headers, 'set-cookie': String(cookies) } : headers
  return texts as Readonly<Record<string, string>>
}
