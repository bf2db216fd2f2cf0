import { eventTime } from '../format/time.ts'
import type { State } from '../state/state.ts'
import type { OwnedDirectory } from '../world/organizations.ts'
import { directoryEvents } from './events.ts'
import { directoryProvider } from './provider.ts'
import { sendDifferences, syncedAt, syncedContent } from './sync.ts'

/**
 * Switches a directory on or off and sends the event. Does nothing when it is in that state already.
 * Changes that are made while it is off are sent as soon as it is on again.
 */
export function switchDirectory(state: State, owned: OwnedDirectory, enabled: boolean): void {
  const { directory } = owned
  if (directory.enabled === enabled) return
  state.times.changed(directory.id)
  if (enabled) switchOn(state, owned)
  else switchOff(state, owned)
}

function switchOn(state: State, owned: OwnedDirectory): void {
  const { directory } = owned
  const before = syncedContent(directory)
  delete directory.kept
  directory.enabled = true
  publishSwitch(state, owned)
  directory.syncedAt = state.clock()
  sendDifferences(directoryEvents(state, owned), before, directory)
}

function switchOff(state: State, owned: OwnedDirectory): void {
  const { directory } = owned
  directory.syncedAt = syncedAt(state, directory)!
  directory.kept = { users: [...directory.users], groups: [...directory.groups] }
  directory.enabled = false
  publishSwitch(state, owned)
}

function publishSwitch(state: State, { organization, directory }: OwnedDirectory): void {
  const { id, enabled } = directory
  const at = directory.syncedAt
  state.webhooks.publish(`organization.directory_${enabled ? 'enabled' : 'disabled'}`, {
    id,
    organization_id: organization.id,
    directory_type: 'SCIM',
    provider: directoryProvider(organization),
    enabled,
    // Documented for this event only.
    ...(!enabled && { status: 'COMPLETED' }),
    last_sync_at: at === undefined ? null : eventTime(at),
    updated_at: eventTime(state.times.updatedAt(id)),
  })
}
