import type { ScalekitEvent } from '../webhooks/events.ts'
import type { DirectoryPerson } from './aliases.ts'
import type { RevocationTarget } from './revocation.ts'

/**
 * Events that end an organization's sessions only if the application lists them in
 * `webhooks.revokeOn`.
 */
export type OptionalRevocation = 'sso_disabled' | 'directory_disabled'

/** Returns the directory user of an event. */
export function directoryPersonOf(event: ScalekitEvent): DirectoryPerson | undefined {
  switch (event.type) {
    case 'organization.directory.user_created':
    case 'organization.directory.user_updated':
    case 'organization.directory.user_deleted': {
      const { id, dp_id: idpUserId, email } = event.data
      return { organizationId: event.organization_id, id, idpUserId, email }
    }
    default:
      return undefined
  }
}

/** Returns the organization from which an event removed a user. */
export function removedFrom(event: ScalekitEvent): string | undefined {
  switch (event.type) {
    case 'organization.directory.user_deleted':
      return event.organization_id
    case 'organization.directory.user_updated':
      return event.data.active === false ? event.organization_id : undefined
    case 'user.organization_membership_deleted':
      return event.data.organization?.id
    default:
      return undefined
  }
}

/**
 * Returns the targets whose sessions an event ends: one for each name that the event carries. A
 * missing name is not an error, because a retry of the delivery would not carry it either.
 */
export function targetsOf(
  event: ScalekitEvent,
  revokeOn: readonly OptionalRevocation[],
): RevocationTarget[] {
  switch (event.type) {
    case 'organization.directory.user_deleted':
      return peopleIn(event.organization_id, event.data)
    case 'organization.directory.user_updated':
      return event.data.active === false ? peopleIn(event.organization_id, event.data) : []
    case 'user.organization_membership_deleted': {
      const { organization, user } = event.data
      return peopleIn(organization?.id, { sub: user?.id, email: user?.email })
    }
    case 'user.logout':
      return named({ sid: event.data.user_session?.session_id })
    case 'organization.deleted':
      return named({ organizationId: event.data.id })
    case 'organization.sso_disabled':
      return everybodyIn(event, revokeOn.includes('sso_disabled'))
    case 'organization.directory_disabled':
      return everybodyIn(event, revokeOn.includes('directory_disabled'))
    default:
      return []
  }
}

/** Returns one target for each name of a user. */
export function peopleIn(
  organizationId: string | undefined,
  person: {
    readonly sub?: string | undefined
    readonly dp_id?: string
    readonly email?: string | undefined
  },
): RevocationTarget[] {
  const { sub, dp_id: idpUserId, email } = person
  return [
    ...named({ organizationId, sub }),
    ...named({ organizationId, idpUserId }),
    ...named({ organizationId, email }),
  ]
}

function everybodyIn(
  { organization_id: organizationId }: { readonly organization_id: string },
  isWanted: boolean,
): RevocationTarget[] {
  return isWanted ? named({ organizationId }) : []
}

/** Returns the target if all its names are present. An incomplete one would name other users. */
function named(target: Readonly<Record<string, string | undefined>>): RevocationTarget[] {
  const isWhole = Object.values(target).every((name) => typeof name === 'string' && name !== '')
  return isWhole ? [target as RevocationTarget] : []
}
