import { callHook } from '../ground/hooks.ts'
import { type Answer, type Call, collector, type Transport } from './transport.ts'

/** The shape of `fetch` that this package calls. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Sends calls through a given `fetch`, for proxies and tests. */
export function fetchTransport(fetch: Fetch): Transport {
  async function callByFetch(
    { origin, path, method, headers, body, maxBodyBytes }: Call,
    signal: AbortSignal,
  ): Promise<Answer> {
    const init: RequestInit = { method, headers, redirect: 'manual', signal }
    if (body !== undefined) init.body = body
    const response: unknown = await callHook(() => fetch(origin + path, init))
    assertResponse(response)
    const chunks: Buffer[] = []
    const collect = collector(chunks, maxBodyBytes)
    if (response.body) {
      for await (const chunk of response.body) {
        // A `fetch` that ignores its signal would otherwise never end.
        signal.throwIfAborted()
        collect(Buffer.from(chunk))
      }
    }
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.concat(chunks),
    }
  }

  // The race ends the call even if that `fetch` ignores its signal.
  return (call, limit) => {
    const controller = new AbortController()
    const ended = new Promise<never>((_resolve, reject) => {
      limit.stop = (reason) => {
        controller.abort(reason)
        reject(reason)
      }
    })
    return Promise.race([callByFetch(call, controller.signal), ended])
  }
}

/** Refuses a response of another package's `fetch`, which may use a `Response` class of its own. */
function assertResponse(response: unknown): asserts response is Response {
  const { status, headers, body } = Object(response) as Partial<Response>
  const isBody = body === null || typeof body?.[Symbol.asyncIterator] === 'function'
  if (typeof status === 'number' && typeof headers?.[Symbol.iterator] === 'function' && isBody)
    return
  throw new Error('`http.fetch` did not return a Response')
}
