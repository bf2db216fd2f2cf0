import type { Send } from './request.ts'

/** The options that openid-client and jose pass to a `fetch` that replaces the global one. */
interface BoundedFetchInit {
  readonly method?: string
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  readonly body?: unknown
}

/**
 * Returns a `fetch` for openid-client and jose that resolves with a real `Response` whose body was
 * read completely.
 *
 * A POST is a grant, and it is never sent twice: the provider accepts a code or a refresh token
 * once. If one is sent again after a reset connection, the provider treats it as stolen and revokes
 * every token of the session.
 *
 * @see RFC 9700 section 4.14.2
 */
export function asFetch(send: Send): (url: string, init: BoundedFetchInit) => Promise<Response> {
  return async function boundedFetch(url, init) {
    const { origin, pathname, search } = new URL(url)
    const { method = 'GET' } = init
    const { status, headers, body } = await send({
      method,
      once: method === 'POST',
      origin,
      path: pathname + search,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.body == null ? {} : { body: String(init.body) }),
    })
    // If this header is present, openid-client ignores the error in the body. @see RFC 6749 section
    // 5.2
    const { 'www-authenticate': _challenge, ...others } = headers
    const hasNoBody = status === 204 || status === 205 || status === 304
    return new Response(hasNoBody ? null : new Uint8Array(body), { status, headers: others })
  }
}
