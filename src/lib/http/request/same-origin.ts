import type { IncomingMessage } from 'node:http'
import { isHandedOn, isNavigation } from './navigation.ts'

/**
 * Whether a request that changes something was made by this site, and by its user's will.
 *
 * A script proves it with the token, a browser with `Sec-Fetch-Site`, an old one with `Origin`. A
 * link counts only as a navigation: an image or a frame on a page of ours could be anybody's idea,
 * and behind a service worker a page looks like a frame.
 *
 * @see W3C Fetch Metadata Request Headers, section 2.2
 */
export function isWanted(
  req: IncomingMessage,
  proof: { readonly origin: string; isCsrfToken(token: string): boolean },
): boolean {
  const { headers, method } = req
  const token = headers['x-csrf-token']
  if (typeof token === 'string') return proof.isCsrfToken(token)
  if (method === 'GET' && (!isNavigation(req) || isHandedOn(headers))) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return method === 'POST' && headers.origin === proof.origin
}
