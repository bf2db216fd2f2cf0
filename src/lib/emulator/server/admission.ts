import type { IncomingHttpHeaders } from 'node:http'
import { type Answer, json } from './call.ts'

/** The request line and the headers, before the body is read. */
export interface Arrival {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/**
 * Decides whether a request is handled. A page of any site can send requests to this machine, and
 * the emulator needs no password.
 *
 * @returns the response to a refused request
 */
export function refusalOf(
  { method = 'GET', headers }: Arrival,
  allowedHosts: readonly string[],
): Answer | undefined {
  const host = headers.host ?? ''
  if (!isAllowedHost(host, allowedHosts)) return misdirected(host)
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead || isFromSameOrigin(headers) ? undefined : crossSite
}

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]']

/**
 * Prevents DNS rebinding: a host name of an attacker resolves to this machine. The browser then
 * treats the emulator's pages as the attacker's. Only the Host header shows the difference.
 */
function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  return loopbackHosts.includes(name) || allowedHosts.includes(name)
}

/** Servers send neither header. Browsers without Fetch Metadata send `Origin` with every POST. */
function isFromSameOrigin({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site === 'same-origin'
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-421-misdirected-request */
function misdirected(host: string): Answer {
  return plain(
    421,
    `The emulator refuses requests for the host ${JSON.stringify(host)}: another site may have sent them through your browser. Use http://localhost, or allow the host with startEmulator({ allowedHosts }).`,
  )
}

const crossSite: Answer = json(403, {
  error: 'cross_site',
  error_description: 'Nothing was changed: the request came from another site.',
})

function plain(status: number, sentence: string): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: `${sentence}\n`,
  }
}
