import type { Clock } from '../ground/clock.ts'
import { ScalekitError } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { AccessTokenClaims } from '../ground/types.ts'
import type { Client, Provider } from '../oidc/discovery.ts'
import { endSessionUrl } from '../oidc/end-session.ts'
import { bearerCooldownMs, keySets } from '../oidc/key-sets.ts'
import type { Send } from '../outgoing/request.ts'
import { bytesOf, type RawBody } from '../webhooks/body.ts'
import type { RequestHeaders } from '../webhooks/headers.ts'
import { interceptorScheme, type Scheme, webhookScheme } from '../webhooks/scheme.ts'
import { verifySignature } from '../webhooks/signature.ts'
import type { Secrets } from '../webhooks/signing-keys.ts'
import { type AuthenticationParts, authenticate, refresh } from './authenticate.ts'
import { authorizationUrl } from './authorization-url.ts'
import type {
  AuthenticationOptions,
  AuthenticationResponse,
  AuthorizationUrlOptions,
  IdpInitiatedLoginClaims,
  LogoutUrlOptions,
  RefreshTokenResponse,
  TokenValidationOptions,
} from './sign-in-types.ts'
import { type ValidationParts, validateIdpLogin, validateToken } from './validate.ts'

/**
 * What the helpers are made of. Types of openid-client are in here, so it is none of the public ones.
 *
 * @internal
 */
export interface SignInParts {
  readonly client: Client
  readonly discover: () => Promise<Provider>
  readonly send: Send
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * The half of the client that signs people in, for applications that keep state, nonce and session
 * themselves; `scalekitAuth()` does all of that.
 */
export class SignInClient {
  readonly #client: Client
  readonly #clock: Clock
  readonly #authentication: AuthenticationParts
  readonly #validation: ValidationParts

  /** @internal */
  constructor({ client, discover, send, clock, logger }: SignInParts) {
    // Tokens that anybody may send load the keys less often than those that came with a code.
    const shownKeys = keySets(send, { cooldownMs: bearerCooldownMs, logger })
    this.#client = client
    this.#clock = clock
    this.#authentication = {
      client,
      discover,
      keysOf: keySets(send, { waits: true, logger }),
      clock,
    }
    this.#validation = { client, keys: async () => shownKeys(await discover()), clock }
  }

