import { ConfigError } from '../ground/errors.ts'
import { snakeCase } from '../management/wire.ts'
import { domainSelector } from '../oidc/authorization-request.ts'
import type { Client } from '../oidc/discovery.ts'
import type { AuthorizationUrlOptions } from './sign-in-types.ts'

/**
 * The URL that starts a sign-in; nobody is asked, and nothing about it is kept.
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
    // Last: nothing that was passed in may stand for these.
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
  }
  url.search = new URLSearchParams(params).toString()
  return url.href
}

/**
 * Scalekit compares it to the letter, so it is sent as it is.
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

/** @see OpenID Connect Core 3.1.2.1 for lists in one parameter, as `scope` is one */
function wireParameters(options: AuthorizationUrlOptions): Record<string, string> {
  const texts = Object.entries(options).map(([name, value]) => [
    snakeCase(name),
    value === undefined || value === null ? '' : [value].flat().join(' '),
  ])
  return Object.fromEntries(texts.filter(([, text]) => text !== ''))
}
