import { randomSecret } from '../format/ids.ts'
import { type Answer, redirect } from '../server/call.ts'
import type { AuthorizationRequest, Session, State } from '../state/state.ts'
import { sessionCookie } from './session.ts'

/** Redirects the browser to the application with a new code. */
export function codeRedirect(
  state: State,
  request: AuthorizationRequest,
  session: Session,
): Answer {
  const code = randomSecret()
  const { redirectUri, scopes, nonce, codeChallenge } = request
  state.codes.set(code, {
    grant: { session, scopes, ...(nonce !== undefined && { nonce }), isRevoked: false },
    redirectUri,
    ...(codeChallenge !== undefined && { codeChallenge }),
    expiresAt: state.clock() + state.settings.lifetimes.codeSeconds * 1000,
    isUsed: false,
  })
  return redirect(redirectUri, { code, state: request.state }, sessionCookie(state, session))
}
