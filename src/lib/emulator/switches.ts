import type { Directory } from './directory.ts'
import { directoryProvider } from './directory-provider.ts'
import { wireTime } from './event.ts'
import type { Connection, Organization } from './organizations.ts'
import type { State } from './state.ts'

/** Switches a connection on or off and sends the event, if that changes anything. */
export function switchConnection(
  { webhooks, times }: State,
  { organization, connection }: { organization: Organization; connection: Connection },
  enabled: boolean,
): void {
  if (connection.enabled === enabled) return
  connection.enabled = enabled
  times.changed(connection.id)
  webhooks.publish(enabled ? 'organization.sso_enabled' : 'organization.sso_disabled', {
    id: connection.id,
    organization_id: organization.id,
    connection_type: connection.type,
    provider: connection.provider,
    enabled,
    status: connection.status,
  })
}

/** The same for a directory. */
export function switchDirectory(
  { webhooks, times }: State,
  { organization, directory }: { organization: Organization; directory: Directory },
  enabled: boolean,
): void {
  if (directory.enabled === enabled) return
  directory.enabled = enabled
  times.changed(directory.id)
  webhooks.publish(enabled ? 'organization.directory_enabled' : 'organization.directory_disabled', {
    id: directory.id,
    organization_id: organization.id,
    directory_type: 'SCIM',
    provider: directoryProvider(organization),
    enabled,
    last_sync_at: wireTime(times.updatedAt(directory.id)),
    updated_at: wireTime(times.updatedAt(directory.id)),
  })
}
