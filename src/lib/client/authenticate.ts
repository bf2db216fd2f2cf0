import type { Clock } from '../ground/clock.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import type { Client, Provider } from '../oidc/discovery.ts'
import { exchangeOwnCode } from '../oidc/exchange.ts'
import {
  anyNonce,
  type IdTokenChecks,
  type IdTokenClaims,
  verifyIdToken,
} from '../oidc/id-token.ts'
import type { KeySet } from '../oidc/key-sets.ts'
import { refreshTokens } from '../oidc/refresh.ts'
import type { Issued } from '../oidc/token-response.ts'
import { authenticatedUser } from './authenticated-user.ts'
import { assertRedirectUri } from './authorization-url.ts'
import type {
  AuthenticationOptions,
  AuthenticationResponse,
  RefreshTokenResponse,
} from './sign-in-types.ts'

/** The dependencies for requesting and verifying tokens. */
export interface AuthenticationParts {
  readonly client: Client
  readonly discover: () => Promise<Provider>
  readonly keysOf: (provider: Provider) => KeySet
  readonly clock: Clock
}

/** Exchanges a code and verifies the ID token of the response. */
export async function authenticate(
  code: string,
  redirectUri: string,
  options: AuthenticationOptions,
  parts: AuthenticationParts,
): Promise<AuthenticationResponse> {
  assertRedirectUri(redirectUri)
  if (!isText(code))
    throw new LoginError('callback_invalid', 'The callback must have exactly one `code`')
  const nonce = expectedNonce(options)
  const provider = await parts.discover()
  const { codeVerifier } = options
  const issued = await exchangeOwnCode(provider, { code, redirectUri, codeVerifier })
  const { idToken, accessToken } = issued
  const claims = await verify(idToken, { nonce, code, accessToken }, provider, parts)
  return { user: authenticatedUser(claims), claims, idToken, ...withLifetime(issued) }
}

/** Exchanges a refresh token and verifies the ID token, if the response has one. */
export async function refresh(
  refreshToken: string,
  parts: AuthenticationParts,
): Promise<RefreshTokenResponse> {
  if (!isText(refreshToken)) {
    throw new LoginError('refresh_token_rejected', 'The refresh token is missing')
  }
  const provider = await parts.discover()
  const issued = await refreshTokens(provider, refreshToken)
  const { idToken, accessToken } = issued
  if (idToken === undefined) return withLifetime(issued)
  await verify(idToken, { nonce: anyNonce, code: undefined, accessToken }, provider, parts)
  return { ...withLifetime(issued), idToken }
}

function verify(
  idToken: string,
  issued: Pick<IdTokenChecks, 'nonce' | 'code' | 'accessToken'>,
  provider: Provider,
  { client: { issuer, clientId }, keysOf, clock }: AuthenticationParts,
): Promise<IdTokenClaims> {
  return verifyIdToken(idToken, { ...issued, keys: keysOf(provider), issuer, clientId, clock })
}

/**
 * Returns the nonce to check. A nonce that was requested but lost with its session must not let
 * every token pass.
 */
function expectedNonce(options: AuthenticationOptions): string | typeof anyNonce {
  if (!Object.hasOwn(options, 'nonce')) return anyNonce
  if (isText(options.nonce)) return options.nonce
  throw new LoginError('id_token_invalid', 'The option `nonce` is not a string', {
    hint: 'Pass the nonce of the authorization request. If there was none, leave `nonce` out.',
  })
}

function withLifetime({ accessToken, refreshToken, expiresInSeconds }: Issued) {
  if (expiresInSeconds === undefined) {
    throw new ScalekitError('provider_failed', 'The token endpoint returned no `expires_in`')
  }
  return {
    accessToken,
    expiresIn: expiresInSeconds,
    ...(refreshToken === undefined ? {} : { refreshToken }),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
