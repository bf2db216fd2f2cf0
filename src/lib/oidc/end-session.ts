import type { Provider } from './discovery.ts'

/**
 * Where the browser goes to end its session at Scalekit as well.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2
 */
export function endSessionUrl(
  { endSessionUrl }: Pick<Provider, 'endSessionUrl'>,
  request: {
    readonly clientId: string
    readonly idTokenHint: string | undefined
    readonly postLogoutRedirectUri: string | undefined
    readonly state: string | undefined
  },
): URL | undefined {
  if (!endSessionUrl) return undefined
  const url = new URL(endSessionUrl)
  const params = {
    id_token_hint: request.idTokenHint,
    client_id: request.clientId,
    post_logout_redirect_uri: request.postLogoutRedirectUri,
    state: request.state,
  }
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url
}
