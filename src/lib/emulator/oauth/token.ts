import { sha256 } from '../../ground/bytes.ts'
import { type Answer, type Call, json } from '../server/call.ts'
import type { Claims } from '../state/keys.ts'
import { type Code, isLive, type State } from '../state/state.ts'
import { authenticateClient } from './client.ts'
import { OAuthError } from './oauth-error.ts'
import { assertNoneRepeated, words } from './parameters.ts'
import { issueClientToken, issueTokens } from './tokens.ts'

/** `POST /oauth/token`, for codes, refresh tokens and client credentials. */
export async function token(state: State, call: Call): Promise<Answer> {
  try {
    const params = tokenParams(call)
    authenticateClient(state.settings, call, params)
    return json(200, await redeem(state, params))
  } catch (error) {
    if (error instanceof OAuthError) return errorAnswer(error, call)
    throw error
  }
}

/** Parameters come in the body or, as in the reference's cURL call, in the query string. */
function tokenParams({ query, form }: Call): URLSearchParams {
  const params = new URLSearchParams([...query, ...form])
  assertNoneRepeated(params)
  return params
}

function redeem(state: State, params: URLSearchParams): Promise<Claims> {
  const grantType = required(params, 'grant_type')
  switch (grantType) {
    case 'authorization_code':
      return redeemCode(state, params)
    case 'refresh_token':
      return redeemRefreshToken(state, params)
    case 'client_credentials':
      return redeemClientCredentials(state, params)
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
    // RFC 6749 4.1.2: one of the two who came with it is a thief, so neither keeps anything.
    code.grant.isRevoked = true
    throw invalidGrant('This code was already used')
  }
  // Used up by the first attempt, whatever comes of it, so that nothing can be tried out on it.
  code.isUsed = true
  if (state.clock() >= code.expiresAt) throw invalidGrant('This code has expired')
  if (redirectUri !== code.redirectUri) {
    throw invalidGrant('redirect_uri is not the one of the authorization request')
  }
  assertVerifier(code, params.get('code_verifier'))
  if (!isLive(code.grant)) throw invalidGrant('This session has ended')
  return issueTokens(state, code.grant, value)
}

function assertVerifier({ codeChallenge }: Code, verifier: string | null): void {
  if (codeChallenge === undefined) {
    // RFC 9700 4.8.2: somebody may have taken the challenge out of the authorization request.
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
  if (refreshToken.isUsed) throw invalidGrant('This refresh token was already used')
  if (!isLive(refreshToken.grant)) throw invalidGrant('This session has ended')
  refreshToken.isUsed = true
  return issueTokens(state, refreshToken.grant)
}

async function redeemClientCredentials(state: State, params: URLSearchParams): Promise<Claims> {
  const scopes = words(params.get('scope'))
  const unknown = scopes.find((scope) => !state.settings.scopes.includes(scope))
  if (unknown) throw new OAuthError('invalid_scope', `${unknown} is not a scope of this client`)
  return issueClientToken(state, scopes)
}

function required(params: URLSearchParams, name: string): string {
  const value = params.get(name)
  if (!value) throw new OAuthError('invalid_request', `${name} is missing`)
  return value
}

function invalidGrant(description: string): OAuthError {
  return new OAuthError('invalid_grant', description)
}

function errorAnswer(error: OAuthError, call: Call): Answer {
  const isInvalidClient = error.code === 'invalid_client'
  const usedBasic = /^Basic\b/i.test(call.headers.authorization ?? '')
  return json(
    isInvalidClient ? 401 : 400,
    { error: error.code, error_description: error.message },
    isInvalidClient && usedBasic ? { 'www-authenticate': 'Basic realm="emulator"' } : {},
  )
}
