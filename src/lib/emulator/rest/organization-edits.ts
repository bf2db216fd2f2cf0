import { randomId } from '../format/ids.ts'
import { apiTime } from '../format/time.ts'
import { endSession } from '../oauth/session-ends.ts'
import { addOrganization } from '../state/add-organization.ts'
import { organizationData } from '../state/organization-message.ts'
import type { State } from '../state/state.ts'
import { newOrganization, type Organization } from '../world/organizations.ts'
import { RestError } from './rest-error.ts'

/** The changes of an organization in a request, with the field names of the JSON. */
export interface OrganizationChanges {
  readonly display_name: string | undefined
  readonly external_id: string | undefined
  readonly metadata: Organization['metadata']
  readonly slug: string | undefined
  readonly logo_url: string | undefined
}

export interface NewOrganization extends OrganizationChanges {
  readonly display_name: string
  readonly region_code: Organization['regionCode'] | undefined
}

export function createOrganization(state: State, request: NewOrganization): Organization {
  assertFree(state, request.external_id)
  const organization: Organization = {
    ...newOrganization,
    id: randomId('org_'),
    displayName: request.display_name,
    domains: [],
    people: [],
    regionCode: request.region_code ?? newOrganization.regionCode,
    metadata: request.metadata,
  }
  setTexts(organization, request)
  addOrganization(state, organization)
  return organization
}

export function updateOrganization(
  state: State,
  organization: Organization,
  request: OrganizationChanges,
): Organization {
  assertFree(state, request.external_id, organization)
  organization.displayName = request.display_name ?? organization.displayName
  if (Object.keys(request.metadata).length > 0) organization.metadata = request.metadata
  setTexts(organization, request)
  return changed(state, organization)
}

/** Enables or disables features. Absent features are left unchanged. */
export function setFeatures(
  state: State,
  organization: Organization,
  features: Organization['features'],
): Organization {
  const byName = new Map([...organization.features, ...features].map((item) => [item.name, item]))
  organization.features = [...byName.values()]
  return changed(state, organization)
}

function changed(state: State, organization: Organization): Organization {
  state.times.changed(organization.id)
  state.webhooks.publish('organization.updated', organizationData(state, organization))
  return organization
}

export function deleteOrganization(state: State, organization: Organization): void {
  const { organizations } = state.settings
  organizations.splice(organizations.indexOf(organization), 1)
  for (const session of state.sessions.values()) {
    if (session.organization === organization) {
      endSession(state, session, { status: 'revoked', at: state.clock() })
    }
  }
  state.webhooks.publish('organization.deleted', {
    ...organizationData(state, organization),
    deleted_at: apiTime(state.clock()),
  })
}

/** An empty string removes the value. */
function setTexts(
  organization: Organization,
  { external_id, slug, logo_url }: OrganizationChanges,
): void {
  const texts = { externalId: external_id, slug, logoUrl: logo_url }
  for (const name of ['externalId', 'slug', 'logoUrl'] as const) {
    const value = texts[name]
    if (value === '') delete organization[name]
    else if (value !== undefined) organization[name] = value
  }
}

/** Refuses an external id that another organization has: it has to identify one organization. */
function assertFree({ settings }: State, externalId?: string, owner?: Organization): void {
  const other = settings.organizations.find(
    (organization) => organization.externalId === externalId,
  )
  if (!externalId || !other || other === owner) return
  throw new RestError('RESOURCE_ALREADY_EXISTS', `${other.id} has the external id ${externalId}`)
}
