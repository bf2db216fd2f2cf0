import { randomId } from '../format/ids.ts'
import type { Call } from '../server/call.ts'
import { isOpen } from '../state/membership-status.ts'
import type { Place, Session, State } from '../state/state.ts'
import { membershipsOf } from '../world/memberships.ts'
import type { EmulatedPerson } from '../world/people.ts'
import { isLiveSession } from './session-ends.ts'
import { userSessionData } from './user-session.ts'

/** The person and organization with which a session begins or continues. */
export type Entrance = Pick<
  Session,
  'person' | 'connection' | 'organization' | 'customClaims' | 'authenticatedAt'
>

/**
 * The person who enters at a target. After a social sign-in, it is the member of the organization
 * with their email address.
 */
export function entranceOf(state: State, place: Place, person: EmulatedPerson): Entrance {
  const { connection, organization } = place
  if (organization) return { connection, organization, person }
  return { connection, ...(membershipOf(state, person.email) ?? { person }) }
}

/** Signs a person in. */
export function startSession(state: State, entrance: Entrance): Session {
  const startedAt = state.clock()
  const session: Session = {
    id: randomId('ses_'),
    ...entrance,
    authenticatedOrganizations: idsOf(entrance),
    startedAt,
    lastActiveAt: startedAt,
  }
  state.sessions.set(session.id, session)
  // Modular SSO has neither users nor sessions.
  if (state.settings.product === 'full-stack') {
    state.webhooks.publish('user.login', userSessionData(state, session))
  }
  return session
}

/** Switches a user's session to another of their organizations. The session's id stays the same. */
export function switchSession(session: Session, entrance: Entrance): Session {
  const { authenticatedOrganizations: before } = session
  before.push(...idsOf(entrance).filter((id) => !before.includes(id)))
  delete session.customClaims
  return Object.assign(session, entrance)
}

function idsOf({ organization }: Entrance): string[] {
  return organization ? [organization.id] : []
}

/** The session of this browser. Modular SSO has none. */
export function currentSession(state: State, call: Call): Session | undefined {
  const cookies = (call.headers.cookie ?? '').split('; ')
  const start = `${cookieName(state)}=`
  const id = cookies.find((cookie) => cookie.startsWith(start))?.slice(start.length)
  const session = state.sessions.get(id ?? '')
  return session && isLiveSession(state, session) ? session : undefined
}

export function sessionCookie(state: State, session: Session): Record<string, string> {
  if (state.settings.product === 'sso') return {}
  return { 'set-cookie': `${cookieName(state)}=${session.id}; Path=/; HttpOnly; SameSite=Lax` }
}

export function expiredSessionCookie(state: State): Record<string, string> {
  return { 'set-cookie': `${cookieName(state)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0` }
}

/** Cookies are shared between ports, and the application runs on this host as well. */
function cookieName({ issuer }: State): string {
  return `scalekit_emulator_${new URL(issuer).port}`
}

function membershipOf(state: State, email: string) {
  return membershipsOf(state.settings, email).find((membership) => isOpen(state, membership))
}
