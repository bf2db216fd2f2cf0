import type { Json } from '../ground/types.ts'

/** Parameters of an authorization request. A value that is `undefined` or empty is not sent. */
export interface AuthorizationUrlOptions {
  /** Default: `openid`, `profile`, `email`. */
  readonly scopes?: readonly string[] | undefined
  /** Returned with the code. Compare it with the one that this browser's session holds. */
  readonly state?: string | undefined
  /** Returned in the ID token. Pass the same value to `authenticateWithCode`. */
  readonly nonce?: string | undefined
  /** An email address that the identity provider may fill in. */
  readonly loginHint?: string | undefined
  /** The email domain of an organization. Sent as `domain` and `domain_hint`. */
  readonly domain?: string | undefined
  /** An alias of `domain`. */
  readonly domainHint?: string | undefined
  readonly connectionId?: string | undefined
  /**
   * Scalekit's id of the organization (`org_…`). Scalekit accepts no other id. If you have your own
   * id, call `organization.getOrganizationByExternalId` first.
   */
  readonly organizationId?: string | undefined
  /** A social provider, e.g. `google`. */
  readonly provider?: string | undefined
  /** One or more of `login`, `select_account`, `create` and `consent`; or `none`. */
  readonly prompt?: string | readonly string[] | undefined
  /** BASE64URL(SHA-256(code verifier)); see RFC 7636. */
  readonly codeChallenge?: string | undefined
  /** Default: `S256` if there is a challenge. No other method is supported. */
  readonly codeChallengeMethod?: string | undefined
  /** Maximum time since the user authenticated, in seconds. */
  readonly maxAge?: number | undefined
  readonly acrValues?: string | readonly string[] | undefined
  /** Any other parameter. Its name is sent in snake_case, an array is joined with spaces. */
  readonly [parameter: string]: string | number | boolean | readonly string[] | undefined
}

/** Values of the authorization request that the code was issued for. */
export interface AuthenticationOptions {
  /** Required if a `codeChallenge` was sent. */
  readonly codeVerifier?: string | undefined
  /** The nonce that was sent. If the member is present without a value, every token is refused. */
  readonly nonce?: string
}

/**
 * The user who signed in, from the ID token. Look your users up by `id`: it is never reassigned to
 * another person, but an email address can be.
 */
export interface AuthenticatedUser {
  /** The OpenID Connect subject. */
  readonly id: string
  readonly username?: string
  readonly name?: string
  readonly givenName?: string
  readonly familyName?: string
  readonly email?: string
  /** True only if the identity provider said so. */
  readonly emailVerified: boolean
  readonly phoneNumber?: string
  readonly phoneNumberVerified?: boolean
  readonly profile?: string
  readonly picture?: string
  readonly gender?: string
  readonly birthDate?: string
  readonly zoneInfo?: string
  readonly locale?: string
  /** Unchanged from the token: a string, or seconds since the epoch. */
  readonly updatedAt?: string | number
  /** Unchanged from the token. */
  readonly identities?: unknown
  /** Unchanged from the token. */
  readonly metadata?: unknown
  /** The organization in which the user signed in. */
  readonly organizationId?: string
  /** Your own id of that organization, if Scalekit knows it. */
  readonly externalOrganizationId?: string
  /** The connection through which the user signed in. */
  readonly connectionId?: string
  /** The id of the user's session at Scalekit. */
  readonly sid?: string
}

/** The user who signed in, with the tokens. */
export interface AuthenticationResponse {
  readonly user: AuthenticatedUser
  /** All claims of the ID token, under their names in the token. */
  readonly claims: Json
  readonly idToken: string
  readonly accessToken: string
  /** The lifetime of the access token, in seconds. */
  readonly expiresIn: number
  /** Only present if the scope `offline_access` was granted. */
  readonly refreshToken?: string
}

/** The tokens that replace the old ones. Do not use any of the old ones again. */
export interface RefreshTokenResponse {
  readonly accessToken: string
  /** The lifetime of the access token, in seconds. */
  readonly expiresIn: number
  /** Replaces the refresh token that was used. */
  readonly refreshToken?: string
  readonly idToken?: string
}

/** The values with which an access token must agree. */
export interface TokenValidationOptions {
  /** Compared exactly. Of several, any may match. Default: the issuer of the environment. */
  readonly issuer?: string | readonly string[]
  /**
   * Of several, any may match. Default: none, and the token must have been issued to this client.
   */
  readonly audience?: string | readonly string[]
  /**
   * Also accepts the tokens of organizations' API clients (`m2morg_…`), which name their
   * organization in `oid` and have no audience. A token with an audience needs `audience`. Default:
   * false.
   */
  readonly organizationClients?: boolean
  /** The token must have all of them, in `scope` or `scopes`. */
  readonly requiredScopes?: readonly string[]
}

/** The sign-in that an identity provider asks for. */
export interface IdpInitiatedLoginClaims {
  readonly organization_id: string
  readonly connection_id: string
  readonly login_hint?: string
  readonly relay_state?: string
}

/** Parameters of a sign-out at Scalekit. A value that is `undefined` or empty is not sent. */
export interface LogoutUrlOptions {
  /** The ID token of the session to end. It may have expired. */
  readonly idTokenHint?: string | undefined
  /** The URL to which Scalekit then redirects the browser, exactly as registered at Scalekit. */
  readonly postLogoutRedirectUri?: string | undefined
  /** Returned to that URL. */
  readonly state?: string | undefined
}
