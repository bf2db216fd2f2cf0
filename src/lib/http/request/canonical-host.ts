import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../../ground/log.ts'
import { queryOf } from './middleware.ts'
import { tell } from './request-log.ts'
import { redirect } from './respond.ts'

/** A query parameter that marks a URL to which the browser was redirected from another host. */
const marker = 'redirected'

/**
 * Redirects the browser to a host that `baseUrl` names. A cookie set on another host would not be
 * sent to the callback.
 */
export function redirectToCanonicalHost(
  log: { readonly logger: Logger },
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
): void {
  tell(log, req, 'sign-in', `\`baseUrl\` does not name this host, redirecting to ${url.origin}`)
  url.searchParams.set(marker, '1')
  redirect(req, res, url.href)
}

/**
 * Whether the browser was already redirected here. One redirect is enough: behind a proxy that does
 * not pass the host on, further ones would loop forever.
 */
export function cameFromOtherHost(req: IncomingMessage): boolean {
  return queryOf(req).has(marker)
}

/** Repeats the marker in the query of the next URL. */
export function keepMarker(req: IncomingMessage, query: URLSearchParams): void {
  if (cameFromOtherHost(req)) query.set(marker, '1')
}
