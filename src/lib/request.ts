import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { ScalekitError } from './errors.ts'

/** How long one call may take from first to last byte, in milliseconds. */
const defaultTimeoutMs = 5000
/** The largest body that is read; a token answer with many claims has about ten thousand bytes. */
const defaultMaxBodyBytes = 256 * 1024
/** Node takes longer ones for one millisecond. */
export const longestTimerMs: number = 2 ** 31 - 1
/** Sockets idle this long are closed by us, before servers that close at five seconds do. */
const idleSocketMs = 4000

/** One call to Scalekit. */
export interface Call {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Ends the call before its time. */
  readonly signal?: AbortSignal | undefined
  /** In place of the sender's own, in milliseconds. */
  readonly timeoutMs?: number
  /** The largest body that is read. Default: 256 kB. */
  readonly maxBodyBytes?: number
  /**
   * The call must not arrive twice. It then gets a socket of its own: of a kept one that ends
   * without a word nobody can tell whether the server had begun.
   */
  readonly once?: boolean
}

/** The answer to a call, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * Makes one call; redirects are answers like any other.
 *
 * @throws {@link ScalekitError} `provider_unavailable` or `provider_failed`
 */
export type Send = (call: Call) => Promise<Answer>

/** The shape of `fetch` that this package calls. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** How calls are made. */
export interface SenderOptions {
  /** Calls go to these origins and nowhere else, whatever a document of the provider says. */
  readonly origins: readonly string[]
  /** In milliseconds, for the whole call. Default: 5000. */
  readonly timeoutMs?: number
  /** Replaces `node:http`, for proxies and tests. */
  readonly fetch?: Fetch
}

/** The one way out of this package: bounded in time, size and destination. */
export function sender(options: SenderOptions): Send {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  const transport = options.fetch ? fetchTransport(options.fetch) : nodeTransport()
  return async function send(call) {
    if (!options.origins.includes(call.url.origin)) {
      throw failed(`refused to call ${call.url.origin}, which is not the environment's origin`)
    }
    const limit: Limit = {
      reason: call.signal?.aborted ? call.signal.reason : undefined,
      stop() {},
    }
    const clear = startLimit(limit, call.timeoutMs ?? timeoutMs, call.signal)
    try {
      const answer = await transport(call, limit)
      assertStatus(answer)
      return answer
    } catch (error) {
      if (error instanceof ScalekitError) throw error
      const cause = limit.reason ?? error
      throw new ScalekitError('provider_unavailable', unavailable(call, cause), { cause })
    } finally {
      clear()
    }
  }
}

/** Whether a call failed because its time was up. */
export function isTimeout({ cause }: ScalekitError): boolean {
  return cause instanceof TimeIsUp
}

class TimeIsUp extends Error {}

function unavailable({ url, signal }: Call, cause: unknown): string {
  if (signal?.aborted) return `The call to ${url.origin} was cancelled`
  return `${url.origin} ${cause instanceof TimeIsUp ? cause.message : 'is out of reach'}`
}

/** What ends a call before its answer does: its time, or whoever made it. */
interface Limit {
  /** Why it has ended, once it has. */
  reason: unknown
  /** Set by whatever is under way. */
  stop(reason: unknown): void
}

/** No `AbortSignal.timeout`: its timer would outlive every call that is answered in time. */
function startLimit(limit: Limit, limitMs: number, signal: AbortSignal | undefined): () => void {
  const timer = setTimeout(expire, Math.min(limitMs, longestTimerMs), limit, limitMs)
  if (!signal) return () => clearTimeout(timer)
  const cancel = () => end(limit, signal.reason)
  signal.addEventListener('abort', cancel, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

function expire(limit: Limit, limitMs: number): void {
  end(limit, new TimeIsUp(`did not answer within ${limitMs} ms`))
}

function end(limit: Limit, reason: unknown): void {
  limit.reason = reason
  limit.stop(reason)
}

/** Others cannot be made a `Response` of, and mean nothing. */
function assertStatus({ status }: Answer): void {
  if (status < 200 || status > 599) throw failed(`an answer has the status ${status}`)
}

/** Rejects with the limit's reason once that is there. */
type Transport = (call: Call, limit: Limit) => Promise<Answer>

/** What openid-client and jose pass to a `fetch` that replaces the global one. */
interface BoundedFetchInit {
  readonly method?: string
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  readonly body?: unknown
}

/** `fetch` as openid-client and jose call it, answering a real, fully read `Response`. */
export function asFetch(send: Send): (url: string, init: BoundedFetchInit) => Promise<Response> {
  return async function boundedFetch(url, init) {
    const { status, headers, body } = await send({
      method: init.method ?? 'GET',
      url: new URL(url),
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.body == null ? {} : { body: String(init.body) }),
    })
    const hasNoBody = status === 204 || status === 205 || status === 304
    return new Response(hasNoBody ? null : new Uint8Array(body), { status, headers })
  }
}

function fetchTransport(fetch: Fetch): Transport {
  async function callByFetch(
    { url, method, headers, body, maxBodyBytes }: Call,
    signal: AbortSignal,
  ): Promise<Answer> {
    const init: RequestInit = { method, headers, redirect: 'manual', signal }
    if (body !== undefined) init.body = body
    const response = await fetch(url.href, init)
    const chunks: Buffer[] = []
    const collect = collector(chunks, maxBodyBytes)
    if (response.body) for await (const chunk of response.body) collect(Buffer.from(chunk))
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.concat(chunks),
    }
  }

  // The race holds even where that `fetch` does not listen to its signal.
  return (call, limit) => {
    const controller = new AbortController()
    const ended = new Promise<never>((_resolve, reject) => {
      limit.stop = (reason) => {
        controller.abort(reason)
        reject(reason)
      }
    })
    if (limit.reason !== undefined) limit.stop(limit.reason)
    return Promise.race([callByFetch(call, controller.signal), ended])
  }
}

function nodeTransport(): Transport {
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

function collector(chunks: Buffer[], maxBodyBytes = defaultMaxBodyBytes): (chunk: Buffer) => void {
  let size = 0
  return (chunk) => {
    size += chunk.length
    if (size > maxBodyBytes) throw failed(`an answer is larger than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
}

function failed(message: string): ScalekitError {
  return new ScalekitError('provider_failed', message)
}
