import type { Json } from '../../ground/types.ts'
import { randomId } from '../format/ids.ts'
import { changeMember } from '../state/change-member.ts'
import type { State } from '../state/state.ts'
import { addAccount, changedAccount, removeAccount } from '../world/accounts.ts'
import type {
  Directory,
  EmulatedDirectory,
  EmulatedDirectoryGroup,
  EmulatedDirectoryUser,
} from '../world/directory.ts'
import type { OwnedDirectory } from '../world/organizations.ts'
import { DirectoryError } from './error.ts'
import { type DirectoryEvents, directoryEvents } from './events.ts'

/**
 * A customer's directory, as its administrator edits it. Every edit is sent as Scalekit's event. It
 * takes effect at the identity provider at once: a user who is deactivated or removed cannot sign
 * in there. A directory that is not enabled sends no events; the differences are sent when it is
 * enabled.
 *
 * Each method throws when the user or group that it names does not exist, and when the one that it
 * adds exists already.
 */
export interface DirectoryEditor extends EmulatedDirectory {
  createUser(user: DirectoryUserSeed): EmulatedDirectoryUser
  /** `{ active: false }` deactivates. */
  updateUser(id: string, changes: Partial<DirectoryUserSeed>): EmulatedDirectoryUser
  deleteUser(id: string): void
  createGroup(group: DirectoryGroupSeed): EmulatedDirectoryGroup
  updateGroup(id: string, changes: Partial<DirectoryGroupSeed>): EmulatedDirectoryGroup
  /** Sends `user_updated` for each member, too. */
  deleteGroup(id: string): void
  /** Sends `user_updated` for the member: events of groups do not name members. */
  addMember(groupId: string, userId: string): void
  /** Sends `user_updated` for the former member. */
  removeMember(groupId: string, userId: string): void
}

/** A user to add to a directory. Every field that is left out has a working default. */
export interface DirectoryUserSeed {
  readonly email: string
  readonly name: string
  /** Default: a new `00u…`. */
  readonly idpUserId?: string
  /** Default: true. */
  readonly active?: boolean
  /** Default: `['member']`. */
  readonly roles?: readonly string[]
  /** Further attributes of this user in events, by their names on the wire. Default: none. */
  readonly attributes?: Json
}

/** A group to add to a directory. It has no members at first. */
export interface DirectoryGroupSeed {
  readonly displayName: string
  readonly externalId?: string
}

/** @throws {@link DirectoryError} when no organization has this directory */
export function directoryEditor(state: State, id: string): DirectoryEditor {
  const { organization, directory } = findDirectory(state, id)
  const events = directoryEvents(state, { organization, directory })
  const { users, groups } = directory
  return {
    id,
    get enabled() {
      return directory.enabled
    },
    users,
    groups,
    ...userEdits(state, { organization, directory }, events),
    ...groupEdits(directory, events),
  }
}

/** @throws {@link DirectoryError} when no organization has this directory */
export function findDirectory({ settings }: State, id: string): OwnedDirectory {
  for (const organization of settings.organizations) {
    const { directory } = organization
    if (directory?.id === id) return { organization, directory }
  }
  throw new DirectoryError(404, `There is no directory ${id}`)
}

function userEdits(
  state: State,
  { organization, directory: { users, groups } }: OwnedDirectory,
  events: DirectoryEvents,
): Pick<DirectoryEditor, 'createUser' | 'updateUser' | 'deleteUser'> {
  return {
    createUser(seed) {
      const created = {
        id: randomId('diruser_'),
        idpUserId: randomId('00u'),
        active: true,
        roles: ['member'],
        attributes: {},
        ...seed,
      }
      assertNamed(created)
      assertNewEmail(users, created)
      users.push(created)
      addAccount(organization, created)
      events.user('created', created)
      return created
    },
    updateUser(id, changes) {
      const before = entryOf(users, 'user', id)
      const updated = { ...before, ...changes }
      assertNamed(updated)
      assertNewEmail(users, updated)
      replace(users, updated)
      events.user('updated', updated)
      const person = organization.people.find(({ email }) => email === before.email)!
      changeMember(
        state,
        organization,
        person,
        changedAccount(organization, person, before, updated),
      )
      return updated
    },
    deleteUser(id) {
      const deleted = entryOf(users, 'user', id)
      remove(users, deleted)
      for (const group of groups.filter(({ members }) => members.includes(id))) {
        replace(groups, without(group, id))
        events.membersChanged(group)
      }
      removeAccount(organization, deleted)
      events.userDeleted(deleted)
    },
  }
}

function groupEdits({ users, groups }: Directory, events: DirectoryEvents) {
  const setMembers = (group: EmulatedDirectoryGroup, userId: string) => {
    replace(groups, group)
    events.membersChanged(group)
    events.user('updated', entryOf(users, 'user', userId))
  }
  return {
    createGroup(seed: DirectoryGroupSeed) {
      const created = { id: randomId('dirgroup_'), members: [], ...seed }
      groups.push(created)
      events.group('created', created)
      return created
    },
    updateGroup(id: string, changes: Partial<DirectoryGroupSeed>) {
      const updated = { ...entryOf(groups, 'group', id), ...changes }
      replace(groups, updated)
      events.group('updated', updated)
      return updated
    },
    deleteGroup(id: string) {
      const deleted = entryOf(groups, 'group', id)
      remove(groups, deleted)
      events.groupDeleted(deleted)
      for (const member of deleted.members) {
        events.user('updated', entryOf(users, 'user', member))
      }
    },
    addMember(groupId: string, userId: string) {
      const group = entryOf(groups, 'group', groupId)
      const user = entryOf(users, 'user', userId)
      setMembers({ ...group, members: [...new Set([...group.members, user.id])] }, userId)
    },
    removeMember(groupId: string, userId: string) {
      const group = entryOf(groups, 'group', groupId)
      setMembers(without(group, userId), userId)
    },
  }
}

/** @throws {@link DirectoryError} when there is no such entry */
export function entryOf<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  kind: 'user' | 'group',
  id: string,
): Entry {
  const entry = entries.find((candidate) => candidate.id === id)
  if (!entry) throw new DirectoryError(404, `There is no ${kind} ${id} in this directory`)
  return entry
}

function replace<Entry extends { readonly id: string }>(entries: Entry[], entry: Entry): void {
  entries[entries.findIndex(({ id }) => id === entry.id)] = entry
}

function remove<Entry>(entries: Entry[], entry: Entry): void {
  entries.splice(entries.indexOf(entry), 1)
}

function without(group: EmulatedDirectoryGroup, userId: string): EmulatedDirectoryGroup {
  return { ...group, members: group.members.filter((member) => member !== userId) }
}

/** JavaScript can leave out the fields that the type requires. */
function assertNamed(user: Readonly<Record<'email' | 'name', unknown>>): void {
  for (const field of ['email', 'name'] as const) {
    if (typeof user[field] === 'string' && user[field] !== '') continue
    throw new DirectoryError(400, `\`${field}\` must be a non-empty string`)
  }
}

function assertNewEmail(
  users: readonly EmulatedDirectoryUser[],
  { id, email }: EmulatedDirectoryUser,
): void {
  if (users.some((user) => user.id !== id && user.email === email)) {
    throw new DirectoryError(409, `This directory already has a user ${email}`)
  }
}
