import type { Provider } from './discovery.ts'

/**
 * Maximum length of a hint, in characters; a longer one is left out. With an ID token that names
 * many groups, a server on the way could refuse the URL (414 or 431), and Scalekit's session would
 * not end. `client_id` names the application as well.
 */
const maxHintLength = 2048

/**
 * Builds the URL at which the browser ends its session at Scalekit.
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
    id_token_hint: fitting(request.idTokenHint),
    client_id: request.clientId,
    post_logout_redirect_uri: request.postLogoutRedirectUri,
    state: request.state,
  }
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url
}

function fitting(hint: string | undefined): string | undefined {
  return hint !== undefined && hint.length <= maxHintLength ? hint : undefined
}
