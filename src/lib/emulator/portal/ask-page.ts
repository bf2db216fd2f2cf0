import { html } from '../../ground/html.ts'
import { directoryProvider } from '../directory/provider.ts'
import { providerName } from '../pages/provider-name.ts'
import type { Answer } from '../server/call.ts'
import type { State } from '../state/state.ts'
import type { Organization } from '../world/organizations.ts'
import { featureField, featuresOf, type PortalVisit, portalQuestionPage } from './page.ts'

/**
 * The page that asks before single sign-on or directory sync is disabled. It is shown for the
 * portal's address with the fields of the form in its query, and changes nothing.
 *
 * @returns undefined for a query that names no such change
 */
export function askPage(
  state: State,
  visit: PortalVisit,
  path: string,
  query: URLSearchParams,
): Answer | undefined {
  const feature = featuresOf(visit).find((name) => name === query.get('feature'))
  const words = wordsOf.get(`${query.get('change')} ${feature}`)
  if (feature === undefined || !words) return undefined
  const { displayName } = visit.organization
  return portalQuestionPage(state, visit, {
    title: `Disable ${words.name} of ${displayName}?`,
    consequences: words.consequences(visit.organization),
    action: path,
    answer: html`${featureField(feature)}
<button class="other danger" name="change" value="disable">Disable ${words.name}</button>`,
    back: path,
    keep: 'Change nothing',
  })
}

interface Words {
  readonly name: string
  readonly consequences: (organization: Organization) => string
}

const wordsOf: ReadonlyMap<string, Words> = new Map([
  [
    'disable sso',
    {
      name: 'single sign-on',
      consequences: ({ connection }) =>
        `Your people cannot sign in through ${providerName(connection?.provider ?? '')} until you enable it again.`,
    },
  ],
  [
    'disable dir_sync',
    {
      name: 'directory sync',
      consequences: (organization) =>
        `Changes in ${providerName(directoryProvider(organization))} do not reach the application until you enable it again: people who leave keep their access until then.`,
    },
  ],
])
