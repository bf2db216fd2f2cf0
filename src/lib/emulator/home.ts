import { type Html, html } from '../ground/html.ts'
import { directoriesPath } from './directory/api.ts'
import { invitationUrl } from './oauth/hosted/invitation.ts'
import { invitationsPath } from './oauth/hosted/invite.ts'
import { idpInitiatedUrl } from './oauth/idp-initiated.ts'
import { applicationLinks } from './pages/application.ts'
import { page } from './pages/page.ts'
import { openPortalPath } from './portal/portal.ts'
import { rolesForm } from './roles-form.ts'
import type { Answer } from './server/call.ts'
import { sessionsCard } from './sessions-card.ts'
import { membershipStatus } from './state/membership-status.ts'
import type { State } from './state/state.ts'
import { type EmulatedOrganization, isUsable } from './world/organizations.ts'
import type { EmulatedPerson } from './world/people.ts'

/** `GET /`: the emulator's people and settings, for a developer who opens its address. */
export function home(state: State): Answer {
  const { issuer, settings } = state
  return page(
    200,
    'Scalekit emulator',
    html`<section class="card">
<h1>Scalekit emulator</h1>
<p>This is <code>${issuer}</code> of the product ${settings.product}. To sign in, start at ${applicationLinks(settings)}.</p>
<h2>Redirect URIs</h2>
<ul>${settings.redirectUris.map((uri) => html`<li><code>${uri}</code></li>`)}</ul>
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
<h2>${displayName}</h2>
<dl>${Object.entries(facts).map(([term, value]) => value && html`<dt>${term}</dt><dd><code>${value}</code></dd>`)}</dl>
<ul>${people.map((person) => personLine(state, person, organization))}</ul>
${state.settings.product === 'full-stack' && invitationForm(organization)}
<p><a href="${openPortalPath}${id}">Open the admin portal</a>${directory && html` · <a href="${directoriesPath}${directory.id}">Edit the directory</a>`}</p>
</section>`
}

function personLine(
  state: State,
  person: EmulatedPerson,
  organization: EmulatedOrganization,
): Html {
  const { refusal, roles } = person
  return html`<li class="person${refusal && ' refuses'}"><span class="who">
<strong>${person.name}</strong><span class="note">${refusal ?? roles.join(', ')}</span><span>${person.email}</span>
</span>${wayIn(state, person, organization)}${rolesForm(state, person, organization)}</li>`
}

/** The actions offered for a person: an invitation, or a sign-in from their company's portal. */
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
  return html`<form class="row" method="post" action="${invitationsPath}">
<input type="hidden" name="organization_id" value="${id}">
<input name="email" type="email" required aria-label="Email address to invite to ${displayName}" placeholder="Email address">
<button>Invite</button>
</form>`
}

/** The interceptors, with the latest response of each. */
function interceptorsCard({ interceptors }: State): Html | undefined {
  if (interceptors.registered.length === 0) return undefined
  return html`<section class="card">
<h2>Interceptors</h2>
<ul>${interceptors.registered.map(({ triggerPoint, url }) => {
    const last = interceptors.calls.findLast(
      (call) => call.triggerPoint === triggerPoint && call.url === url,
    )
    return html`<li class="person"><span class="who"><strong>${triggerPoint}</strong><span class="note">${last?.decision ?? 'not asked yet'}</span><span>${url}${last?.failure && `: ${last.failure}`}</span></span></li>`
  })}</ul>
</section>`
}
