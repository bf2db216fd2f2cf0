import { switchConnection } from '../portal/connection-switch.ts'
import { deleteOrganization } from '../rest/organization-edits.ts'
import { organizationData } from '../state/organization-message.ts'
import type { State } from '../state/state.ts'
import { type Organization, organizationFrom } from '../world/organizations.ts'
import type { OrganizationSeed } from '../world/seed.ts'
import { ControlError, found } from './control-error.ts'

/** The changeable fields of an organization, except its people and its directory. */
export interface OrganizationChanges {
  readonly displayName?: string
  /** `null` removes it. */
  readonly externalId?: string | null
  readonly domains?: readonly string[]
  readonly connection?: { readonly enabled: boolean }
}

/** @param reference `org_…` or the external id */
export function organizationWith({ settings }: State, reference: string): Organization {
  const { organizations } = settings
  const byId = organizations.find(({ id }) => id === reference)
  return found(
    byId ?? organizations.find(({ externalId }) => externalId === reference),
    `organization ${reference}`,
  )
}

export function addOrganization(state: State, seed: OrganizationSeed): Organization {
  const organization = organizationFrom(seed)
  assertNew(state, organization)
  state.settings.organizations.push(organization)
  state.times.made(organization.id)
  state.webhooks.publish('organization.created', organizationData(state, organization))
  return organization
}

export function updateOrganization(
  state: State,
  reference: string,
  { connection, externalId, ...changes }: OrganizationChanges,
): Organization {
  const organization = organizationWith(state, reference)
  if (externalId) assertNew(state, { ...organization, externalId }, organization)
  Object.assign(organization, changes)
  if (externalId === null) delete organization.externalId
  else if (externalId !== undefined) organization.externalId = externalId
  if (connection) setConnection(state, organization, connection.enabled)
  const isDescribedOtherwise = externalId !== undefined || changes.displayName !== undefined
  if (isDescribedOtherwise) {
    state.times.changed(organization.id)
    state.webhooks.publish('organization.updated', organizationData(state, organization))
  }
  return organization
}

/** Removes an organization and ends its sessions. */
export function removeOrganization(state: State, reference: string): void {
  const organization = organizationWith(state, reference)
  deleteOrganization(state, organization)
}

function setConnection(state: State, organization: Organization, enabled: boolean): void {
  const connection = found(organization.connection, `connection of ${organization.displayName}`)
  const obstacle = switchConnection(state, { organization, connection }, enabled)
  if (obstacle) throw new ControlError('conflict', obstacle)
}

function assertNew(
  { settings }: State,
  { id, externalId, connection, directory }: Organization,
  self?: Organization,
): void {
  for (const other of settings.organizations) {
    if (other === self) continue
    const isTaken =
      other.id === id ||
      (externalId !== undefined && other.externalId === externalId) ||
      (connection !== undefined && other.connection?.id === connection.id) ||
      (directory !== undefined && other.directory?.id === directory.id)
    if (isTaken) {
      throw new ControlError('conflict', `${other.displayName} (${other.id}) already has this id`)
    }
  }
}
