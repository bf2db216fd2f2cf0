import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { ScalekitError } from './errors.ts'

/** How long one call may take from first to last byte, in milliseconds. */
const defaultTimeoutMs = 5000
/** The largest body that is read; a token answer with many claims has about ten thousand bytes. */
const defaultMaxBodyBytes = 256 * 1024
/** Sockets idle this long are closed by us, before servers that close at five seconds do. */
const idleSocketMs = 4000

/** One call to Scalekit. */
export interface Call {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
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
    const limitMs = call.timeoutMs ?? timeoutMs
    const end = endOf(call, limitMs)
    try {
      // The race holds even where a `fetch` that was passed in does not listen to its signal.
      const answer = await Promise.race([transport(call, end.signal), rejectedOn(end.signal)])
      assertStatus(answer)
      return answer
    } catch (error) {
      if (error instanceof ScalekitError) throw error
      const { aborted, reason } = end.signal
      const cause = aborted ? reason : error
      throw new ScalekitError('provider_unavailable', unavailable(call, cause, limitMs), { cause })
    } finally {
      end.clear()
    }
  }
}

/** Whether a call failed because its time was up. */
export function isTimeout(error: ScalekitError): boolean {
  return error.cause instanceof DOMException && error.cause.name === 'TimeoutError'
}

function unavailable({ url, signal }: Call, cause: unknown, limitMs: number): string {
  if (signal?.aborted) return `The call to ${url.origin} was cancelled`
  const isLate = cause instanceof DOMException && cause.name === 'TimeoutError'
  return `${url.origin} ${isLate ? `did not answer within ${limitMs} ms` : 'is out of reach'}`
}

/** Not `AbortSignal.timeout`, whose timer would outlive every call that is answered in time. */
function endOf({ signal }: Call, limitMs: number): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const late = () => controller.abort(new DOMException('The time is up', 'TimeoutError'))
  const cancel = () => controller.abort(signal?.reason)
  const timer = setTimeout(late, limitMs)
  signal?.addEventListener('abort', cancel, { once: true })
  if (signal?.aborted) cancel()
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    },
  }
}

function rejectedOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** Others cannot be made a `Response` of, and mean nothing. */
function assertStatus({ status }: Answer): void {
  if (status < 200 || status > 599) throw failed(`an answer has the status ${status}`)
}

type Transport = (call: Call, signal: AbortSignal) => Promise<Answer>

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
  return async function callByFetch({ url, method, headers, body, maxBodyBytes }, signal) {
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
}

function nodeTransport(): Transport {
  const agentOptions = { keepAlive: true, timeout: idleSocketMs }
  const http = new HttpAgent(agentOptions)
  const https = new HttpsAgent(agentOptions)
  return async function callByNode(call, signal) {
    const agent = call.url.protocol === 'https:' ? https : http
    try {
      return await callOnce(call, signal, call.once ? false : agent)
    } catch (error) {
      // Not through the agent: its other sockets may have been closed as well.
      if (error instanceof StaleSocketError) return callOnce(call, signal, false)
      throw error
    }
  }
}

/** A kept socket turned out to be closed before any byte of an answer came. */
class StaleSocketError extends Error {}

function callOnce(
  { url, method, headers, body, maxBodyBytes }: Call,
  signal: AbortSignal,
  agent: HttpAgent | HttpsAgent | false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = request(url, {
      method,
      signal,
      agent,
      headers: { ...headers, 'accept-encoding': 'identity', ...contentLength(body) },
    })
    let bytesReadBefore = 0
    outgoing.once('socket', ({ bytesRead }) => {
      bytesReadBefore = bytesRead
    })
    outgoing.once('response', (response) =>
      readAnswer(response, maxBodyBytes).then(resolve, reject),
    )
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      const isStale =
        outgoing.reusedSocket &&
        ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') &&
        outgoing.socket?.bytesRead === bytesReadBefore
      reject(isStale ? new StaleSocketError('stale', { cause: error }) : error)
    })
    outgoing.end(body)
  })
}

function contentLength(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}

async function readAnswer(response: IncomingMessage, maxBodyBytes?: number): Promise<Answer> {
  const chunks: Buffer[] = []
  const collect = collector(chunks, maxBodyBytes)
  // Leaving this loop by an error destroys the socket, so an endless body stops flowing.
  for await (const chunk of response) collect(chunk as Buffer)
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  }
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
