import { type Answer, type Call, json } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { profileClaims, subject } from './claims.ts'
import { isLive } from './session-ends.ts'

/** `GET /userinfo`, for the holder of a valid access token. */
export function userinfo(state: State, call: Call): Answer {
  const [, value] = /^Bearer +(\S+)$/i.exec(call.headers.authorization ?? '') ?? []
  if (value === undefined) return refusal('Bearer')
  const token = state.accessTokens.get(value)
  if (!token || !isLive(state, token.grant) || state.clock() >= token.expiresAt) {
    return refusal('Bearer error="invalid_token"')
  }
  const { session, scopes } = token.grant
  return json(200, { sub: subject(state, session), ...profileClaims(state, session, scopes) })
}

function refusal(challenge: string): Answer {
  return json(401, { error: 'invalid_token' }, { 'www-authenticate': challenge })
}
