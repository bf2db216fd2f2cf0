import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../../ground/log.ts'
import { queryOf } from './middleware.ts'
import { tell } from './request-log.ts'
import { redirect } from './respond.ts'

/** Stands in the query of a URL that the browser was sent to from another host. */
const marker = 'redirected'

/**
 * Sends the browser to a host that `baseUrl` names: a cookie set on another would not come back to
 * the callback.
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
 * Whether the browser was sent here already. Once is enough: behind a proxy that does not pass the
 * host on, it would be sent there and back for ever.
 */
export function cameFromOtherHost(req: IncomingMessage): boolean {
  return queryOf(req).has(marker)
}

/** Makes that known to the request after this one, too. */
export function keepMarker(req: IncomingMessage, query: URLSearchParams): void {
  if (cameFromOtherHost(req)) query.set(marker, '1')
}
