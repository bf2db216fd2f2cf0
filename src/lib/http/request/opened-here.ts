import type { IncomingMessage } from 'node:http'
import { LoginError } from '../../ground/errors.ts'
import { quote } from '../../ground/log.ts'

/**
 * Refuses a connection that a page of another site opens. Browsers send cookies with a WebSocket
 * whichever page opens it, and CORS does not apply to WebSockets.
 *
 * Browsers name the page's origin in `Origin`. Only for an event stream of the same origin, they
 * send `Sec-Fetch-Site` instead. A request that an access token decides needs neither: its cookies
 * are ignored, and no page can make a browser send the token.
 *
 * @param origins The origins whose pages may open a connection, as browsers send them.
 * @param isByToken Whether an access token decides the request. A header `Authorization` that the
 *   instance does not read leaves the cookie in force, so it does not count.
 * @throws {@link LoginError} `cross_site_request`
 * @see RFC 6455 section 10.2
 */
export function assertOpenedHere(
  { headers }: IncomingMessage,
  origins: readonly string[],
  isByToken: boolean,
): void {
  const { origin } = headers
  if (origin !== undefined) {
    if (!origins.includes(origin)) throw crossSite(`Origin is ${quote(origin)}`)
    return
  }
  if (headers['sec-fetch-site'] === 'same-origin') return
  if (isByToken) return
  throw crossSite('the request has no Origin, and no Sec-Fetch-Site: same-origin')
}

function crossSite(why: string): LoginError {
  return new LoginError(
    'cross_site_request',
    `The connection was not opened by a page of this site: ${why}`,
    {
      hint: 'Open it from a page of `baseUrl`, or add the origin to `connections.origins`. A client that is no browser sends Origin, too, or an access token in Authorization where the option `bearer` is set.',
    },
  )
}
