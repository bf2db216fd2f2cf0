import type { EmulatedOrganization } from '../world/organizations.ts'
import {
  isTemplate,
  matchesRedirectUri,
  redirectUriMistake,
  type TemplateName,
} from '../world/redirect-uris.ts'
import type { Settings } from '../world/settings.ts'

/** Whether an address is registered for the organization that the request names. */
export function isRegistered(
  { organizations }: Settings,
  registered: readonly string[],
  uri: string,
  organizationId: string | null,
): boolean {
  const organization = organizations.find(({ id }) => id === organizationId)
  const valuesOf = (template: TemplateName) => templateValues(template, organization)
  return registered.some((one) => matchesRedirectUri(uri, one, valuesOf))
}

/** Returns the problems of an authorization request's `redirect_uri`, as sentences. */
export function redirectMistake(
  settings: Settings,
  uri: string,
  organizationId: string | null,
): string | undefined {
  const { redirectUris } = settings
  if (isRegistered(settings, redirectUris, uri, organizationId)) return undefined
  const mistake = redirectUriMistake(uri)
  if (mistake) return `The redirect URI ${uri} ${mistake}.`
  const hint =
    organizationId === null && redirectUris.some(isTemplate)
      ? ' A template needs organization_id in the request.'
      : ''
  return `${uri} is not registered. Registered, to the letter: ${redirectUris.join(', ')}.${hint} To register another, use --redirect-uri or startEmulator({ redirectUris }).`
}

function templateValues(
  template: TemplateName,
  organization: EmulatedOrganization | undefined,
): readonly string[] {
  const { slug, externalId, domains = [] } = organization ?? {}
  if (template === 'custom_domain') return domains
  const value = template === 'org_slug' ? slug : externalId
  return value === undefined ? [] : [value]
}
