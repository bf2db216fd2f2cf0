import { sha256 } from '../../ground/bytes.ts'
import { type Answer, type Call, json } from '../server/call.ts'
import type { Claims } from '../state/keys.ts'
import type { Code, RefreshToken, State } from '../state/state.ts'
import { authenticateClient, type TokenClient } from './client.ts'
import { OAuthError, oauthErrorAnswer } from './oauth-error.ts'
import { assertNoneRepeated, words } from './parameters.ts'
import { isLive, touchSession } from './session-ends.ts'
import { issueClientToken, issueOrganizationToken, issueTokens } from './tokens.ts'

/** `POST /oauth/token`, for codes, refresh tokens and client credentials. */
export async function token(state: State, call: Call): Promise<Answer> {
  try {
    const params = tokenParams(call)
    const client = authenticateClient(state, call, params)
    return json(200, await redeem(state, client, params))
  } catch (error) {
    if (error instanceof OAuthError) return oauthErrorAnswer(error, call)
    throw error
  }
}

/**
 * Reads the parameters from the body and from the query: the cURL example of Scalekit's API
 * reference sends them in the query.
 */
function tokenParams({ query, form }: Call): URLSearchParams {
  const params = new URLSearchParams([...query, ...form])
  assertNoneRepeated(params)
  return params
}

function redeem(state: State, client: TokenClient, params: URLSearchParams): Promise<Claims> {
  const grantType = required(params, 'grant_type')
  if (client !== 'application' && grantType !== 'client_credentials') {
    throw new OAuthError('unauthorized_client', `${client.id} may use client_credentials only`)
  }
  switch (grantType) {
    case 'authorization_code':
      return redeemCode(state, params)
    case 'refresh_token':
      return redeemRefreshToken(state, params)
    case 'client_credentials':
      return redeemClientCredentials(state, client, params)
    default:
      throw new OAuthError(
        'unsupported_grant_type',
        `${grantType} is not a grant_type of this server`,
      )
  }
}

async function redeemCode(state: State, params: URLSearchParams): Promise<Claims> {
  const value = required(params, 'code')
  const redirectUri = required(params, 'redirect_uri')
  const code = state.codes.get(value)
  if (!code) throw invalidGrant('The code does not exist')
  if (code.isUsed) {
    // RFC 6749 4.1.2: one of the two clients that sent the code is an attacker, so the tokens of
    // both are revoked.
    code.grant.isRevoked = true
    throw invalidGrant('This code was already used')
  }
  // The first attempt uses the code up, whatever its result, so that an attacker cannot try values
  // with it.
  code.isUsed = true
  if (state.clock() >= code.expiresAt) throw invalidGrant('This code has expired')
  if (redirectUri !== code.redirectUri) {
    throw invalidGrant('redirect_uri is not the one of the authorization request')
  }
  assertVerifier(code, params.get('code_verifier'))
  if (!isLive(state, code.grant)) throw invalidGrant('This session has ended')
  return issueTokens(state, code.grant, value)
}

function assertVerifier({ codeChallenge }: Code, verifier: string | null): void {
  if (codeChallenge === undefined) {
    // RFC 9700 4.8.2: an attacker may have removed the challenge from the authorization request.
    if (verifier !== null) throw invalidGrant('The authorization request had no code_challenge')
    return
  }
  if (verifier === null) throw invalidGrant('code_verifier is missing')
  if (!/^[\w.~-]{43,128}$/.test(verifier)) {
    throw invalidGrant('code_verifier must have 43 to 128 unreserved characters')
  }
  if (sha256(verifier).toString('base64url') !== codeChallenge) {
    throw invalidGrant('code_verifier does not match the code_challenge')
  }
}

async function redeemRefreshToken(state: State, params: URLSearchParams): Promise<Claims> {
  const refreshToken = state.refreshTokens.get(required(params, 'refresh_token'))
  if (!refreshToken) throw invalidGrant('The refresh token does not exist')
  const { grant, used } = refreshToken
  if (!isLive(state, grant)) throw invalidGrant('This session has ended')
  if (used) return redeemAgain(state, refreshToken, used)
  touchSession(state, grant.session)
  const answer = issueTokens(state, grant)
  refreshToken.used = { at: state.clock(), answer }
  return answer
}

/**
 * Handles a used refresh token. Two requests of one application may send the same token
 * concurrently, and a response may be lost. For a grace period, the token therefore gets the same
 * response again. After that, either it or its successor counts as stolen, so all tokens of the
 * sign-in are revoked.
 *
 * @see RFC 9700 section 4.14.2
 */
function redeemAgain(
  state: State,
  { grant }: RefreshToken,
  { at, answer }: NonNullable<RefreshToken['used']>,
): Promise<Claims> {
  const { refreshGraceSeconds, clientId } = state.settings
  if (state.clock() - at < refreshGraceSeconds * 1000) {
    state.warnings.warn(
      'refresh_token_reused',
      clientId,
      `A refresh token was used twice within ${refreshGraceSeconds} seconds and got the same answer. To refuse it, use --refresh-grace 0 or startEmulator({ refreshGraceSeconds: 0 }).`,
    )
    return answer
  }
  grant.isRevoked = true
  throw invalidGrant(
    'This refresh token was already used, so all tokens of its sign-in are revoked',
  )
}

async function redeemClientCredentials(
  state: State,
  client: TokenClient,
  params: URLSearchParams,
): Promise<Claims> {
  const asked = words(params.get('scope'))
  const allowed = client === 'application' ? state.settings.scopes : client.scopes
  const unknown = asked.find((scope) => !allowed.includes(scope))
  if (unknown) throw new OAuthError('invalid_scope', `${unknown} is not a scope of this client`)
  if (client === 'application') return issueClientToken(state, asked)
  return issueOrganizationToken(state, client, asked.length > 0 ? asked : client.scopes)
}

function required(params: URLSearchParams, name: string): string {
  const value = params.get(name)
  if (!value) throw new OAuthError('invalid_request', `${name} is missing`)
  return value
}

function invalidGrant(description: string): OAuthError {
  return new OAuthError('invalid_grant', description)
}
