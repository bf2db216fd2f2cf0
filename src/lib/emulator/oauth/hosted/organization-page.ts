import { type Html, html } from '../../../ground/html.ts'
import { nameAndNote } from '../../pages/person-line.ts'
import type { Answer } from '../../server/call.ts'
import { isOpen, membershipStatus } from '../../state/membership-status.ts'
import type { ProvenUser, State } from '../../state/state.ts'
import { type Membership, membershipsOf } from '../../world/memberships.ts'
import { hostedForm } from './form.ts'

/** Scalekit's organization switcher: the organizations of the user, and those that invite them. */
export function organizationPage(state: State, id: string, { email }: ProvenUser): Answer {
  const memberships = membershipsOf(state.settings, email)
  const open = memberships.filter((membership) => isOpen(state, membership))
  return hostedForm(state, id, {
    title: 'Choose an organization',
    lead:
      open.length > 0 ? `You are ${email}.` : `You are ${email}, and a member of no organization.`,
    fields: html`<ul class="people">${open.map((membership) => organizationButton(state, membership))}</ul>`,
    others: html`<button name="step" value="email">Use another account</button>`,
  })
}

function organizationButton(state: State, membership: Membership): Html {
  const { organization, person } = membership
  const isInvited = membershipStatus(state, organization, person) === 'PENDING_INVITE'
  return html`<li><button name="organization" value="${organization.id}">
${nameAndNote(organization.displayName, isInvited && html`<span class="note">Join</span>`, person.roles.join(', '))}
</button></li>`
}
