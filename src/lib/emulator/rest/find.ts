import type { State } from '../state/state.ts'
import type { Organization, OwnedConnection, OwnedDirectory } from '../world/organizations.ts'
import { RestError } from './rest-error.ts'

export interface Ids {
  readonly organization_id: string
  readonly id: string
}

/** @throws {@link RestError} `RESOURCE_NOT_FOUND`, like the functions below */
export function organizationWith({ settings }: State, id: string): Organization {
  return found(
    settings.organizations.find((organization) => organization.id === id),
    `organization ${id}`,
  )
}

export function organizationWithExternalId({ settings }: State, externalId: string): Organization {
  return found(
    settings.organizations.find((organization) => organization.externalId === externalId),
    `organization with the external id ${externalId}`,
  )
}

export function connectionWith(state: State, { organization_id, id }: Ids): OwnedConnection {
  const organization = organizationWith(state, organization_id)
  const { connection } = organization
  const isIt = connection?.id === id
  return { organization, connection: found(isIt ? connection : undefined, `connection ${id}`) }
}

export function directoryWith(state: State, { organization_id, id }: Ids): OwnedDirectory {
  const organization = organizationWith(state, organization_id)
  const { directory } = organization
  const isIt = directory?.id === id
  return { organization, directory: found(isIt ? directory : undefined, `directory ${id}`) }
}

function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing !== undefined) return thing
  throw new RestError('RESOURCE_NOT_FOUND', `There is no ${name}`)
}
