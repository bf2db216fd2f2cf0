import { type Answer, type Call, json } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { authenticateClient } from './client.ts'
import { OAuthError, oauthErrorAnswer } from './oauth-error.ts'
import { assertNoneRepeated } from './parameters.ts'

/** The revocation path of Scalekit's SDK for React. No page of Scalekit documents it. */
export const revocationPath = '/revoke'

const nothing: Answer = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }

/**
 * `POST /revoke`: a refresh token is revoked together with all tokens of its sign-in, an access
 * token alone. An unknown token is answered with 200 as well. The session at the identity provider
 * continues.
 *
 * @see RFC 7009
 */
export function revoke(state: State, call: Call): Answer {
  if (!state.settings.tokenRevocation) return notOffered
  try {
    assertNoneRepeated(call.form)
    const client = authenticateClient(state, call, call.form)
    if (client !== 'application') {
      throw new OAuthError('unauthorized_client', `${client.id} has no tokens that can be revoked`)
    }
    const token = call.form.get('token')
    if (!token) throw new OAuthError('invalid_request', 'token is missing')
    endToken(state, token)
    return nothing
  } catch (error) {
    if (error instanceof OAuthError) return oauthErrorAnswer(error, call)
    throw error
  }
}

/**
 * Finds a token regardless of `token_type_hint`: section 2.1 requires servers to search the other
 * types as well.
 */
function endToken({ refreshTokens, accessTokens, clientTokens }: State, token: string): void {
  const refreshToken = refreshTokens.get(token)
  if (refreshToken) refreshToken.grant.isRevoked = true
  accessTokens.delete(token)
  clientTokens.delete(token)
}

/**
 * Discovery then does not name the endpoint. The message is for a developer who knows the path from
 * elsewhere.
 */
const notOffered: Answer = json(501, {
  error: 'not_emulated',
  error_description: `not emulated: POST ${revocationPath}, because tokenRevocation is false`,
})
