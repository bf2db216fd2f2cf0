import type { Organization } from '../world/organizations.ts'
import { organizationData } from './organization-message.ts'
import type { State } from './state.ts'

/** Adds an organization and sends its event. */
export function addOrganization(state: State, organization: Organization): void {
  state.settings.organizations.push(organization)
  state.times.made(organization.id)
  state.webhooks.publish('organization.created', organizationData(state, organization))
}
