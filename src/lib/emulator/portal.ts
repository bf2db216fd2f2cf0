import { type Html, html } from '../html.ts'
import type { Answer, Call } from './call.ts'
import { directoriesPath } from './directory-api.ts'
import type { EmulatedOrganization } from './organizations.ts'
import { page, problemPage } from './page.ts'
import type { PortalLink, State } from './state.ts'

/** Where links to the admin portal lead. */
export const magicLinkPath = '/magicLink/'

/** Opens the admin portal of one customer, as far as an emulator has one. */
export function openPortal(state: State, { method, path }: Call): Answer | undefined {
  if (method !== 'GET') return undefined
  const { portalLinks, settings, clock } = state
  const link = portalLinks.get(path)
  const organization = settings.organizations.find(({ id }) => id === link?.organizationId)
  if (!link || !organization || clock() >= link.expiresAt) {
    return problemPage(
      'This link does not open anything',
      'It has expired, was used already or never existed. Ask the application for a new one.',
    )
  }
  if (settings.singleUse) portalLinks.delete(path)
  return portalPage(link, organization)
}

function portalPage(link: PortalLink, organization: EmulatedOrganization): Answer {
  const title = `Admin portal of ${organization.displayName}`
  return page(
    200,
    title,
    html`<section class="card"><h1>${title}</h1>
<p>At Scalekit, the customer’s administrator sets these up here.</p>
<ul class="facts">${featuresOf(link, organization).map((feature) => featureLine(feature, organization))}</ul>
</section>`,
  )
}

/** A link that names none opens what the organization has enabled. */
function featuresOf(link: PortalLink, { features }: EmulatedOrganization): readonly string[] {
  if (link.features.length > 0) return link.features
  return features.filter(({ enabled }) => enabled).map(({ name }) => name)
}

function featureLine(feature: string, { connection, directory }: EmulatedOrganization): Html {
  if (feature === 'sso') {
    return html`<li data-feature="sso">Single sign-on: ${connection ? `${connection.provider}, ${onOrOff(connection)}` : 'not set up'}</li>`
  }
  if (feature === 'dir_sync') {
    return html`<li data-feature="dir_sync">Directory sync: ${directory ? html`<a href="${directoriesPath}${directory.id}">${onOrOff(directory)}</a>` : 'not set up'}</li>`
  }
  return html`<li data-feature="${feature}">${feature}</li>`
}

function onOrOff({ enabled }: { readonly enabled: boolean }): string {
  return enabled ? 'enabled' : 'disabled'
}
