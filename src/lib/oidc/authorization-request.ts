import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client'
import type { LoginTarget, Pins } from '../ground/types.ts'
import type { Provider } from './discovery.ts'
import type { Transaction } from './transaction.ts'

/** Parameters of an authorization request besides its target. */
export interface AuthorizationDetails {
  readonly scope: string
  /** An email address that the identity provider may fill in. */
  readonly loginHint: string | undefined
  /** Several values are separated by spaces, as in all lists here. */
  readonly prompt: string | undefined
  readonly uiLocales?: string | undefined
  readonly acrValues?: string | undefined
  /** Further parameters. Their names must differ from those that the kit sends. */
  readonly further?: Readonly<Record<string, string>>
}

/**
 * Builds the URL that starts a sign-in at Scalekit, with state, nonce and PKCE S256.
 *
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3, OpenID Connect Core 3.1.2.1
 */
export async function authorizationUrl(
  { configuration }: Provider,
  { state, nonce, codeVerifier, redirectUri, maxAgeSeconds }: Transaction,
  target: LoginTarget,
  { scope, loginHint, prompt, uiLocales, acrValues, further }: AuthorizationDetails,
): Promise<URL> {
  return buildAuthorizationUrl(configuration, {
    ...further,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...selector(target),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(uiLocales === undefined ? {} : { ui_locales: uiLocales }),
    ...(acrValues === undefined ? {} : { acr_values: acrValues }),
    ...(maxAgeSeconds === undefined ? {} : { max_age: String(maxAgeSeconds) }),
  })
}

/**
 * Sends the most specific selector, in Scalekit's order: a `provider` sent beside an organization
 * would bypass that organization's single sign-on. Beside a connection, which ranks first, the
 * organization is sent as well: templates of redirect URIs take its slug and external id from it.
 */
function selector({
  connectionId,
  organizationId,
  domain,
  provider,
}: LoginTarget): Record<string, string> {
  const organization = organizationId === undefined ? {} : { organization_id: organizationId }
  if (connectionId !== undefined) return { connection_id: connectionId, ...organization }
  if (organizationId !== undefined) return organization
  if (domain !== undefined) return domainSelector(domain)
  return provider === undefined ? {} : { provider }
}

/** Scalekit's reference names `domain`. Its SDK also sends `domain_hint`. */
export function domainSelector(domain: string): Record<string, string> {
  return { domain, domain_hint: domain }
}

/**
 * Returns the values that the tokens must contain because the request asked for them, whether or
 * not they were sent as the selector.
 *
 * @param externalOrganizationId The application's own id of the organization, if it named the
 *   organization by that.
 */
export function pinsOf(
  { connectionId, organizationId }: LoginTarget,
  externalOrganizationId?: string,
): Pins {
  return {
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(externalOrganizationId === undefined ? {} : { externalOrganizationId }),
  }
}
