import { ScalekitError } from '../errors.ts'
import { snakeCase } from '../management/wire.ts'
import type { Client } from '../oidc/discovery.ts'

/** What an authorization request may say; whatever is `undefined` or empty is not sent. */
export interface AuthorizationUrlOptions {
  /** Default: `openid`, `profile`, `email`. */
  readonly scopes?: readonly string[] | undefined
  /** Comes back with the code; compare it with one that this browser's session holds. */
  readonly state?: string | undefined
  /** Comes back in the ID token: give the same to `authenticateWithCode`. */
  readonly nonce?: string | undefined
  /** An e-mail address that the identity provider may fill in. */
  readonly loginHint?: string | undefined
  /** The e-mail domain of an organization; sent as `domain` and `domain_hint`. */
  readonly domain?: string | undefined
  /** Another name for `domain`. */
  readonly domainHint?: string | undefined
  readonly connectionId?: string | undefined
  /** Scalekit's id of the organization, or yours. */
  readonly organizationId?: string | undefined
  /** A social provider, e.g. `google`. */
  readonly provider?: string | undefined
  /** `login`, `select_account`, `create`, `consent`, `none` */
  readonly prompt?: string | undefined
  /** BASE64URL(SHA-256(code verifier)); see RFC 7636. */
  readonly codeChallenge?: string | undefined
  /** Default, where there is a challenge: `S256`, the only one there is. */
  readonly codeChallengeMethod?: string | undefined
  /** How long ago the user may have proved who they are, in seconds. */
  readonly maxAge?: number | undefined
  readonly acrValues?: string | readonly string[] | undefined
  /** Any other parameter, sent in snake_case; a list is sent with spaces between. */
  readonly [parameter: string]: ParameterValue
}

type ParameterValue = string | number | boolean | readonly string[] | undefined

/**
 * The URL that starts a sign-in; nobody is asked, and nothing about it is kept.
 *
 * @throws {@link ScalekitError} `redirect_uri_invalid`
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
    // Scalekit's reference names `domain`; its SDK sends `domain_hint` too.
    ...wireParameters({ domain, domainHint: domain }),
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
 * @throws {@link ScalekitError} `redirect_uri_invalid`
 * @see RFC 6749 section 3.1.2
 */
export function assertRedirectUri(redirectUri: unknown): asserts redirectUri is string {
  if (typeof redirectUri === 'string' && /^[^\s#]+$/.test(redirectUri)) {
    if (URL.canParse(redirectUri)) return
  }
  throw new ScalekitError(
    'redirect_uri_invalid',
    'The redirect URI must be an absolute URL without a fragment',
    { hint: 'Pass it as it is registered at Scalekit, such as https://app.example/callback.' },
  )
}

/** @see OpenID Connect Core 3.1.2.1 for lists in one parameter, as `scope` is one */
function wireParameters(options: Readonly<Record<string, ParameterValue>>): Record<string, string> {
  const texts = Object.entries(options).map(([name, value]) => [
    snakeCase(name),
    value === undefined || value === null ? '' : [value].flat().join(' '),
  ])
  return Object.fromEntries(texts.filter(([, text]) => text !== ''))
}
