import type { Answer, Call } from '../../server/call.ts'
import { isOpen } from '../../state/membership-status.ts'
import type { PendingSignIn, Place, ProvenUser, State } from '../../state/state.ts'
import { type Membership, membershipsOf } from '../../world/memberships.ts'
import { OAuthError } from '../oauth-error.ts'
import { isHosted, placeAt } from '../place.ts'
import { currentSession } from '../session.ts'
import { enter, refusal } from './enter.ts'
import { show } from './show.ts'

/**
 * Signs a user who has authenticated in to their organization. Shows the switcher if they have
 * several organizations, or if the request asks for it.
 *
 * @param only The organization that the request named.
 */
export async function chooseOrganization(
  state: State,
  call: Call,
  pending: PendingSignIn,
  user: ProvenUser,
  only?: Place['organization'],
): Promise<Answer> {
  const memberships = membershipsOf(state.settings, user.email).filter(
    ({ organization }) => only === undefined || organization.id === only.id,
  )
  const open = memberships.filter((membership) => isOpen(state, membership))
  const [first] = open.length > 0 ? open : memberships
  const mustAsk = only === undefined && pending.request.prompts.includes('select_account')
  if (open.length > 1 || (mustAsk && open.length > 0)) {
    return show(state, { ...pending, step: { kind: 'organization', user } })
  }
  // For a membership that is not open, this throws the reason.
  if (first) return enterOrganization(state, call, pending, user, first)
  throw refusal('user_not_active')
}

/** Handles the form of the switcher. */
export async function takeOrganization(
  state: State,
  call: Call,
  pending: PendingSignIn,
  user: ProvenUser,
): Promise<Answer> {
  const id = call.form.get('organization')
  const membership = membershipsOf(state.settings, user.email).find(
    ({ organization }) => organization.id === id,
  )
  if (membership) return enterOrganization(state, call, pending, user, membership)
  throw new OAuthError('access_denied', 'The user is not a member of this organization')
}

/**
 * Signs a user in to one organization. If it has single sign-on, its identity provider is asked,
 * unless the user has signed in to it in this session.
 */
export async function enterOrganization(
  state: State,
  call: Call,
  pending: PendingSignIn,
  { email, connection }: ProvenUser,
  membership: Membership,
): Promise<Answer> {
  const { organization, person } = membership
  const place = placeAt(state.settings, organization)
  if (isHosted(place)) {
    const by = connection.type === 'OAUTH' ? { ...place, connection } : place
    return enter(state, call, pending, by, person)
  }
  if (isKnownThere(state, call, membership)) {
    return enter(state, call, pending, place, person)
  }
  return show(state, { ...pending, step: { kind: 'provider', place } }, { email })
}

function isKnownThere(state: State, call: Call, { organization, person }: Membership): boolean {
  const session = currentSession(state, call)
  return (
    session?.person.id === person.id && session.authenticatedOrganizations.includes(organization.id)
  )
}
