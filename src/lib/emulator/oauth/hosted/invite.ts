import { homeLink, problemPage } from '../../pages/page.ts'
import { type Answer, type Call, seeOther } from '../../server/call.ts'
import { invitationKey } from '../../state/membership-status.ts'
import type { State } from '../../state/state.ts'
import { membershipData } from '../../state/user-data.ts'
import { memberOf, membershipsOf, setMember } from '../../world/memberships.ts'
import type { Organization } from '../../world/organizations.ts'
import { domainOfEmail, personFrom } from '../../world/people.ts'
import { askInterceptors } from '../ask-interceptors.ts'
import { invitationUrl } from './invitation.ts'

/** The path that the home page's forms are sent to. */
export const invitationsPath = '/emulator/invitations'

/** A person to invite to an organization. */
export interface InvitationSeed {
  readonly organizationId: string
  readonly email: string
  /** Default: the part of the email address before the `@`. */
  readonly name?: string
  /** Default: `['member']`. */
  readonly roles?: readonly string[]
  /** Default: none. */
  readonly permissions?: readonly string[]
}

/**
 * Invites a person, or invites them again.
 *
 * @returns the link that the email would hold
 * @throws for an organization that does not exist, a member, and when an interceptor denies it
 */
export async function invite(state: State, seed: InvitationSeed, call?: Call): Promise<string> {
  const { organizationId, email, name = email.split('@')[0]!, ...roles } = seed
  const organization = organizationToInviteTo(state, seed)
  const known = membershipsOf(state.settings, email)[0]?.person
  await askBefore(state, organization, email, known?.id, call)
  const person = personFrom(
    { email, name, ...roles, ...(known && { id: known.id }), membershipStatus: 'PENDING_INVITE' },
    organization.displayName,
  )
  setMember(organization, person)
  state.times.made(invitationKey(organization, person))
  const data = membershipData(state, { organization, person })
  state.webhooks.publish('user.organization_invitation', data)
  return invitationUrl(state.issuer, organizationId, email)
}

function organizationToInviteTo(
  { settings }: State,
  { organizationId, email }: InvitationSeed,
): Organization {
  if (settings.product === 'sso') throw new Error('Modular SSO has no invitations')
  const organization = settings.organizations.find(({ id }) => id === organizationId)
  if (!organization) throw new Error(`There is no organization ${organizationId}`)
  if (domainOfEmail(email) === undefined) throw new Error(`${email} is not an email address`)
  if (memberOf(organization, email)?.membershipStatus !== 'ACTIVE') return organization
  throw new Error(`${email} is a member of ${organization.displayName} already`)
}

async function askBefore(
  state: State,
  { id, displayName }: Organization,
  email: string,
  userId: string | undefined,
  call: Call | undefined,
): Promise<void> {
  const context = {
    ...(userId !== undefined && { user_id: userId }),
    user_email: email,
    organization_id: id,
  }
  const data = { organization: { id, name: displayName } }
  await askInterceptors(state, 'PRE_USER_INVITATION', { context, data }, call)
}

/** Invites the person that a form of the home page names. */
export async function inviteFromPage(state: State, call: Call): Promise<Answer> {
  const [organizationId, email] = ['organization_id', 'email'].map((field) =>
    (call.form.get(field) ?? '').trim(),
  )
  try {
    await invite(state, { organizationId: organizationId!, email: email! }, call)
    return seeOther('/')
  } catch (error) {
    return problemPage('The invitation was not sent', `${(error as Error).message}.`, homeLink)
  }
}
