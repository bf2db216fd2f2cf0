import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { type Answer, type Call, collector, type Limit, type Transport } from './transport.ts'

/** Sockets idle this long are closed by us, before servers that close at five seconds do. */
const idleSocketMs = 4000

export function nodeTransport(): Transport {
  const agentOptions = { keepAlive: true, timeout: idleSocketMs }
  const http = new HttpAgent(agentOptions)
  const https = new HttpsAgent(agentOptions)
  return (call, limit) => {
    const agent = call.url.protocol === 'https:' ? https : http
    return callOnce(call, limit, call.once ? false : agent)
  }
}

/**
 * No signal and no URL is handed to Node, and the answer is not iterated: each of these would cost
 * more than all that is done here.
 */
function callOnce(
  call: Call,
  limit: Limit,
  agent: HttpAgent | HttpsAgent | false,
): Promise<Answer> {
  const { url, method, headers, body, maxBodyBytes } = call
  return new Promise((resolve, reject) => {
    if (limit.reason !== undefined) throw limit.reason
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = request({
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: url.pathname + url.search,
      method,
      agent,
      headers: { ...headers, 'accept-encoding': 'identity', ...contentLength(body) },
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
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isStale =
        outgoing.reusedSocket &&
        ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') &&
        outgoing.socket?.bytesRead === bytesReadBefore
      // Not through the agent: its other sockets may have been closed as well.
      if (isStale) callOnce(call, limit, false).then(resolve, reject)
      else reject(error)
    })
    outgoing.end(body)
  })
}

function contentLength(body: string | undefined): Record<string, string> | undefined {
  return body === undefined ? undefined : { 'content-length': String(Buffer.byteLength(body)) }
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
