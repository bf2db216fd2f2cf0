import { randomId } from '../format/ids.ts'
import type { Call } from '../server/call.ts'
import type { Place, Session, State } from '../state/state.ts'
import type { EmulatedPerson } from '../world/people.ts'
import { isLiveSession } from './session-ends.ts'
import { userSessionData } from './user-session.ts'

/** Signs a person in; those of a social provider, in the organization of their email address. */
export function startSession(state: State, place: Place, person: EmulatedPerson): Session {
  const { connection } = place
  const membership = place.organization
    ? { organization: place.organization, person }
    : (membershipOf(state, person.email) ?? { person })
  const startedAt = state.clock()
  const id = randomId('ses_')
  const session = { id, connection, ...membership, startedAt, lastActiveAt: startedAt }
  state.sessions.set(session.id, session)
  // Modular SSO keeps neither users nor sessions.
  if (state.settings.product === 'full-stack') {
    state.webhooks.publish('user.login', userSessionData(state, session))
  }
  return session
}

/** The session this browser is in; Modular SSO keeps none. */
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

/** Cookies do not tell ports apart, and the application is on this host too. */
function cookieName({ issuer }: State): string {
  return `scalekit_emulator_${new URL(issuer).port}`
}

function membershipOf({ settings }: State, email: string) {
  for (const organization of settings.organizations) {
    const person = organization.people.find(
      (member) => member.email === email && member.refusal !== 'user_not_active',
    )
    if (person) return { organization, person }
  }
  return undefined
}
