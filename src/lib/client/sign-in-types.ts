import type { Json } from '../types.ts'
import type { AuthenticatedUser } from './authenticated-user.ts'

/** What belongs to the authorization request that a code came for. */
export interface AuthenticationOptions {
  /** Needed where a `codeChallenge` was sent. */
  readonly codeVerifier?: string | undefined
  /** The nonce that was sent. Given without a value, it refuses every token. */
  readonly nonce?: string
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
