import type { Json } from '../../ground/types.ts'
import { stableId } from '../format/ids.ts'
import type { EmulatedPerson } from './people.ts'
import type { DirectorySeed } from './seed.ts'

/** A customer's directory. */
export interface EmulatedDirectory {
  /** `dir_` and digits. */
  readonly id: string
  readonly enabled: boolean
  readonly users: readonly EmulatedDirectoryUser[]
  readonly groups: readonly EmulatedDirectoryGroup[]
}

/** A user of a directory. */
export interface EmulatedDirectoryUser {
  /** `diruser_` and digits. */
  readonly id: string
  /** The user's id at the identity provider: `dp_id` in events. */
  readonly idpUserId: string
  /** Unique within the directory. */
  readonly email: string
  readonly name: string
  readonly active: boolean
  readonly roles: readonly string[]
  /**
   * Further attributes that events have for this user, with the field names of the JSON, e.g.
   * `department`.
   */
  readonly attributes: Json
}

/** A group of a directory. */
export interface EmulatedDirectoryGroup {
  /** `dirgroup_` and digits. */
  readonly id: string
  readonly displayName: string
  /** The group's id at the identity provider, if it has one. */
  readonly externalId?: string
  /** Ids of directory users. */
  readonly members: readonly string[]
}

/** The users and groups of a directory. */
export type DirectoryContent = Pick<EmulatedDirectory, 'users' | 'groups'>

/** A directory in the emulator's state. An edit is visible through every reference to it. */
export interface Directory extends EmulatedDirectory {
  enabled: boolean
  readonly users: EmulatedDirectoryUser[]
  readonly groups: EmulatedDirectoryGroup[]
  /** While it is disabled: the contents that Scalekit had when it was last enabled. */
  kept?: DirectoryContent
  /** In milliseconds. Absent before the first synchronization. */
  syncedAt?: number
}

/** Creates a directory with the people of an organization and their groups. */
export function directoryFrom(
  seed: DirectorySeed = {},
  people: readonly EmulatedPerson[],
  displayName: string,
): Directory {
  const userId = ({ email }: EmulatedPerson) => stableId('diruser_', displayName, email)
  const groupNames = [...new Set(people.flatMap((person) => person.groups))]
  const enabled = seed.enabled ?? true
  return {
    id: seed.id ?? stableId('dir_', displayName),
    enabled,
    ...(!enabled && { kept: { users: [], groups: [] } }),
    users: people.map((person) => ({
      id: userId(person),
      idpUserId: person.idpUserId,
      email: person.email,
      name: person.name,
      active: person.refusal !== 'user_not_active',
      roles: person.roles,
      attributes: {},
    })),
    groups: groupNames.map((name) => ({
      id: stableId('dirgroup_', displayName, name),
      displayName: name,
      members: people.filter((person) => person.groups.includes(name)).map(userId),
    })),
  }
}
