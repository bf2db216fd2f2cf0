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
    ...(cookies.length > 1 ? { requests: [{ setupRequest: inTurn(cookies) }] } : {}),
  })
  if (errors > 0) throw new Error(`${errors} requests to ${url} got no answer`)
  return {
    count: requests.total,
    perSecond: requests.total / duration,
    statuses: Object.keys(statusCodeStats).map(Number),
  }
}

function inTurn(cookies) {
  let next = 0
  return function withNextCookie(request) {
    next = (next + 1) % cookies.length
    return { ...request, headers: headersWith(cookies[next]) }
  }
}

/** A program's request, which both kits refuse with 401 unless it brings a cookie or an access token. */
export function headersWith(credential) {
  const name = credential?.startsWith('Bearer ') ? 'authorization' : 'cookie'
  return { accept: 'application/json', ...(credential ? { [name]: credential } : {}) }
}
