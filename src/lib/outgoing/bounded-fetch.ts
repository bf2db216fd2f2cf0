import type { Send } from './request.ts'

/** What openid-client and jose pass to a `fetch` that replaces the global one. */
interface BoundedFetchInit {
  readonly method?: string
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  readonly body?: unknown
}

/** `fetch` as openid-client and jose call it, answering a real, fully read `Response`. */
export function asFetch(send: Send): (url: string, init: BoundedFetchInit) => Promise<Response> {
  return async function boundedFetch(url, init) {
    const { origin, pathname, search } = new URL(url)
    const { status, headers, body } = await send({
      method: init.method ?? 'GET',
      origin,
      path: pathname + search,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.body == null ? {} : { body: String(init.body) }),
    })
    const hasNoBody = status === 204 || status === 205 || status === 304
    return new Response(hasNoBody ? null : new Uint8Array(body), { status, headers })
  }
}
