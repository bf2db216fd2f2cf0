import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client'
import type { LoginTarget, Pins } from '../ground/types.ts'
import type { Provider } from './discovery.ts'
import type { Transaction } from './transaction.ts'

/** What an authorization request says beside its target. */
export interface AuthorizationDetails {
  readonly scope: string
  /** An email address the identity provider may fill in. */
  readonly loginHint: string | undefined
  /** Of several, with spaces between, as all lists here. */
  readonly prompt: string | undefined
  readonly uiLocales?: string | undefined
  readonly acrValues?: string | undefined
  /** Of other names than those that are sent here. */
  readonly further?: Readonly<Record<string, string>>
}

/**
 * The URL that starts a sign-in at Scalekit, with state, nonce and PKCE S256.
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
 * The most exact selector, as Scalekit ranks them: a `provider` beside an organization would lead
 * around that organization's single sign-on. Beside a connection, which ranks first, the organization
 * is sent too: templates of redirect URIs take its slug and its external id from there.
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

/** Scalekit's reference names `domain`; its SDK sends `domain_hint` too. */
export function domainSelector(domain: string): Record<string, string> {
  return { domain, domain_hint: domain }
}

/**
 * What must come back because it was asked for, whether or not it was sent as the selector.
 *
 * @param externalOrganizationId The application's own id, where it asked for the organization by that.
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
