import type { EventType } from '../../webhooks/events.ts'
import type { State } from '../state/state.ts'
import type { DataOf } from '../webhooks/event.ts'
import type { EmulatedDirectoryGroup, EmulatedDirectoryUser } from '../world/directory.ts'
import type { OwnedDirectory } from '../world/organizations.ts'
import { deletedGroupData, deletedUserData, groupData, userData } from './data.ts'

/** Sends changes of a directory as events and dates them. Does neither while it is not enabled. */
export interface DirectoryEvents {
  user(change: 'created' | 'updated', user: EmulatedDirectoryUser): void
  userDeleted(user: EmulatedDirectoryUser): void
  group(change: 'created' | 'updated', group: EmulatedDirectoryGroup): void
  groupDeleted(group: EmulatedDirectoryGroup): void
  /** Dates the group only: events of groups do not name members. */
  membersChanged(group: EmulatedDirectoryGroup): void
}

export function directoryEvents(
  { webhooks, times, clock }: State,
  { organization, directory }: OwnedDirectory,
): DirectoryEvents {
  function synchronize(id: string): boolean {
    if (!directory.enabled) return false
    directory.syncedAt = clock()
    times.changed(id)
    return true
  }
  function publish<Type extends EventType>(type: Type, id: string, data: DataOf<Type>): void {
    if (synchronize(id)) webhooks.publish(type, data)
  }
  return {
    user: (change, user) =>
      publish(
        `organization.directory.user_${change}`,
        user.id,
        userData(organization, directory, user),
      ),
    userDeleted: (user) =>
      publish(
        'organization.directory.user_deleted',
        user.id,
        deletedUserData(organization.id, user),
      ),
    group: (change, group) =>
      publish(
        `organization.directory.group_${change}`,
        group.id,
        groupData(organization.id, directory.id, group),
      ),
    groupDeleted: (group) =>
      publish(
        'organization.directory.group_deleted',
        group.id,
        deletedGroupData(organization.id, directory.id, group),
      ),
    membersChanged: ({ id }) => void synchronize(id),
  }
}
