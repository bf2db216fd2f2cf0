import { apiTime } from '../format/time.ts'
import type { DataOf } from '../webhooks/event.ts'
import type { Organization } from '../world/organizations.ts'
import type { State } from './state.ts'

/** An organization in the API's format. */
export function organizationMessage(
  { times }: State,
  organization: Organization,
): Omit<DataOf<'organization.created'>, 'external_id'> {
  const { id, displayName, externalId, metadata, features, slug, logoUrl, regionCode } =
    organization
  return {
    id,
    create_time: apiTime(times.createdAt(id)),
    update_time: apiTime(times.updatedAt(id)),
    display_name: displayName,
    region_code: regionCode,
    ...(externalId !== undefined && { external_id: externalId }),
    metadata,
    settings: { features },
    ...(slug !== undefined && { slug }),
    ...(logoUrl !== undefined && { logo_url: logoUrl }),
  }
}

/** An organization in the format of events. */
export function organizationData(
  state: State,
  organization: Organization,
): DataOf<'organization.created'> {
  const message = organizationMessage(state, organization)
  return { ...message, external_id: organization.externalId ?? null }
}
