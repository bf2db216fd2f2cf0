import { eventTime } from '../format/time.ts'
import type { Session, State } from '../state/state.ts'
import { identityOf, userData } from '../state/user-data.ts'
import type { DataOf } from '../webhooks/event.ts'
import { exampleEvents } from '../webhooks/example-events.ts'
import { endsOf } from './session-limits.ts'

/**
 * The data of `user.login` and `user.logout`. Values that the emulator does not have are those of
 * the example.
 */
export function userSessionData(state: State, session: Session): DataOf<'user.login'> {
  const { person, organization, startedAt, lastActiveAt, ended } = session
  const { absolute, idle = absolute } = endsOf(state, session)
  const { device } = exampleEvents['user.login'].data.user_session
  const started = eventTime(startedAt)
  return {
    user: { ...userData(person, startedAt, [identityOf(session)]), last_login_time: started },
    user_session: {
      absolute_expires_at: eventTime(absolute),
      authenticated_organizations: [...session.authenticatedOrganizations],
      created_at: started,
      expired_at: ended?.status === 'expired' ? eventTime(ended.at) : null,
      idle_expires_at: eventTime(idle),
      last_active_at: eventTime(lastActiveAt),
      logout_at: ended && ended.status !== 'expired' ? eventTime(ended.at) : null,
      organization_id: organization?.id ?? '',
      session_id: session.id,
      // The documented example of a logout has this value as well.
      status: 'ACTIVE',
      updated_at: eventTime(ended?.at ?? lastActiveAt),
      user_id: person.id,
      ...(device && { device }),
    },
  }
}
