import type { Answer, Call } from '../../server/call.ts'
import type {
  AuthorizationRequest,
  PendingSignIn,
  Place,
  Session,
  SignInStep,
  State,
} from '../../state/state.ts'
import { memberOf } from '../../world/memberships.ts'
import { hasHostedAccounts, isHosted, passwordless } from '../place.ts'
import { currentSession } from '../session.ts'
import { openedInvitation } from './invitation.ts'
import { enterOrganization } from './organization.ts'
import { show } from './show.ts'

/**
 * Answers an authorization request with the first page of its sign-in. There is no page for an
 * invitation whose link was opened, nor for a switch to an organization that was signed in to.
 *
 * @throws {@link OAuthError} for a user who may not enter
 */
export async function firstStep(
  state: State,
  call: Call,
  request: AuthorizationRequest,
  place: Place | undefined,
): Promise<Answer> {
  const selectors = selectorsIn(call.query)
  const pending = { request, selectors, step: stepAt(state, request, place) }
  const invited = openedInvitation(state, call.query)
  if (invited) {
    const user = { email: invited.person.email, connection: passwordless }
    return enterOrganization(state, call, pending, user, invited)
  }
  const session = request.prompts.includes('select_account') && currentSession(state, call)
  const switched = session && switchFrom(state, call, pending, session, place)
  return switched || show(state, pending, { email: request.loginHint })
}

function stepAt(
  { settings }: State,
  { prompts }: AuthorizationRequest,
  place: Place | undefined,
): SignInStep {
  if (place) return isHosted(place) ? { kind: 'email', place } : { kind: 'provider', place }
  const isSignUp = prompts.includes('create') && hasHostedAccounts(settings)
  return { kind: isSignUp ? 'sign-up' : 'email' }
}

/**
 * Returns undefined for a user who is not a member of the place's organization: another user may
 * sign in there.
 */
function switchFrom(
  state: State,
  call: Call,
  pending: PendingSignIn,
  { person, connection }: Session,
  place: Place | undefined,
): Answer | Promise<Answer> | undefined {
  const user = { email: person.email, connection }
  if (!place) return show(state, { ...pending, step: { kind: 'organization', user } })
  const { organizations } = state.settings
  const organization = organizations.find(({ id }) => id === place.organization?.id)
  const member = organization && memberOf(organization, user.email)
  return member && enterOrganization(state, call, pending, user, { organization, person: member })
}

/** The parameters of the request that interceptors get. */
function selectorsIn(query: URLSearchParams): Readonly<Record<string, string>> {
  const names = ['connection_id', 'organization_id', 'domain', 'login_hint', 'state']
  return Object.fromEntries([...query].filter(([name, value]) => names.includes(name) && value))
}
