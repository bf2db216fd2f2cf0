import { endSession, isLiveSession } from '../oauth/session-ends.ts'
import type { Session, State } from '../state/state.ts'
import { type Operation, operation } from './operation.ts'
import { pageFields, pageOf } from './pages.ts'
import { RestError } from './rest-error.ts'
import { list, nameOf, optional, text, time } from './rules.ts'
import { revokedSessionMessage, sessionMessage } from './session-message.ts'

const sessionRequest = { session_id: text({ min: 1, pattern: /^ses_[0-9]+$/ }) }
const userRequest = { user_id: text({ min: 1, pattern: /^usr_[0-9]+$/ }) }
const listRequest = {
  ...userRequest,
  ...pageFields,
  'filter.status': list(nameOf(['active', 'expired', 'revoked', 'logout'])),
  'filter.start_time': optional(time),
  'filter.end_time': optional(time),
}

export const sessionOperations: readonly Operation[] = [
  operation('GET', '/sessions/{session_id}', {
    request: sessionRequest,
    respond: (state, { session_id }) => sessionMessage(state, sessionWith(state, session_id)),
  }),
  operation('POST', '/sessions/{session_id}/revoke', {
    request: sessionRequest,
    respond(state, { session_id }) {
      const session = sessionWith(state, session_id)
      revoke(state, session)
      return { revoked_session: revokedSessionMessage(state, session) }
    },
  }),
  operation('GET', '/users/{user_id}/sessions', {
    request: listRequest,
    respond(state, { user_id, ...request }) {
      const statuses = request['filter.status']
      const from = request['filter.start_time'] ?? -Infinity
      const to = request['filter.end_time'] ?? Infinity
      const wanted = sessionsOf(state, user_id).filter(
        ({ startedAt, ended }) =>
          startedAt >= from &&
          startedAt <= to &&
          (statuses.length === 0 || statuses.includes(ended?.status ?? 'active')),
      )
      const { items, ends } = pageOf(wanted, request)
      return { ...ends, sessions: items.map((session) => sessionMessage(state, session)) }
    },
  }),
  operation('POST', '/users/{user_id}/sessions/revoke', {
    request: userRequest,
    respond(state, { user_id }) {
      const live = sessionsOf(state, user_id).filter(({ ended }) => ended === undefined)
      for (const session of live) revoke(state, session)
      return {
        revoked_sessions: live.map((session) => revokedSessionMessage(state, session)),
        total_revoked: live.length,
      }
    },
  }),
]

function revoke(state: State, session: Session): void {
  endSession(state, session, { status: 'revoked', at: state.clock() })
}

/** @throws {@link RestError} `RESOURCE_NOT_FOUND` */
function sessionWith(state: State, id: string): Session {
  const session = keptSessions(state).find((one) => one.id === id)
  if (session) return session
  throw new RestError('RESOURCE_NOT_FOUND', `There is no session ${id}`)
}

/**
 * Returns the sessions of a user, newest first.
 *
 * @throws {@link RestError} `RESOURCE_NOT_FOUND` for a user who does not exist and never signed in
 */
function sessionsOf(state: State, userId: string): readonly Session[] {
  const sessions = keptSessions(state).filter(({ person }) => person.id === userId)
  if (sessions.length > 0 || isUser(state, userId)) return sessions.toReversed()
  throw new RestError('RESOURCE_NOT_FOUND', `There is no user ${userId}`)
}

function isUser({ settings }: State, userId: string): boolean {
  const { organizations, socialPeople } = settings
  const people = [...organizations.flatMap((organization) => organization.people), ...socialPeople]
  return people.some(({ id }) => id === userId)
}

/** The sessions that Scalekit would have. Expired ones are ended first. Modular SSO has none. */
function keptSessions(state: State): readonly Session[] {
  if (state.settings.product === 'sso') return []
  const sessions = [...state.sessions.values()]
  for (const session of sessions) isLiveSession(state, session)
  return sessions
}
