import { eventTime } from '../format/time.ts'
import type { Session } from '../state/state.ts'
import type { DataOf } from '../webhooks/event.ts'
import { exampleEvents } from '../webhooks/example-events.ts'
import { type ExternalIdentity, userData } from './user-data.ts'

/** How long Scalekit's sample of a session lasts, in milliseconds. */
const absoluteMs = 30 * 86_400_000
const idleMs = 7 * 86_400_000

/** What `user.login` and `user.logout` say; what the emulator does not know is as in the example. */
export function userSessionData(session: Session, loggedOutAt?: number): DataOf<'user.login'> {
  const { person, organization, startedAt } = session
  const { device } = exampleEvents['user.login'].data.user_session
  const started = eventTime(startedAt)
  return {
    user: { ...userData(person, startedAt, [identityOf(session)]), last_login_time: started },
    user_session: {
      absolute_expires_at: eventTime(startedAt + absoluteMs),
      authenticated_organizations: [...session.authenticatedOrganizations],
      created_at: started,
      expired_at: null,
      idle_expires_at: eventTime(startedAt + idleMs),
      last_active_at: started,
      logout_at: loggedOutAt === undefined ? null : eventTime(loggedOutAt),
      organization_id: organization?.id ?? '',
      session_id: session.id,
      // In the documented example of a logout, too.
      status: 'ACTIVE',
      updated_at: eventTime(loggedOutAt ?? startedAt),
      user_id: person.id,
      ...(device && { device }),
    },
  }
}

function identityOf({ person, connection, startedAt }: Session): ExternalIdentity {
  const started = eventTime(startedAt)
  return {
    connection_id: connection.id,
    connection_provider: connection.provider,
    connection_type: connection.type,
    connection_user_id: person.idpUserId,
    created_time: started,
    is_social: connection.type === 'OAUTH',
    last_login_time: started,
    last_synced_time: started,
  }
}
