import { type Html, html } from '../../ground/html.ts'
import { longestTimerMs } from '../../ground/longest-timer.ts'
import { directoriesPath } from '../directory/api.ts'
import { directoryProvider } from '../directory/provider.ts'
import { applicationLinks, applicationOrigins } from '../pages/application.ts'
import { type Question, questionCard } from '../pages/ask-page.ts'
import { page } from '../pages/page.ts'
import { providerName } from '../pages/provider-name.ts'
import type { Answer } from '../server/call.ts'
import type { PortalLink, PortalMessage } from '../state/portal-link.ts'
import type { State } from '../state/state.ts'
import type { Directory } from '../world/directory.ts'
import type { Connection, Organization } from '../world/organizations.ts'
import { portalExpired, portalExpiring, portalLoaded, portalNotLoaded } from './message.ts'
import { type PortalScript, portalScript } from './script.ts'

/** A visit to the admin portal of one organization, opened by a link. */
export interface PortalVisit {
  readonly link: PortalLink
  readonly organization: Organization
}

/** A link that names no features opens those that the organization has enabled. */
export function featuresOf({ link, organization }: PortalVisit): readonly string[] {
  if (link.features.length > 0) return link.features
  return organization.features.filter(({ enabled }) => enabled).map(({ name }) => name)
}

/** How long before its end Scalekit warns of it, in milliseconds. */
const warningMs = 5 * 60_000

export function portalPage(state: State, visit: PortalVisit, news?: PortalMessage): Answer {
  const { link, organization } = visit
  const title = `Admin portal of ${organization.displayName}`
  return scriptedPage(state, 200, title, {
    content: html`<section class="card"><h1>${title}</h1>
<p>Set up single sign-on and directory sync for your organization. At Scalekit, this also needs the metadata of the identity provider.</p>
${news && html`<p role="status" class="news">${news.message}</p>`}
</section>
${featuresOf(visit).map((feature) => featureCard(feature, organization))}`,
    messages: [{ afterMs: 0, message: news ?? portalLoaded(link) }, ...endOf(state, link)],
  })
}

/** A page that asks before a change. It posts only the messages about the visit's end. */
export function portalQuestionPage(
  state: State,
  { link }: PortalVisit,
  question: Question,
): Answer {
  return scriptedPage(state, 200, question.title, {
    content: questionCard(question),
    messages: endOf(state, link),
  })
}

function endOf({ clock }: State, link: PortalLink): PortalScript['messages'] {
  const leftMs = link.expiresAt - clock()
  return [
    { afterMs: Math.max(0, leftMs - warningMs), message: portalExpiring(link) },
    { afterMs: leftMs, message: portalExpired(link) },
  ].filter(({ afterMs }) => afterMs <= longestTimerMs)
}

/** The page for a link that opens no portal. */
export function noPortalPage(state: State): Answer {
  const title = 'This link does not open anything'
  const reason = 'It has expired, was used already or never existed.'
  return scriptedPage(state, 400, title, {
    content: html`<section class="card"><h1>${title}</h1>
<p>${reason} Ask for a new one: go to ${applicationLinks(state.settings)}.</p>
</section>`,
    messages: [{ afterMs: 0, message: portalNotLoaded(`${title}. ${reason}`) }],
  })
}

/** Only the application's pages may embed it. Scalekit takes their origins from the redirect URIs. */
function scriptedPage(
  { settings }: State,
  status: number,
  title: string,
  { content, messages }: { content: Html; messages: PortalScript['messages'] },
): Answer {
  const origins = applicationOrigins(settings)
  const given: PortalScript = { origins, messages }
  return page(
    status,
    title,
    html`<div data-portal="${JSON.stringify(given)}" class="stack">${content}</div>`,
    {
      script: portalScript,
      embeddedBy: origins,
    },
  )
}

function featureCard(feature: string, organization: Organization): Html {
  switch (feature) {
    case 'sso':
      return connectionCard(organization.connection)
    case 'dir_sync':
      return directoryCard(organization)
    default:
      return html`<section class="card" data-feature="${feature}"><h2>${feature}</h2></section>`
  }
}

function connectionCard(connection: Connection | undefined): Html {
  return html`<section class="card" data-feature="sso"><h2>Single sign-on</h2>
${connection ? connectionContent(connection) : connectionSetUp}
</section>`
}

function connectionContent(connection: Connection): Html {
  const isSetUp = connection.status === 'COMPLETED'
  return html`<p>${providerName(connection.provider)}, ${stateOf(connection, isSetUp)}</p>
${isSetUp && switchForm('sso', 'single sign-on', connection.enabled)}`
}

const connectionSetUp = html`<p>Not set up</p>
<form method="post"><label for="domain">Domain of the company’s email addresses</label>
<input id="domain" name="domain" placeholder="company.example" autocapitalize="none" required>
${button('sso', 'set-up', 'Set up single sign-on')}</form>`

function directoryCard(organization: Organization): Html {
  const { directory } = organization
  return html`<section class="card" data-feature="dir_sync"><h2>Directory sync</h2>
${directory ? directoryContent(directory, directoryProvider(organization)) : directorySetUp}
</section>`
}

const directorySetUp = html`<p>Not set up</p>
<form method="post">${button('dir_sync', 'set-up', 'Set up directory sync')}</form>`

function directoryContent(directory: Directory, provider: string): Html {
  const { id, enabled } = directory
  return html`<p>${providerName(provider)}, ${stateOf(directory)}.
<a href="${directoriesPath}${id}" target="_blank">Edit the directory</a></p>
${switchForm('dir_sync', 'directory sync', enabled)}`
}

function stateOf({ enabled }: { readonly enabled: boolean }, isSetUp = true): string {
  if (!isSetUp) return 'setup not finished'
  return enabled ? 'enabled' : 'disabled'
}

/** Disabling asks first: its form opens the page that does. */
function switchForm(feature: string, name: string, enabled: boolean): Html {
  if (!enabled)
    return html`<form method="post">${button(feature, 'enable', `Enable ${name}`)}</form>`
  return html`<form method="get">${featureField(feature)}
<button class="other" name="change" value="disable">Disable ${name}</button></form>`
}

/** Its form is sent to the page's own address, which only a holder of the link knows. */
function button(feature: string, change: string, label: string): Html {
  return html`${featureField(feature)}
<button class="primary" name="change" value="${change}">${label}</button>`
}

export function featureField(feature: string): Html {
  return html`<input type="hidden" name="feature" value="${feature}">`
}