  /**
   * The URL that starts a sign-in at Scalekit. Nobody is asked, and nothing is kept: a `state` that
   * only this browser's session knows is yours to send and to compare.
   *
   * @param redirectUri As it is registered at Scalekit.
   * @throws ConfigError `redirect_uri_invalid`
   */
  getAuthorizationUrl(redirectUri: string, options?: AuthorizationUrlOptions): string {
    return authorizationUrl(this.#client, redirectUri, options)
  }

  /**
   * Exchanges the code of a callback, and verifies the ID token that comes for it: signature,
   * issuer, audience, expiry, age, its hashes of code and access token, and the nonce where given.
   *
   * @param code The `code` of the callback; whoever calls this has compared its `state`.
   * @param redirectUri The one that was sent with the authorization request.
   * @throws LoginError `callback_invalid`, `code_rejected`, `id_token_invalid` or
   *   `application_refused`, ConfigError `redirect_uri_invalid`, ScalekitError
   *   `provider_unavailable` or `provider_failed`
   */
  async authenticateWithCode(
    code: string,
    redirectUri: string,
    options: AuthenticationOptions = {},
  ): Promise<AuthenticationResponse> {
    return authenticate(code, redirectUri, options, this.#authentication)
  }

  /**
   * Exchanges a refresh token, which works once, for new tokens. An ID token among them is verified.
   *
   * @throws LoginError `refresh_token_rejected`: sign in again; `application_refused`,
   *   `id_token_invalid`; ScalekitError `provider_unavailable` or `provider_failed`: try again
   */
  async refreshAccessToken(refreshToken: string): Promise<RefreshTokenResponse> {
    return refresh(refreshToken, this.#authentication)
  }

  /**
   * Verifies an access token and answers its claims: signature, issuer, expiry, that it was issued
   * to this client or is for the audience given, and that it is no token of another kind.
   *
   * @throws LoginError `access_token_invalid` (401, with a challenge in `headers`), AccessError `insufficient_scope`, ScalekitError
   *   `provider_unavailable` or `provider_failed`: nothing is known about the token then
   */
  async validateToken(
    token: string,
    options: TokenValidationOptions = {},
  ): Promise<AccessTokenClaims> {
    return validateToken(token, options, this.#validation)
  }

  /**
   * Whether {@link validateToken} would answer. It says nothing about who is asking or what they
   * may do; an outage is thrown and is not `false`.
   *
   * @throws ScalekitError `provider_unavailable` or `provider_failed`
   */
  async validateAccessToken(token: string, options?: TokenValidationOptions): Promise<boolean> {
    try {
      await this.validateToken(token, options)
      return true
    } catch (error) {
      if (error instanceof ScalekitError && isAboutToken(error)) return false
      throw error
    }
  }

  /**
   * Verifies the token in `idp_initiated_login` and answers what it asks for. It signs nobody in:
   * send the browser to {@link getAuthorizationUrl} with connection, organization and login hint.
   * `relay_state` is anybody's choice: never your `state`, at most a place to go back to.
   *
   * @throws LoginError `idp_login_invalid`, ScalekitError `provider_unavailable` or `provider_failed`
   * @see https://docs.scalekit.com/sso/guides/idp-init-sso/
   */
  async getIdpInitiatedLoginClaims(token: string): Promise<IdpInitiatedLoginClaims> {
    return validateIdpLogin(token, this.#validation)
  }

  /**
   * Where the browser itself goes to end its session at Scalekit; end yours first.
   *
   * @see OpenID Connect RP-Initiated Logout 1.0, section 2
   */
  getLogoutUrl(options?: LogoutUrlOptions): string
  getLogoutUrl(idTokenHint: string, postLogoutRedirectUri?: string): string
  getLogoutUrl(first: LogoutUrlOptions | string = {}, second?: string): string {
    const options: LogoutUrlOptions =
      typeof first === 'string' ? { idTokenHint: first, postLogoutRedirectUri: second } : first
    const { environmentUrl, clientId } = this.#client
    return endSessionUrl(
      { endSessionUrl: new URL('/oidc/logout', environmentUrl) },
      {
        clientId,
        idTokenHint: options.idTokenHint || undefined,
        postLogoutRedirectUri: options.postLogoutRedirectUri || undefined,
        state: options.state || undefined,
      },
    )!.href
  }

  /**
   * Checks that Scalekit signed a webhook, and lately.
   *
   * @param secret The endpoint's signing secret; several while one replaces another.
   * @param payload The body exactly as received.
   * @returns true, or it throws
   * @throws WebhookError `webhook_headers_invalid`, `webhook_timestamp_invalid`,
   *   `webhook_signature_invalid` or `webhook_body_consumed`; ConfigError for a secret that is none
   */
  verifyWebhookPayload(secret: Secrets, headers: RequestHeaders, payload: RawBody): true {
    return this.#verifyPayload(secret, headers, payload, webhookScheme)
  }

  /**
   * The same for the call of an interceptor, with its `interceptor-*` headers and its own secret.
   *
   * @throws as {@link verifyWebhookPayload}
   */
  verifyInterceptorPayload(secret: Secrets, headers: RequestHeaders, payload: RawBody): true {
    return this.#verifyPayload(secret, headers, payload, interceptorScheme)
  }

  #verifyPayload(secret: Secrets, headers: RequestHeaders, payload: RawBody, scheme: Scheme): true {
    const clock = this.#clock
    verifySignature(bytesOf(payload), headers, scheme.keysOf(secret), scheme, { clock })
    return true
  }
}

function isAboutToken({ code }: ScalekitError): boolean {
  return code === 'access_token_invalid' || code === 'insufficient_scope'
}
