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
 * The dependencies of the helpers. It contains types of openid-client, so it is not public.
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
 * The sign-in half of the client, for applications that manage state, nonce and session themselves.
 * `scalekitAuth()` does all of that.
 */
export class SignInClient {
  readonly #client: Client
  readonly #clock: Clock
  readonly #authentication: AuthenticationParts
  readonly #validation: ValidationParts

  /** @internal */
  constructor({ client, discover, send, clock, logger }: SignInParts) {
    // Tokens from requests can be made up, so they reload the keys less often than tokens exchanged
    // for a code.
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
   * Builds the URL that starts a sign-in at Scalekit. No request is sent, and nothing is stored.
   * The application sends a `state` that only this browser's session knows, and compares it in the
   * callback.
   *
   * @param redirectUri The redirect URI, exactly as registered at Scalekit.
   * @param options The target of the sign-in and other parameters. Default: none.
   * @returns the URL to which the application redirects the browser
   * @throws ConfigError `redirect_uri_invalid`
   * @example
   * const state = randomUUID()
   * res.cookie('state', state, { httpOnly: true, sameSite: 'lax' })
   * res.redirect(scalekit.getAuthorizationUrl('https://app.example/callback', { state }))
   */
  getAuthorizationUrl(redirectUri: string, options?: AuthorizationUrlOptions): string {
    return authorizationUrl(this.#client, redirectUri, options)
  }

  /**
   * Exchanges the code of a callback and verifies the ID token of the response: signature, issuer,
   * audience, expiry, age, its hashes of code and access token, and the nonce if one is given.
   *
   * @param code The `code` of the callback. Compare its `state` before this call.
   * @param redirectUri The redirect URI that was sent with the authorization request.
   * @param options The code verifier and the nonce that belong to the authorization request.
   * @returns the user, the verified claims and the tokens
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
   * Exchanges a refresh token for new tokens. A refresh token works once. If the response has an ID
   * token, it is verified.
   *
   * @returns the new tokens; store them in place of the old ones
   * @throws LoginError `refresh_token_rejected`: the user has to sign in again; LoginError
   *   `application_refused` or `id_token_invalid`; ScalekitError `provider_unavailable` or
   *   `provider_failed`: try again later
   */
  async refreshAccessToken(refreshToken: string): Promise<RefreshTokenResponse> {
    return refresh(refreshToken, this.#authentication)
  }

  /**
   * Verifies an access token: signature, issuer, expiry, that it was issued to this client or for
   * the given audience, and that it is not a token of another kind.
   *
   * @param token The access token, e.g. from the `Authorization` header, without `Bearer `.
   * @param options The accepted issuer and audience, and the required scopes.
   * @returns the claims of the token
   * @throws LoginError `access_token_invalid` (401, with a challenge in `headers`), AccessError
   *   `insufficient_scope`, ScalekitError `provider_unavailable` or `provider_failed`: the token
   *   could not be checked
   * @example
   * const claims = await scalekit.validateToken(token, { requiredScopes: ['invoices:read'] })
   */
  async validateToken(
    token: string,
    options: TokenValidationOptions = {},
  ): Promise<AccessTokenClaims> {
    return validateToken(token, options, this.#validation)
  }

  /**
   * Whether {@link validateToken} would succeed. It returns no claims, so it does not tell which
   * client or user sent the token. An outage rejects; it is not `false`.
   *
   * @returns true for a valid token, false for an invalid one or one without the required scopes
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
   * Verifies the token in `idp_initiated_login` and returns the requested sign-in. This does not
   * sign a user in. Redirect the browser to the URL of {@link getAuthorizationUrl} with the
   * connection, organization and login hint. An attacker can choose `relay_state`: never use it as
   * your `state`, only as a path to return to.
   *
   * @param token The query parameter `idp_initiated_login`.
   * @returns the connection, the organization and, if present, the login hint and relay state
   * @throws LoginError `idp_login_invalid`, ScalekitError `provider_unavailable` or
   *   `provider_failed`
   * @see https://docs.scalekit.com/sso/guides/idp-init-sso/
   */
  async getIdpInitiatedLoginClaims(token: string): Promise<IdpInitiatedLoginClaims> {
    return validateIdpLogin(token, this.#validation)
  }

  /**
   * Builds the URL at which the browser ends its session at Scalekit. End your own session first.
   *
   * @returns the URL to which the application redirects the browser
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
   * Checks that Scalekit signed a webhook, within five minutes of the current time.
   *
   * @param secret The endpoint's signing secret, or several during a rotation.
   * @param headers The headers of the request.
   * @param payload The body exactly as received.
   * @returns true; an invalid webhook throws
   * @throws WebhookError `webhook_headers_invalid`, `webhook_timestamp_invalid`,
   *   `webhook_signature_invalid` or `webhook_body_consumed`; ConfigError `config_invalid` for a
   *   malformed secret
   */
  verifyWebhookPayload(secret: Secrets, headers: RequestHeaders, payload: RawBody): true {
    return this.#verifyPayload(secret, headers, payload, webhookScheme)
  }

  /**
   * Like {@link verifyWebhookPayload}, for an interceptor's request with its `interceptor-*`
   * headers and its own secret.
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
