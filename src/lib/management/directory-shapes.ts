import type {
  DirectoryUser,
  DirectoryUserGroup,
  DirectoryUserRole,
} from './directory-people-types.ts'
import type { Directory } from './directory-types.ts'
import { inOurNames } from './shapes.ts'

/** The members of `user_detail` that describe the user and not the directory. */
const detailNames: readonly (keyof DirectoryUser)[] = [
  'organizationId',
  'dpId',
  'preferredUsername',
  'email',
  'emails',
  'active',
  'name',
  'roles',
  'groups',
  'givenName',
  'familyName',
  'nickname',
  'picture',
  'phoneNumber',
  'address',
  'employeeId',
  'title',
  'department',
  'division',
  'costCenter',
  'organization',
  'userType',
  'profile',
  'language',
  'locale',
  'zoneinfo',
  'customAttributes',
  'rawAttributes',
  'updatedAt',
]

/**
 * Moves the fields to where Scalekit's reference has them. Today's API returns most of them in
 * `user_detail`.
 */
export function withDetail(user: DirectoryUser): DirectoryUser {
  const detail = user.userDetail ? inOurNames<Partial<DirectoryUser>>(user.userDetail) : {}
  const known = detailNames
    .filter((name) => isEmpty(user[name]) && !isEmpty(detail[name]))
    .map((name) => [name, detail[name]])
  const whole: DirectoryUser = { ...user, ...Object.fromEntries(known) }
  return {
    ...whole,
    ...(Array.isArray(whole.roles) && { roles: whole.roles.map(bothRoleNames) }),
    ...(Array.isArray(whole.groups) && { groups: whole.groups.map(bothGroupNames) }),
  }
}

/** Protobuf encodes an absent string or array as an empty one. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  )
}

// A customer's provider may have put any value into these arrays, including null.

function bothRoleNames(role: DirectoryUserRole): DirectoryUserRole {
  const name = role?.role ?? role?.roleName
  return name === undefined ? role : { ...role, role: name, roleName: role.roleName ?? name }
}

function bothGroupNames(group: DirectoryUserGroup): DirectoryUserGroup {
  const name = group?.name ?? group?.displayName
  return name === undefined ? group : { ...group, name, displayName: group.displayName ?? name }
}

/** Scalekit's reference calls it `mappings`; today's API returns `attribute_mappings`. */
export function withMappings(directory: Directory): Directory {
  const mappings = directory.attributeMappings?.attributes
  return mappings && isEmpty(directory.mappings) ? { ...directory, mappings } : directory
}
