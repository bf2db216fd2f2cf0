import type { Provider } from './discovery.ts'

/**
 * Where the browser goes to end its session at Scalekit as well.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2
 */
export function endSessionUrl(
  { endSessionUrl }: Provider,
  request: {
    readonly clientId: string
    readonly idTokenHint: string | undefined
    readonly postLogoutRedirectUri: string
    readonly state: string
  },
): URL | undefined {
  if (!endSessionUrl) return undefined
  const url = new URL(endSessionUrl)
  if (request.idTokenHint !== undefined) url.searchParams.set('id_token_hint', request.idTokenHint)
  url.searchParams.set('client_id', request.clientId)
  url.searchParams.set('post_logout_redirect_uri', request.postLogoutRedirectUri)
  url.searchParams.set('state', request.state)
  return url
}
