import type { IncomingMessage } from 'node:http'
import { isHandedOn, isNavigation } from './navigation.ts'

/** The values by which requests of this site are recognized. */
export interface SameOriginProof {
  readonly origin: string
  isCsrfToken(token: string): boolean
  /** Returns the token in a form's field `csrf`. */
  csrfField(req: IncomingMessage): string | undefined | Promise<string | undefined>
}

/**
 * Whether this site made a state-changing request because its user wanted it.
 *
 * The proof is the token in the header for a script, `Sec-Fetch-Site` for a browser, and `Origin`
 * for an old browser. A link only counts if it is a page load: an attacker may have put an image or
 * a frame into a page of this site. Behind a service worker a page load looks like a frame, so it
 * does not count either.
 *
 * Some browsers send neither: no fetch metadata, as over http, and `Origin: null`. A form of this
 * site then proves itself by its field `csrf`.
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
