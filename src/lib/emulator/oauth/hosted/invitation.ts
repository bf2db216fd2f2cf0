import { html } from '../../../ground/html.ts'
import { randomSecret } from '../../format/ids.ts'
import { applicationLinks } from '../../pages/application.ts'
import { homeLink, problemPage } from '../../pages/page.ts'
import { type Answer, type Call, redirect } from '../../server/call.ts'
import type { State } from '../../state/state.ts'
import { type Membership, memberOf } from '../../world/memberships.ts'
import { OAuthError } from '../oauth-error.ts'

/** The path of the link in an invitation's email. */
export const invitationPath = '/emulator/invitation'

/**
 * The parameter of the Initiate Login URL that has to come back at `/oauth/authorize`. Scalekit
 * documents that such parameters exist, but not their names.
 */
const parameter = 'invitation'

/** The link of an invitation's email. */
export function invitationUrl(issuer: string, organizationId: string, email: string): string {
  const query = new URLSearchParams({ organization_id: organizationId, email })
  return `${issuer}${invitationPath}?${query}`
}

/** Sends the browser of an invited person on to the application's Initiate Login URL. */
export function openInvitation(state: State, { query }: Call): Answer {
  const organization = state.settings.organizations.find(
    ({ id }) => id === query.get('organization_id'),
  )
  const person = organization && memberOf(organization, query.get('email') ?? '')
  if (!person || person.membershipStatus === 'ACTIVE') {
    return problemPage(
      'This invitation cannot be used',
      'It was accepted already, or the organization did not invite this person.',
      html`To sign in, go to ${applicationLinks(state.settings)}. To send another invitation: ${homeLink}.`,
    )
  }
  const token = randomSecret()
  state.invitations.set(token, { organizationId: organization.id, personId: person.id })
  return redirect(state.settings.initiateLoginUri, { [parameter]: token })
}

/**
 * Finds the invited person for a request that has the parameter of an opened link. The parameter is
 * accepted once.
 *
 * @throws {@link OAuthError} `invalid_request` for another value
 */
export function openedInvitation(state: State, query: URLSearchParams): Membership | undefined {
  const token = query.get(parameter)
  if (token === null) return undefined
  const invitation = state.invitations.get(token)
  state.invitations.delete(token)
  const organization = state.settings.organizations.find(
    ({ id }) => id === invitation?.organizationId,
  )
  const person = organization?.people.find(({ id }) => id === invitation?.personId)
  if (organization && person) return { organization, person }
  throw new OAuthError('invalid_request', `${parameter} names no invitation that can be accepted`)
}
