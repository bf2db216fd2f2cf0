import type { IncomingMessage } from 'node:http'

/**
 * Whether a browser is loading this URL as a page, so that the user will see a redirect or a page
 * of the kit. Requests of scripts, images, frames and prefetching are not page loads.
 *
 * @see W3C Fetch Metadata Request Headers
 */
export function isNavigation(req: IncomingMessage): boolean {
  if (req.method !== 'GET' || isPrefetch(req)) return false
  return asksForPage(req)
}

/** Whether the response will be shown as a page: that of a page load or of a submitted form. */
export function asksForPage({ headers }: IncomingMessage): boolean {
  if (isOfScript(headers['x-requested-with'])) return false
  const mode = headers['sec-fetch-mode']
  if (mode === undefined || isHandedOn(headers)) return prefersHtml(headers.accept)
  return mode === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

/**
 * Whether a service worker may have passed the request on. Chromium then leaves out the
 * destination. It is mostly a page, sometimes a frame in one; a script cannot send this mode. A
 * link with `download` looks alike and accepts any response.
 */
export function isHandedOn(headers: IncomingMessage['headers']): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'empty'
}

/**
 * Whether a script sent the request. Libraries send `XMLHttpRequest`. Pages inside Android apps
 * send the app's name, which always has a dot. A header that a proxy emptied is ignored.
 */
function isOfScript(requestedWith: string | string[] | undefined): boolean {
  return Boolean(requestedWith) && !requestedWith?.includes('.')
}

/**
 * Whether a browser or one of its tools is loading the page in advance. The user has not asked for
 * it yet.
 */
export function isPrefetch({ headers }: IncomingMessage): boolean {
  const purposes = [headers['sec-purpose'], headers.purpose, headers['x-moz']]
  return purposes.some((purpose) => /prefetch|prerender/i.test(String(purpose ?? '')))
}

/**
 * Whether the sender wants HTML. Browsers name `text/html`; scripts and tools send a wildcard or
 * nothing.
 */
function prefersHtml(accept: string | undefined): boolean {
  if (!accept?.includes('text/html')) return false
  const html = quality(accept, 'text/html')
  return html > 0 && html >= quality(accept, 'application/json')
}

/** Returns the `q` of a media type that the header names literally, otherwise 0. */
function quality(accept: string, type: string): number {
  for (const range of accept.split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (name !== type) continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    return q === undefined ? 1 : Number(q.slice(2)) || 0
  }
  return 0
}
