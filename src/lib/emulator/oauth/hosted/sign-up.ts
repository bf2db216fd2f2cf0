import { isObject } from '../../../ground/is-object.ts'
import { randomId } from '../../format/ids.ts'
import { apiTime } from '../../format/time.ts'
import type { Answer, Call } from '../../server/call.ts'
import { addOrganization } from '../../state/add-organization.ts'
import { membershipStatus } from '../../state/membership-status.ts'
import type { PendingSignIn, State } from '../../state/state.ts'
import { membershipData } from '../../state/user-data.ts'
import { type Membership, memberOf, membershipsOf, setMember } from '../../world/memberships.ts'
import { newOrganization, type Organization } from '../../world/organizations.ts'
import { domainOfEmail, personFrom } from '../../world/people.ts'
import { askInterceptors } from '../ask-interceptors.ts'
import { OAuthError } from '../oauth-error.ts'
import { isHosted, passwordless, placeOfDomain } from '../place.ts'
import { enterOrganization } from './organization.ts'
import { show } from './show.ts'

/**
 * Handles the form of the sign-up page. For a company with single sign-on, its identity provider is
 * shown: the accounts are there.
 */
export async function takeSignUp(
  state: State,
  call: Call,
  id: string,
  pending: PendingSignIn,
): Promise<Answer> {
  const [email = '', name = '', organization = ''] = ['email', 'name', 'organization'].map(
    (field) => (call.form.get(field) ?? '').trim(),
  )
  const again = (problem: string, invalid: readonly string[]) =>
    show(state, pending, { email, name, organization, problem, invalid }, id)
  const domain = domainOfEmail(email)
  if (domain === undefined) {
    return again('Enter an email address such as ada@acme.example.', ['email'])
  }
  const place = placeOfDomain(state.settings, domain)
  if (place && !isHosted(place)) {
    return show(state, { ...pending, step: { kind: 'provider', place } }, { email }, id)
  }
  const missing = emptyOnes({ name, organization })
  if (missing.length > 0) return again('Enter your name and your organization.', missing)
  state.pending.delete(id)
  const membership = await signUp(state, call, pending, { email, name, organization })
  return enterOrganization(state, call, pending, { email, connection: passwordless }, membership)
}

/** The names of the empty values. */
function emptyOnes(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(values).filter((name) => values[name] === '')
}

interface SignUp {
  readonly email: string
  readonly name: string
  /** The name of the organization. */
  readonly organization: string
}

/** @throws {@link OAuthError} `access_denied` when an interceptor denies it */
async function signUp(
  state: State,
  call: Call,
  pending: PendingSignIn,
  form: SignUp,
): Promise<Membership> {
  const before = membershipsOf(state.settings, form.email)
  const joined = organizationToJoin(state, await askBefore(state, call, pending, form, before))
  const organization = joined?.organization ?? newOrganizationOf(form)
  if (!joined) addOrganization(state, organization)
  const known = before[0]?.person
  const person =
    memberOf(organization, form.email) ??
    personFrom(
      {
        email: form.email,
        name: form.name,
        roles: joined ? joined.roles : ['admin'],
        ...(known && { id: known.id, name: known.name }),
      },
      organization.id,
    )
  setMember(organization, person)
  const event = known ? 'user.organization_membership_created' : 'user.signup'
  state.webhooks.publish(event, membershipData(state, { organization, person }))
  return { organization, person }
}

function askBefore(
  state: State,
  call: Call,
  { selectors }: PendingSignIn,
  { email }: SignUp,
  memberships: readonly Membership[],
) {
  const { id, type, provider } = passwordless
  const user = memberships[0]?.person
  const context = {
    ...(user && { user_id: user.id }),
    user_email: email,
    connection_details: [{ id, type, provider }],
    auth_request: selectors,
    client_id: state.settings.clientId,
  }
  const data = user ? { user: knownUser(state, memberships) } : {}
  return askInterceptors(state, 'PRE_SIGNUP', { context, data }, call)
}

/** The data of a user who is in another organization already. */
function knownUser(state: State, memberships: readonly Membership[]) {
  const { id, name, email, emailVerified, givenName, familyName } = memberships[0]!.person
  return {
    id,
    name,
    email,
    email_verified: emailVerified,
    created_at: apiTime(state.times.createdAt(id)),
    updated_at: apiTime(state.times.updatedAt(id)),
    given_name: givenName,
    family_name: familyName,
    metadata: {},
    memberships: memberships.map(({ organization, person }) => ({
      organization_id: organization.id,
      organization_name: organization.displayName,
      status: membershipStatus(state, organization, person),
      roles: person.roles,
      metadata: {},
    })),
  }
}

/** The organization that an interceptor names in place of a new one. */
function organizationToJoin(
  { settings }: State,
  { create_organization_membership: named }: Awaited<ReturnType<typeof askBefore>>,
): { readonly organization: Organization; readonly roles: readonly string[] } | undefined {
  if (!isObject(named)) return undefined
  const { organization_id, external_organization_id, roles } = named
  const organization = settings.organizations.find(
    ({ id, externalId }) =>
      id === organization_id ||
      (externalId !== undefined && externalId === external_organization_id),
  )
  if (!organization) {
    throw new OAuthError(
      'server_error',
      'The interceptor of PRE_SIGNUP names an organization that does not exist',
    )
  }
  const names = Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
  return { organization, roles: names.length > 0 ? names : ['member'] }
}

function newOrganizationOf({ organization }: SignUp): Organization {
  return {
    ...newOrganization,
    id: randomId('org_'),
    displayName: organization,
    domains: [],
    people: [],
  }
}
