import type { Membership } from '../world/memberships.ts'
import type { EmulatedOrganization } from '../world/organizations.ts'
import type { EmulatedPerson } from '../world/people.ts'
import type { MembershipStatus } from '../world/seed.ts'
import type { State } from './state.ts'

/** How long an invitation can be accepted, in milliseconds: Scalekit's default. */
const invitationMs = 15 * 86_400_000

/** The key under which the times of an invitation are stored. */
export function invitationKey({ id }: EmulatedOrganization, person: EmulatedPerson): string {
  return `${id} ${person.id}`
}

/** The current status of a person's membership. */
export function membershipStatus(
  { times, clock }: State,
  organization: EmulatedOrganization,
  person: EmulatedPerson,
): MembershipStatus {
  if (person.membershipStatus !== 'PENDING_INVITE') return person.membershipStatus
  const expiresAt = times.createdAt(invitationKey(organization, person)) + invitationMs
  return clock() < expiresAt ? 'PENDING_INVITE' : 'INVITE_EXPIRED'
}

/** Whether an authenticated user may enter as this member. */
export function isOpen(state: State, { organization, person }: Membership): boolean {
  if (person.refusal === 'user_not_active') return false
  return membershipStatus(state, organization, person) !== 'INVITE_EXPIRED'
}
