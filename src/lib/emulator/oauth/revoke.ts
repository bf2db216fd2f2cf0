import { type Answer, type Call, json } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { authenticateClient } from './client.ts'
import { OAuthError, oauthErrorAnswer } from './oauth-error.ts'
import { assertNoneRepeated } from './parameters.ts'

/** Where tokens are revoked, as Scalekit's SDK for React has it; no page of Scalekit's names it. */
export const revocationPath = '/revoke'

const nothing: Answer = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }

/**
 * `POST /revoke`: a refresh token ends with every token of its sign-in, an access token alone. An
 * unknown token is answered with 200, too. The session at the identity provider goes on.
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

/** A token is found whatever `token_type_hint` says: section 2.1 has servers look among the others. */
function endToken({ refreshTokens, accessTokens, clientTokens }: State, token: string): void {
  const refreshToken = refreshTokens.get(token)
  if (refreshToken) refreshToken.grant.isRevoked = true
  accessTokens.delete(token)
  clientTokens.delete(token)
}

/** Discovery does not name it then; the sentence is for a developer who has the path otherwise. */
const notOffered: Answer = json(501, {
  error: 'not_emulated',
  error_description: `not emulated: POST ${revocationPath}, because tokenRevocation is false`,
})
