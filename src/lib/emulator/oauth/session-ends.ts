import type { Grant, Session, SessionEnd, State } from '../state/state.ts'
import { sendBackChannelLogout } from './back-channel.ts'
import { endsOf } from './session-limits.ts'
import { userSessionData } from './user-session.ts'

/** Whether a session is live. A session that has expired is ended by this call. */
export function isLiveSession(state: State, session: Session): boolean {
  const at = expiryOf(state, session)
  if (state.clock() >= at) endSession(state, session, { status: 'expired', at })
  return session.ended === undefined
}

/** Whether the tokens of a grant are still valid. */
export function isLive(state: State, grant: Grant): boolean {
  return !grant.isRevoked && isLiveSession(state, grant.session)
}

/** Restarts the idle time after a refresh or a silent sign-in. */
export function touchSession(state: State, session: Session): void {
  session.lastActiveAt = state.clock()
}

/** Ends a session once and notifies the application. Modular SSO has no sessions. */
export function endSession(state: State, session: Session, end: SessionEnd): void {
  if (session.ended) return
  session.ended = end
  if (state.settings.product === 'sso') return
  state.webhooks.publish('user.logout', userSessionData(state, session))
  sendBackChannelLogout(state, session)
}

/** Ends all expired sessions. */
export function endExpiredSessions(state: State): void {
  for (const session of state.sessions.values()) isLiveSession(state, session)
}

function expiryOf(state: State, session: Session): number {
  const { absolute, idle = absolute } = endsOf(state, session)
  return Math.min(absolute, idle)
}
