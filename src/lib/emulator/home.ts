import { type Html, html } from '../ground/html.ts'
import { directoriesPath } from './directory/api.ts'
import { idpInitiatedUrl } from './oauth/idp-initiated.ts'
import { applicationLinks } from './pages/application.ts'
import { page } from './pages/page.ts'
import { openPortalPath } from './portal/portal.ts'
import type { Answer } from './server/call.ts'
import type { State } from './state/state.ts'
import { type EmulatedOrganization, isUsable } from './world/organizations.ts'
import type { EmulatedPerson } from './world/people.ts'

/** `GET /`: who and what this emulator holds, for a developer who opens its address. */
export function home({ issuer, settings }: State): Answer {
  return page(
    200,
    'Scalekit emulator',
    html`<section class="card">
<h1>Scalekit emulator</h1>
<p>This is <code>${issuer}</code> of the product ${settings.product}. To sign in, start at ${applicationLinks(settings)}.</p>
<h2>Redirect URIs</h2>
<ul>${settings.redirectUris.map((uri) => html`<li><code>${uri}</code></li>`)}</ul>
</section>
${settings.organizations.map(organizationCard)}`,
  )
}

function organizationCard(organization: EmulatedOrganization): Html {
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
<ul>${people.map((person) => personLine(person, organization))}</ul>
<p><a href="${openPortalPath}${id}">Open the admin portal</a>${directory && html` · <a href="${directoriesPath}${directory.id}">Edit the directory</a>`}</p>
</section>`
}

function personLine(person: EmulatedPerson, { id, connection }: EmulatedOrganization): Html {
  const start = idpInitiatedUrl({ email: person.email, organizationId: id })
  return html`<li class="person${person.refusal && ' refuses'}"><span class="who">
<strong>${person.name}</strong><span class="note">${person.refusal ?? person.roles.join(', ')}</span><span>${person.email}</span>
</span>${connection && isUsable(connection) && html`<a href="${start}" title="Sign in from the identity provider’s portal">IdP-initiated</a>`}</li>`
}
