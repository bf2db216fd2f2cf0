import type { Json } from '../ground/types.ts'

/** What an authorization request may say; whatever is `undefined` or empty is not sent. */
export interface AuthorizationUrlOptions {
  /** Default: `openid`, `profile`, `email`. */
  readonly scopes?: readonly string[] | undefined
  /** Comes back with the code; compare it with one that this browser's session holds. */
  readonly state?: string | undefined
  /** Comes back in the ID token: give the same to `authenticateWithCode`. */
  readonly nonce?: string | undefined
  /** An email address that the identity provider may fill in. */
  readonly loginHint?: string | undefined
  /** The email domain of an organization; sent as `domain` and `domain_hint`. */
  readonly domain?: string | undefined
  /** Another name for `domain`. */
  readonly domainHint?: string | undefined
  readonly connectionId?: string | undefined
  /**
   * Scalekit's id of the organization (`org_…`). Scalekit takes no other: read it by
   * `organization.getOrganizationByExternalId` where you have your own.
   */
  readonly organizationId?: string | undefined
  /** A social provider, e.g. `google`. */
  readonly provider?: string | undefined
  /** `login`, `select_account`, `create`, `consent`, or several of these; or `none`. */
  readonly prompt?: string | readonly string[] | undefined
  /** BASE64URL(SHA-256(code verifier)); see RFC 7636. */
  readonly codeChallenge?: string | undefined
  /** Default, where there is a challenge: `S256`, the only one there is. */
  readonly codeChallengeMethod?: string | undefined
  /** How long ago the user may have proved who they are, in seconds. */
  readonly maxAge?: number | undefined
  readonly acrValues?: string | readonly string[] | undefined
  /** Any other parameter, sent in snake_case; a list is sent with spaces between. */
  readonly [parameter: string]: string | number | boolean | readonly string[] | undefined
}

/** What belongs to the authorization request that a code came for. */
export interface AuthenticationOptions {
  /** Needed where a `codeChallenge` was sent. */
  readonly codeVerifier?: string | undefined
  /** The nonce that was sent. Given without a value, it refuses every token. */
  readonly nonce?: string
}

/**
 * Who signed in, as their ID token says. Find your users by `id`: it never moves to somebody else,
 * an email address can.
 */
export interface AuthenticatedUser {
  /** The OpenID Connect subject. */
  readonly id: string
  readonly username?: string
  readonly name?: string
  readonly givenName?: string
  readonly familyName?: string
  readonly email?: string
  /** True only where the identity provider said so. */
  readonly emailVerified: boolean
  readonly phoneNumber?: string
  readonly phoneNumberVerified?: boolean
  readonly profile?: string
  readonly picture?: string
  readonly gender?: string
  readonly birthDate?: string
  readonly zoneInfo?: string
  readonly locale?: string
  /** As it was sent: a text, or seconds since the epoch. */
  readonly updatedAt?: string | number
  /** As it was sent. */
  readonly identities?: unknown
  /** As it was sent. */
  readonly metadata?: unknown
  /** Where they signed in. */
  readonly organizationId?: string
  /** Your own id of that organization, where Scalekit knows it. */
  readonly externalOrganizationId?: string
  /** Through which connection they signed in. */
  readonly connectionId?: string
  /** Their session's id at Scalekit. */
  readonly sid?: string
}

/** Who signed in, and their tokens. */
export interface AuthenticationResponse {
  readonly user: AuthenticatedUser
  /** All that the ID token says, by its own names. */
  readonly claims: Json
  readonly idToken: string
  readonly accessToken: string
  /** How long the access token lasts, in seconds. */
  readonly expiresIn: number
  /** Only where the scope `offline_access` was granted. */
  readonly refreshToken?: string
}

/** The tokens that take the place of the old ones, of which none is to be used any more. */
export interface RefreshTokenResponse {
  readonly accessToken: string
  /** How long the access token lasts, in seconds. */
  readonly expiresIn: number
  /** Takes the place of the one that was used. */
  readonly refreshToken?: string
  readonly idToken?: string
}

/** What an access token must agree with. */
export interface TokenValidationOptions {
  /** Compared to the letter; of several, any. Default: the environment's. */
  readonly issuer?: string | readonly string[]
  /** Of several, any. Without one, the token has to be issued to this client. */
  readonly audience?: string | readonly string[]
  /**
   * Also takes the tokens of organizations' own clients (`m2morg_…`), which name their organization in
   * `oid` and have no audience. Those that have one need `audience`. Default: false.
   */
  readonly organizationClients?: boolean
  /** All of them, in `scope` or `scopes`. */
  readonly requiredScopes?: readonly string[]
}

/** What the token of a sign-in that began at an identity provider asks for. */
export interface IdpInitiatedLoginClaims {
  readonly organization_id: string
  readonly connection_id: string
  readonly login_hint?: string
  readonly relay_state?: string
}

/** What a sign-out at Scalekit may say; whatever is `undefined` or empty is not sent. */
export interface LogoutUrlOptions {
  /** The ID token of the session that ends, expired or not. */
  readonly idTokenHint?: string | undefined
  /** Where the browser is sent then, as it is registered at Scalekit. */
  readonly postLogoutRedirectUri?: string | undefined
  /** Comes back there. */
  readonly state?: string | undefined
}
