import type { Membership } from '../world/memberships.ts'
import type { EmulatedOrganization } from '../world/organizations.ts'
import type { EmulatedPerson } from '../world/people.ts'
import type { MembershipStatus } from '../world/seed.ts'
import type { State } from './state.ts'

/** How long an invitation can be accepted: Scalekit's default, in milliseconds. */
const invitationMs = 15 * 86_400_000

/** What the times of an invitation are kept by. */
export function invitationKey({ id }: EmulatedOrganization, person: EmulatedPerson): string {
  return `${id} ${person.id}`
}

/** How far a person is a member now. */
export function membershipStatus(
  { times, clock }: State,
  organization: EmulatedOrganization,
  person: EmulatedPerson,
): MembershipStatus {
  if (person.membershipStatus !== 'PENDING_INVITE') return person.membershipStatus
  const expiresAt = times.createdAt(invitationKey(organization, person)) + invitationMs
  return clock() < expiresAt ? 'PENDING_INVITE' : 'INVITE_EXPIRED'
}

/** Whether a user who proved who they are may enter as this member. */
export function isOpen(state: State, { organization, person }: Membership): boolean {
  if (person.refusal === 'user_not_active') return false
  return membershipStatus(state, organization, person) !== 'INVITE_EXPIRED'
}
