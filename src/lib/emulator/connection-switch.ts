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
