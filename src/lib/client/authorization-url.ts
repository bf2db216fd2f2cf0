import { ConfigError } from '../ground/errors.ts'
import { snakeCase } from '../management/wire.ts'
import { domainSelector } from '../oidc/authorization-request.ts'
import type { Client } from '../oidc/discovery.ts'
import type { AuthorizationUrlOptions } from './sign-in-types.ts'

/**
 * Builds the URL that starts a sign-in. No request is sent, and nothing is stored.
 *
 * @throws {@link ConfigError} `redirect_uri_invalid`
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3, OpenID Connect Core 3.1.2.1
 */
export function authorizationUrl(
  { environmentUrl, clientId }: Client,
  redirectUri: string,
  { scopes = ['openid', 'profile', 'email'], ...options }: AuthorizationUrlOptions = {},
): string {
  assertRedirectUri(redirectUri)
  const { domain = options.domainHint, codeChallenge } = options
  const url = new URL('/oauth/authorize', environmentUrl)
  const params = {
    ...(codeChallenge && { code_challenge_method: 'S256' }),
    ...wireParameters({ scope: scopes, ...options }),
    ...(domain && domainSelector(domain)),
    // Last, so that no passed option can replace these.
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
  }
  url.search = new URLSearchParams(params).toString()
  return url.href
}

/**
 * Checks a redirect URI. Scalekit compares it exactly, so it is sent unchanged.
 *
 * @throws {@link ConfigError} `redirect_uri_invalid`
 * @see RFC 6749 section 3.1.2
 */
export function assertRedirectUri(redirectUri: unknown): asserts redirectUri is string {
  if (typeof redirectUri === 'string' && /^[^\s#]+$/.test(redirectUri)) {
    if (URL.canParse(redirectUri)) return
  }
  throw new ConfigError(
    'redirect_uri_invalid',
    'The redirect URI must be an absolute URL without a fragment',
    { hint: 'Pass it as it is registered at Scalekit, such as https://app.example/callback.' },
  )
}

/** @see OpenID Connect Core 3.1.2.1 for lists within one parameter, such as `scope` */
function wireParameters(options: AuthorizationUrlOptions): Record<string, string> {
  const texts = Object.entries(options).map(([name, value]) => [
    snakeCase(name),
    value === undefined || value === null ? '' : [value].flat().join(' '),
  ])
  return Object.fromEntries(texts.filter(([, text]) => text !== ''))
}
