import { html } from '../../ground/html.ts'
import { switchDirectory } from '../directory/switch.ts'
import { randomSecret } from '../format/ids.ts'
import { unchangedPage } from '../pages/page.ts'
import { type Answer, type Call, seeOther } from '../server/call.ts'
import type { PathParams, Route } from '../server/router.ts'
import type { PortalMessage } from '../state/portal-link.ts'
import type { State } from '../state/state.ts'
import type { Organization } from '../world/organizations.ts'
import { askPage } from './ask-page.ts'
import { switchConnection } from './connection-switch.ts'
import { magicLinkPath, newPortalLink } from './link.ts'
import { connectionSwitched, directorySwitched } from './message.ts'
import { featuresOf, noPortalPage, type PortalVisit, portalPage } from './page.ts'
import { setUpConnection, setUpDirectory } from './set-up.ts'

/** The path of the home page's links. At Scalekit, a link comes from the dashboard or the API. */
export const openPortalPath = '/emulator/portal/'

/** The routes of the admin portal. */
export const portalRoutes: readonly Route[] = [
  { method: 'GET', path: `${openPortalPath}{organization}`, answer: openNew },
  { method: 'GET', path: `${magicLinkPath}{link*}`, answer: open },
  { method: 'POST', path: `${magicLinkPath}{link*}`, answer: change },
]

/** Opens the portal of an organization by a new link for this visit. */
function openNew(state: State, _call: Call, { organization = '' }: PathParams): Answer {
  return seeOther(newPortalLink(state, organization, ['sso', 'dir_sync']).path)
}

function open(state: State, { path, query }: Call): Answer {
  const sessionPath = state.settings.singleUse && startSession(state, path)
  if (sessionPath) return seeOther(sessionPath)
  const visit = visitAt(state, path)
  if (!visit) return noPortalPage(state)
  const question = askPage(state, visit, path, query)
  if (question) return question
  const { news } = visit.link
  delete visit.link.news
  return portalPage(state, visit, news)
}

/** How long the portal stays open behind a single-use link, in milliseconds. */
const sessionMs = 6 * 3_600_000

/**
 * Uses up a link. The session is in its path and not in a cookie, which browsers keep from a page
 * that is embedded in another site's.
 *
 * @returns undefined if there is no such link (any more)
 */
function startSession(state: State, path: string): string | undefined {
  const { portalLinks, portalSessions, clock } = state
  const link = portalLinks.get(path)
  if (!link || clock() >= link.expiresAt) return undefined
  portalLinks.delete(path)
  const sessionPath = `${magicLinkPath}session/${randomSecret()}`
  portalSessions.set(sessionPath, { ...link, expiresAt: clock() + sessionMs })
  return sessionPath
}

function visitAt(state: State, path: string): PortalVisit | undefined {
  const { settings, portalLinks, portalSessions, clock } = state
  const link = (settings.singleUse ? portalSessions : portalLinks).get(path)
  const organization = settings.organizations.find(({ id }) => id === link?.organizationId)
  return link && organization && clock() < link.expiresAt ? { link, organization } : undefined
}

/** Makes the change of the button that was pressed. */
function change(state: State, call: Call): Answer {
  const visit = visitAt(state, call.path)
  if (!visit) return noPortalPage(state)
  const feature = featuresOf(visit).find((name) => name === call.form.get('feature'))
  const act = actions.get(`${call.form.get('change')} ${feature}`)
  const back = html`<a href="${call.path}">Back to the admin portal</a>`
  if (!act) return unchangedPage('The form has no such button.', back)
  const outcome = act(state, visit.organization, call.form)
  if (typeof outcome === 'string') return unchangedPage(`${outcome}.`, back)
  visit.link.news = outcome
  return seeOther(call.path)
}

/** The message about a change, or the reason why it was not made. */
type Outcome = PortalMessage | string

type Action = (state: State, organization: Organization, form: URLSearchParams) => Outcome

const actions: ReadonlyMap<string, Action> = new Map([
  ...actionsOn('sso', switchSso, (state, organization, form) =>
    setUpConnection(state, organization, form.get('domain') ?? ''),
  ),
  ...actionsOn('dir_sync', switchSync, setUpDirectory),
])

/** The three actions on a feature, by their names. Setting it up enables it, too. */
function actionsOn(
  feature: string,
  toggle: (state: State, organization: Organization, enabled: boolean) => Outcome,
  setUp: (...given: Parameters<Action>) => string | undefined,
): readonly (readonly [string, Action])[] {
  return [
    [`set-up ${feature}`, (...given) => setUp(...given) ?? toggle(given[0], given[1], true)],
    [`enable ${feature}`, (state, organization) => toggle(state, organization, true)],
    [`disable ${feature}`, (state, organization) => toggle(state, organization, false)],
  ]
}

function switchSso(state: State, organization: Organization, enabled: boolean): Outcome {
  const { connection } = organization
  if (!connection) return 'There is no connection'
  const owned = { organization, connection }
  return switchConnection(state, owned, enabled) ?? connectionSwitched(owned)
}

function switchSync(state: State, organization: Organization, enabled: boolean): Outcome {
  const { directory } = organization
  if (!directory) return 'There is no directory'
  const owned = { organization, directory }
  switchDirectory(state, owned, enabled)
  return directorySwitched(owned)
}
