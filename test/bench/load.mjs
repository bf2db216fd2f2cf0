import autocannon from 'autocannon'
import { settings } from './settings.mjs'

/**
 * Sends requests as fast as they are answered.
 *
 * @param cookies `Cookie` headers to send in turn; one `undefined` for none
 * @returns how many were answered, how many in a second, and with which statuses
 */
export async function load(url, cookies, seconds) {
  const { requests, duration, statusCodeStats, errors } = await autocannon({
    url: `${url}/app`,
    connections: settings.connections,
    duration: seconds,
    sampleInt: 100,
    headers: headersWith(cookies[0]),
    ...(cookies.length > 1 ? { requests: [{ setupRequest: inTurn(url, cookies) }] } : {}),
  })
  if (errors > 0) throw new Error(`${errors} requests to ${url} got no answer`)
  return {
    count: requests.total,
    perSecond: requests.total / duration,
    statuses: Object.keys(statusCodeStats).map(Number),
  }
}

/** How many of its many cookies or tokens each server was sent. */
const sent = new Map()

/**
 * Each slice of a server begins where its last one ended. From the start, a slow machine would not
 * get past those that the kit remembers.
 */
function inTurn(url, cookies) {
  return function withNextCookie(request) {
    const next = ((sent.get(url) ?? 0) + 1) % cookies.length
    sent.set(url, next)
    return { ...request, headers: headersWith(cookies[next]) }
  }
}

/** A program's request, which both kits refuse with 401 unless it brings a cookie or an access token. */
export function headersWith(credential) {
  const name = credential?.startsWith('Bearer ') ? 'authorization' : 'cookie'
  return { accept: 'application/json', ...(credential ? { [name]: credential } : {}) }
}
