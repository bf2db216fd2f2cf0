import { isObject } from '../../../ground/is-object.ts'
import { apiTime } from '../../format/time.ts'
import type { Answer, Call } from '../../server/call.ts'
import { membershipStatus } from '../../state/membership-status.ts'
import type { PendingSignIn, Place, Session, State } from '../../state/state.ts'
import { membershipData } from '../../state/user-data.ts'
import { membershipsOf, setMember } from '../../world/memberships.ts'
import type { EmulatedPerson } from '../../world/people.ts'
import { askInterceptors } from '../ask-interceptors.ts'
import { codeRedirect } from '../code.ts'
import { OAuthError } from '../oauth-error.ts'
import { isOpen } from '../place.ts'
import {
  currentSession,
  type Entrance,
  entranceOf,
  startSession,
  switchSession,
} from '../session.ts'

/**
 * Signs in a person who has authenticated, and sends the browser back with a code.
 *
 * @throws {@link OAuthError} for a person who may not enter
 */
export async function enter(
  state: State,
  call: Call,
  pending: PendingSignIn,
  place: Place,
  person: EmulatedPerson,
): Promise<Answer> {
  assertAdmitted(state, place, person)
  const entrance = entranceOf(state, place, person)
  const claims = await claimsOfInterceptors(state, call, pending, entrance)
  const accepted = acceptInvitation(state, entrance)
  const session = sessionFor(state, call, pending, { ...accepted, ...claims })
  return codeRedirect(state, pending.request, session)
}

function assertAdmitted(state: State, place: Place, person: EmulatedPerson): void {
  if (!isOpen(state.settings, place)) throw refusal('connection_not_active')
  if (person.refusal) throw refusal(person.refusal)
  const { organization } = place
  if (!organization || state.settings.product === 'sso') return
  if (membershipStatus(state, organization, person) === 'INVITE_EXPIRED') {
    throw new OAuthError(
      'access_denied',
      `The invitation to ${organization.displayName} has expired`,
    )
  }
}

const descriptions = {
  access_denied: 'The identity provider does not let this person in',
  user_not_active: 'This person is not active',
  connection_not_active: 'This connection is not active any more',
} as const

export function refusal(reason: keyof typeof descriptions): OAuthError {
  return new OAuthError(reason, descriptions[reason])
}

/** Modular SSO has no sessions, so its interceptors are not asked. */
async function claimsOfInterceptors(
  state: State,
  call: Call,
  { selectors }: PendingSignIn,
  { person, connection, organization }: Entrance,
): Promise<Pick<Entrance, 'customClaims'>> {
  if (state.settings.product === 'sso') return {}
  const { id, type, provider } = connection
  const context = {
    user_id: person.id,
    user_email: person.email,
    ...(organization && { organization_id: organization.id }),
    connection_details: [{ id, type, provider }],
    auth_request: selectors,
    client_id: state.settings.clientId,
  }
  const data = { user: interceptedUser(state, person) }
  const { claims } = await askInterceptors(state, 'PRE_SESSION_CREATION', { context, data }, call)
  return isObject(claims) ? { customClaims: claims } : {}
}

function interceptedUser(state: State, person: EmulatedPerson) {
  const { id, name, email, emailVerified, givenName, familyName } = person
  const memberships = membershipsOf(state.settings, email)
  return {
    id,
    name,
    email,
    email_verified: emailVerified,
    created_at: apiTime(state.times.createdAt(id)),
    updated_at: apiTime(state.times.updatedAt(id)),
    first_name: givenName,
    last_name: familyName,
    memberships: memberships.map(({ organization, person: member }) => ({
      organization_id: organization.id,
      status: membershipStatus(state, organization, member),
    })),
  }
}

/** An invited person becomes a member at their first sign-in. */
function acceptInvitation(state: State, entrance: Entrance): Entrance {
  const { person, organization: entered } = entrance
  const organization = state.settings.organizations.find(({ id }) => id === entered?.id)
  if (person.membershipStatus !== 'PENDING_INVITE' || !organization) return entrance
  const member = { ...person, membershipStatus: 'ACTIVE' } as const
  setMember(organization, member)
  if (state.settings.product === 'full-stack') {
    const data = membershipData(state, { organization, person: member })
    state.webhooks.publish('user.organization_membership_created', data)
  }
  return { ...entrance, person: member }
}

/** Switching the organization keeps the user's session. Every other sign-in begins a new one. */
function sessionFor(
  state: State,
  call: Call,
  { request }: PendingSignIn,
  entrance: Entrance,
): Session {
  const current = currentSession(state, call)
  const isSwitch =
    current?.person.id === entrance.person.id && request.prompts.includes('select_account')
  return isSwitch ? switchSession(current, entrance) : startSession(state, entrance)
}
