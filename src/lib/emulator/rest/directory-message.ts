import type { Json } from '../../ground/types.ts'
import { groupData, userData } from '../directory/data.ts'
import { directoryProvider } from '../directory/provider.ts'
import { syncedAt, syncedContent } from '../directory/sync.ts'
import { stableId } from '../format/ids.ts'
import { apiTime } from '../format/time.ts'
import type { State } from '../state/state.ts'
import type { EmulatedDirectoryGroup, EmulatedDirectoryUser } from '../world/directory.ts'
import type { OwnedDirectory } from '../world/organizations.ts'

/** A directory with its whole configuration. Values that the emulator does not have are made up. */
export function directoryMessage(state: State, owned: OwnedDirectory): Json {
  const { organization, directory } = owned
  const { users, groups } = syncedContent(directory)
  const totals = { total_users: users.length, total_groups: groups.length }
  const lastSyncedAt = syncedAt(state, directory)
  return {
    id: directory.id,
    name: `${organization.displayName} directory`,
    directory_type: 'SCIM',
    organization_id: organization.id,
    enabled: directory.enabled,
    directory_provider: directoryProvider(organization),
    ...(lastSyncedAt !== undefined && { last_synced_at: apiTime(lastSyncedAt) }),
    directory_endpoint: `${state.issuer}/directory/${directory.id}/scim/v2`,
    ...totals,
    secrets: [secretMessage(state, directory.id, lastSyncedAt)],
    stats: {
      ...totals,
      ...latest(state, 'group_updated_at', groups),
      ...latest(state, 'user_updated_at', users),
    },
    role_assignments: { assignments: [] },
    attribute_mappings: { attributes: attributeMappings },
    status: 'COMPLETED',
    // Only set for directories of Google Workspace.
    email: '',
    groups_tracked: '',
  }
}

/** A directory user. With `detail`, it includes all attributes that events have. */
export function directoryUserMessage(
  state: State,
  owned: OwnedDirectory,
  user: EmulatedDirectoryUser,
  detail: boolean,
): Json {
  const { organization, directory } = owned
  const content = syncedContent(directory)
  const data = userData(organization, content, user)
  return {
    id: user.id,
    email: user.email,
    preferred_username: data.preferred_username,
    given_name: data.given_name,
    family_name: data.family_name,
    updated_at: apiTime(state.times.updatedAt(user.id)),
    emails: [user.email],
    groups: content.groups
      .filter(({ members }) => members.includes(user.id))
      .map((group) => directoryGroupMessage(state, owned, group, false)),
    ...(detail && { user_detail: data }),
  }
}

/** A directory group. With `detail`, it includes all attributes that events have. */
export function directoryGroupMessage(
  { times }: State,
  { organization, directory }: OwnedDirectory,
  group: EmulatedDirectoryGroup,
  detail: boolean,
): Json {
  return {
    id: group.id,
    display_name: group.displayName,
    total_users: group.members.length,
    updated_at: apiTime(times.updatedAt(group.id)),
    ...(detail && { group_detail: groupData(organization.id, directory.id, group) }),
  }
}

/** Maps a provider's attributes to those of a directory user. */
const attributeMappings = [
  { key: 'userName', map_to: 'preferred_username' },
  { key: 'emails', map_to: 'email' },
  { key: 'name.givenName', map_to: 'given_name' },
  { key: 'name.familyName', map_to: 'family_name' },
]

const yearMs = 365 * 86_400_000

/** The secret with which the provider authenticates. Scalekit shows the secret itself only once. */
function secretMessage({ times }: State, directoryId: string, lastUsedAt: number | undefined) {
  const createdAt = times.createdAt(directoryId)
  return {
    id: stableId('sec_', directoryId),
    create_time: apiTime(createdAt),
    secret_suffix: directoryId.slice(-4),
    status: 'ACTIVE',
    expire_time: apiTime(createdAt + yearMs),
    ...(lastUsedAt !== undefined && { last_used_time: apiTime(lastUsedAt) }),
    directory_id: directoryId,
  }
}

function latest({ times }: State, name: string, entries: readonly { readonly id: string }[]) {
  if (entries.length === 0) return {}
  return { [name]: apiTime(Math.max(...entries.map(({ id }) => times.updatedAt(id)))) }
}
