import { type Html, type HtmlValue, html } from '../ground/html.ts'
import { directoriesPath } from './directory/api.ts'
import { invitationUrl } from './oauth/hosted/invitation.ts'
import { invitationsPath } from './oauth/hosted/invite.ts'
import { idpInitiatedUrl } from './oauth/idp-initiated.ts'
import { applicationLinks } from './pages/application.ts'
import { emulatorName, page } from './pages/page.ts'
import { nameAndNote } from './pages/person-line.ts'
import { openPortalPath } from './portal/portal.ts'
import { rolesForm } from './roles-form.ts'
import type { Answer } from './server/call.ts'
import { sessionsCard } from './sessions-card.ts'
import { membershipStatus } from './state/membership-status.ts'
import type { State } from './state/state.ts'
import { type EmulatedOrganization, isUsable } from './world/organizations.ts'
import type { EmulatedPerson } from './world/people.ts'

/** `GET /`: the organizations, people and sessions of this emulator, and the way to the application. */
export function home(state: State): Answer {
  const { issuer, settings } = state
  return page(
    200,
    emulatorName,
    html`<section class="card">
<h1>${emulatorName}</h1>
<p>To sign in, start at ${applicationLinks(settings)}.</p>
<dl>${termsOf({
      Address: issuer,
      Product: settings.product,
      'Redirect URIs': settings.redirectUris,
    })}</dl>
</section>
${settings.organizations.map((organization) => organizationCard(state, organization))}
${sessionsCard(state)}
${interceptorsCard(state)}`,
  )
}

function organizationCard(state: State, organization: EmulatedOrganization): Html {
  const { id, externalId, displayName, domains, connection, directory, people } = organization
  const facts = {
    Id: id,
    'External id': externalId,
    Domains: domains.join(', '),
    Connection: connection && `${connection.id} ${connection.enabled ? '' : '(disabled)'}`,
    Directory: directory && `${directory.id} ${directory.enabled ? '' : '(disabled)'}`,
  }
  return html`<section class="card ${connection?.provider.toLowerCase()}">
<h2><bdi>${displayName}</bdi></h2>
<dl>${termsOf(facts)}</dl>
${people.length === 0 && html`<p>There are no people yet.</p>`}
<ul>${people.map((person) => personLine(state, person, organization))}</ul>
${state.settings.product === 'full-stack' && invitationForm(organization)}
<p class="links"><a href="${openPortalPath}${id}" aria-label="Open the admin portal of ${displayName}">Open the admin portal</a>${directory && html`<a href="${directoriesPath}${directory.id}" aria-label="Edit the directory of ${displayName}">Edit the directory</a>`}</p>
</section>`
}

type Fact = string | readonly string[] | undefined

/** Facts without a value are left out. */
function termsOf(facts: Readonly<Record<string, Fact>>): readonly HtmlValue[] {
  return Object.entries(facts).map(([term, value = []]) => {
    const values = [value].flat().filter((one) => one !== '')
    const details = values.map((one) => html`<dd><code>${one}</code></dd>`)
    return details.length > 0 && html`<dt>${term}</dt>${details}`
  })
}

function personLine(
  state: State,
  person: EmulatedPerson,
  organization: EmulatedOrganization,
): Html {
  const { refusal, roles } = person
  const note = html`<span class="note">${refusal ?? roles.join(', ')}</span>`
  return html`<li class="person${refusal && ' refuses'}">${nameAndNote(person.name, note, person.email)}${wayIn(state, person, organization)}${rolesForm(state, person, organization)}</li>`
}

/** The link that begins something for a person: their invitation, or a sign-in at a portal. */
function wayIn(state: State, person: EmulatedPerson, organization: EmulatedOrganization) {
  const { connection, id } = organization
  const status = membershipStatus(state, organization, person)
  if (status === 'PENDING_INVITE') {
    const link = invitationUrl('', id, person.email)
    return html`<a href="${link}" title="Open the link of the invitation’s email">Invitation</a>`
  }
  if (status === 'INVITE_EXPIRED') return html`<span class="note">invitation expired</span>`
  if (!connection || !isUsable(connection)) return undefined
  const start = idpInitiatedUrl({ email: person.email, organizationId: id })
  return html`<a href="${start}" title="Sign in from the identity provider’s portal">IdP-initiated</a>`
}

function invitationForm({ id, displayName }: EmulatedOrganization): Html {
  return html`<form method="post" action="${invitationsPath}">
<input type="hidden" name="organization_id" value="${id}">
<label for="invite-${id}">Email address to invite to ${displayName}</label>
<span class="row"><input id="invite-${id}" name="email" type="email" required autocomplete="off"><button>Invite</button></span>
</form>`
}

/** The endpoints that the emulator asks, each with its last answer. */
function interceptorsCard({ interceptors }: State): Html | undefined {
  if (interceptors.registered.length === 0) return undefined
  return html`<section class="card">
<h2>Interceptors</h2>
<ul>${interceptors.registered.map(({ triggerPoint, url }) => {
    const last = interceptors.calls.findLast(
      (call) => call.triggerPoint === triggerPoint && call.url === url,
    )
    const note = html`<span class="note">${last?.decision ?? 'not asked yet'}</span>`
    const details = `${url}${last?.failure ? `: ${last.failure}` : ''}`
    return html`<li class="person">${nameAndNote(triggerPoint, note, details)}</li>`
  })}</ul>
</section>`
}
