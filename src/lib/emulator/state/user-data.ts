import { stableId } from '../format/ids.ts'
import { eventTime } from '../format/time.ts'
import type { DataOf } from '../webhooks/event.ts'
import { exampleEvents } from '../webhooks/example-events.ts'
import type { Membership } from '../world/memberships.ts'
import type { EmulatedPerson } from '../world/people.ts'
import { organizationData } from './organization-message.ts'
import type { Session, State } from './state.ts'

type UserData = DataOf<'user.login'>['user']

/** An account of a user at an identity provider, in the format of events. */
export type ExternalIdentity = NonNullable<
  NonNullable<UserData['user_profile']>['external_identities']
>[number]

/**
 * A user in the format of events. Values that the emulator does not have are those of the
 * documented example.
 *
 * @param at In milliseconds.
 * @param identities `null` until the user has signed in.
 */
export function userData(
  person: EmulatedPerson,
  at: number,
  identities: readonly ExternalIdentity[] | null,
): UserData {
  const { user_profile } = exampleEvents['user.login'].data.user
  return {
    create_time: eventTime(at),
    email: person.email,
    external_id: person.externalId ?? '',
    id: person.id,
    metadata: {},
    update_time: eventTime(at),
    user_profile: {
      ...user_profile,
      id: stableId('usp_', person.id),
      email_verified: person.emailVerified,
      name: person.name,
      given_name: person.givenName,
      family_name: person.familyName,
      external_identities: identities,
    },
  }
}

/** A user and an organization in the format of events. */
export function membershipData(
  state: State,
  { organization, person }: Membership,
  identities: readonly ExternalIdentity[] | null = null,
): DataOf<'user.signup'> {
  return {
    organization: organizationData(state, organization),
    user: userData(person, state.clock(), identities),
  }
}

/** The account of the user's latest sign-in; `null` for a user who never signed in. */
export function identitiesOf(
  { sessions }: State,
  { id }: EmulatedPerson,
): readonly ExternalIdentity[] | null {
  const last = [...sessions.values()].findLast(({ person }) => person.id === id)
  if (!last) return null
  const updated = { raw_attributes: '{}', updated_time: eventTime(last.startedAt) }
  return [{ ...identityOf(last), ...updated }]
}

/** The account with which a session began. */
export function identityOf({ person, connection, startedAt }: Session): ExternalIdentity {
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
