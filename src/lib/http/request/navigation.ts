import type { IncomingMessage } from 'node:http'

/**
 * Whether a person's browser is opening this URL as a page, so that a redirect or a page of ours
 * will be seen; calls from scripts, images, frames and prefetching are not.
 *
 * @see W3C Fetch Metadata Request Headers
 */
export function isNavigation(req: IncomingMessage): boolean {
  if (req.method !== 'GET' || isPrefetch(req)) return false
  return asksForPage(req)
}

/** The same for a form that was sent, too. */
export function asksForPage({ headers }: IncomingMessage): boolean {
  if (isOfScript(headers['x-requested-with'])) return false
  const mode = headers['sec-fetch-mode']
  if (mode === undefined || isHandedOn(headers)) return prefersHtml(headers.accept)
  return mode === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

/**
 * Whether a service worker may have handed the request on. Chromium then leaves out where it goes:
 * into a page, mostly, or into a frame of one; but no script can ask in this mode. A link with
 * `download` looks alike, and takes anything.
 */
export function isHandedOn(headers: IncomingMessage['headers']): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'empty'
}

/**
 * Libraries say `XMLHttpRequest`; pages inside Android apps name the app, always with a dot. An
 * empty header is one that a proxy emptied.
 */
function isOfScript(requestedWith: string | string[] | undefined): boolean {
  return Boolean(requestedWith) && !requestedWith?.includes('.')
}

/** A browser, or one of its tools, looks ahead; nobody has asked for the page yet. */
export function isPrefetch({ headers }: IncomingMessage): boolean {
  const purposes = [headers['sec-purpose'], headers.purpose, headers['x-moz']]
  return purposes.some((purpose) => /prefetch|prerender/i.test(String(purpose ?? '')))
}

/** Browsers name `text/html`; scripts and tools send a wildcard or nothing. */
function prefersHtml(accept: string | undefined): boolean {
  if (!accept?.includes('text/html')) return false
  const html = quality(accept, 'text/html')
  return html > 0 && html >= quality(accept, 'application/json')
}

/** The `q` of a media type that the header names itself, else 0. */
function quality(accept: string, type: string): number {
  for (const range of accept.split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (name !== type) continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    return q === undefined ? 1 : Number(q.slice(2)) || 0
  }
  return 0
}
