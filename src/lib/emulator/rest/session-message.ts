import type { Json } from '../../ground/types.ts'
import { apiTime } from '../format/time.ts'
import { endsOf } from '../oauth/session-limits.ts'
import type { Session, State } from '../state/state.ts'
import { exampleEvents } from '../webhooks/example-events.ts'

/** A session in the API's format. */
export function sessionMessage(state: State, session: Session): Json {
  const { organization } = session
  const organizationId = organization?.id ?? ''
  const { device } = exampleEvents['user.login'].data.user_session
  return {
    ...revokedSessionMessage(state, session),
    organization_id: organizationId,
    authenticated_organizations: organization ? [organizationId] : [],
    authenticated_clients: [
      { client_id: state.settings.clientId, organization_id: organizationId },
    ],
    ...(device && { device }),
  }
}

/** A session in the response to a revocation. */
export function revokedSessionMessage(state: State, session: Session): Json {
  const { id, person, startedAt, lastActiveAt, ended } = session
  const { absolute, idle } = endsOf(state, session)
  return {
    session_id: id,
    user_id: person.id,
    created_at: apiTime(startedAt),
    updated_at: apiTime(ended?.at ?? lastActiveAt),
    last_active_at: apiTime(lastActiveAt),
    ...(idle !== undefined && { idle_expires_at: apiTime(idle) }),
    absolute_expires_at: apiTime(absolute),
    ...(ended && { [ended.status === 'expired' ? 'expired_at' : 'logout_at']: apiTime(ended.at) }),
    status: ended?.status ?? 'active',
  }
}
