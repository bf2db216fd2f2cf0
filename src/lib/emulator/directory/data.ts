import type { EventOf } from '../../webhooks/events.ts'
import type {
  DirectoryContent,
  EmulatedDirectoryGroup,
  EmulatedDirectoryUser,
} from '../world/directory.ts'
import type { Organization } from '../world/organizations.ts'

/** The data of an event about a user of a directory. */
export function userData(
  { id: organizationId }: Organization,
  { groups }: DirectoryContent,
  user: EmulatedDirectoryUser,
): EventOf<'organization.directory.user_created'>['data'] {
  const [givenName = '', ...familyNames] = user.name.split(' ')
  const memberships = groups.filter(({ members }) => members.includes(user.id))
  return {
    ...deletedUserData(organizationId, user),
    preferred_username: user.email,
    active: user.active,
    name: user.name,
    given_name: givenName,
    family_name: familyNames.join(' '),
    roles: user.roles.map((role) => ({ role_name: role })),
    // An array or null, as in Scalekit's reference.
    groups: memberships.length > 0 ? memberships.map(groupReference) : null,
    custom_attributes: {},
    raw_attributes: {},
    ...user.attributes,
  }
}

export function deletedUserData(
  organizationId: string,
  { id, email, idpUserId }: EmulatedDirectoryUser,
): EventOf<'organization.directory.user_deleted'>['data'] {
  return { id, organization_id: organizationId, dp_id: idpUserId, email }
}

/** The data of an event about a group. Its members are in events of their own. */
export function groupData(
  organizationId: string,
  directoryId: string,
  { id, displayName, externalId }: EmulatedDirectoryGroup,
): EventOf<'organization.directory.group_created'>['data'] {
  return {
    id,
    directory_id: directoryId,
    organization_id: organizationId,
    display_name: displayName,
    external_id: externalId ?? null,
    raw_attributes: {},
  }
}

export function deletedGroupData(
  organizationId: string,
  directoryId: string,
  { id, displayName, externalId, members }: EmulatedDirectoryGroup,
): EventOf<'organization.directory.group_deleted'>['data'] {
  return {
    id,
    directory_id: directoryId,
    organization_id: organizationId,
    display_name: displayName,
    ...(externalId !== undefined && { dp_id: externalId }),
    raw_attributes: {
      displayName,
      ...(externalId !== undefined && { externalId }),
      members: members.map((value) => ({ value })),
    },
  }
}

function groupReference({ id, displayName }: EmulatedDirectoryGroup) {
  return { id, name: displayName }
}
