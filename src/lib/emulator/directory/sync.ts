import type { State } from '../state/state.ts'
import type {
  Directory,
  DirectoryContent,
  EmulatedDirectoryGroup,
  EmulatedDirectoryUser,
} from '../world/directory.ts'
import type { DirectoryEvents } from './events.ts'

/** The content of a directory that Scalekit knows. One that was never enabled has sent nothing. */
export function syncedContent(directory: Directory): DirectoryContent {
  return directory.kept ?? directory
}

/** The time of the last synchronization, in milliseconds; undefined if there was none. */
export function syncedAt({ times }: State, directory: Directory): number | undefined {
  const { id, enabled } = directory
  return directory.syncedAt ?? (enabled ? times.createdAt(id) : undefined)
}

/** Sends an event for each entry that was created, changed or removed between two states. */
export function sendDifferences(
  events: DirectoryEvents,
  before: DirectoryContent,
  after: DirectoryContent,
): void {
  for (const group of missingIn(before.groups, after.groups)) events.group('created', group)
  for (const [was, is] of pairsOf(before.groups, after.groups)) sendGroup(events, was, is)
  for (const group of missingIn(after.groups, before.groups)) events.groupDeleted(group)
  for (const user of missingIn(before.users, after.users)) events.user('created', user)
  for (const [was, is] of pairsOf(before.users, after.users)) {
    // Entries are replaced and never altered, so an identical object has not changed.
    if (was !== is || !isInSameGroups(is, before, after)) events.user('updated', is)
  }
  for (const user of missingIn(after.users, before.users)) events.userDeleted(user)
}

function sendGroup(
  events: DirectoryEvents,
  was: EmulatedDirectoryGroup,
  is: EmulatedDirectoryGroup,
): void {
  const isRenamed = was.displayName !== is.displayName || was.externalId !== is.externalId
  if (isRenamed) events.group('updated', is)
  else if (was !== is) events.membersChanged(is)
}

function isInSameGroups(
  { id }: EmulatedDirectoryUser,
  before: DirectoryContent,
  after: DirectoryContent,
): boolean {
  const [were, are] = [before, after].map(({ groups }) =>
    groups.filter(({ members }) => members.includes(id)).map((group) => group.id),
  )
  return String(were) === String(are)
}

interface Entry {
  readonly id: string
}

function missingIn<Item extends Entry>(items: readonly Item[], others: readonly Item[]) {
  return others.filter(({ id }) => !items.some((item) => item.id === id))
}

/** The entries that both lists have, each as it was and as it is. */
function pairsOf<Item extends Entry>(before: readonly Item[], after: readonly Item[]) {
  return before.flatMap((was) => {
    const is = after.find(({ id }) => id === was.id)
    return is ? [[was, is] as const] : []
  })
}
