import type { IncomingMessage } from 'node:http'
import { isHandedOn, isNavigation } from './navigation.ts'

/** What tells requests of this site from others. */
export interface SameOriginProof {
  readonly origin: string
  isCsrfToken(token: string): boolean
  /** The token that a form carries as its field `csrf`. */
  csrfField(req: IncomingMessage): string | undefined | Promise<string | undefined>
}

/**
 * Whether a request that changes something was made by this site, and by its user's will.
 *
 * A script proves it with the token, a browser with `Sec-Fetch-Site`, an old one with `Origin`. A
 * link counts only as a navigation: an image or a frame on a page of ours could be anybody's idea,
 * and behind a service worker a page looks like a frame.
 *
 * Some browsers say neither: those that fetch metadata are not sent by, as over http, with `Origin:
 * null`. There a form of this site proves itself by its field.
 *
 * @see W3C Fetch Metadata Request Headers, section 2.2; RFC 6454 section 7.3
 */
export async function isWanted(req: IncomingMessage, proof: SameOriginProof): Promise<boolean> {
  const { headers, method } = req
  const token = headers['x-csrf-token']
  if (typeof token === 'string') return proof.isCsrfToken(token)
  if (method === 'GET' && (!isNavigation(req) || isHandedOn(headers))) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin = 'null' } = headers
  if (method === 'GET' || origin !== 'null') return method !== 'GET' && origin === proof.origin
  const field = await proof.csrfField(req)
  return field !== undefined && proof.isCsrfToken(field)
}
