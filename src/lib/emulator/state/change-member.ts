import { isDeepStrictEqual } from 'node:util'
import { setMember } from '../world/memberships.ts'
import type { Organization } from '../world/organizations.ts'
import type { EmulatedPerson } from '../world/people.ts'
import type { State } from './state.ts'
import { identitiesOf, membershipData } from './user-data.ts'

/**
 * Replaces a member's data. If the roles or permissions differ, an event is sent, as at Scalekit.
 * Modular SSO has no members, so it sends none.
 */
export function changeMember(
  state: State,
  organization: Organization,
  before: EmulatedPerson,
  after: EmulatedPerson,
): void {
  state.formerPeople.keep(organization, before)
  setMember(organization, after)
  const isAllowedTheSame = (['roles', 'permissions'] as const).every((name) =>
    isDeepStrictEqual(before[name], after[name]),
  )
  if (isAllowedTheSame || state.settings.product === 'sso') return
  state.webhooks.publish(
    'user.organization_membership_updated',
    membershipData(state, { organization, person: after }, identitiesOf(state, after)),
  )
}
