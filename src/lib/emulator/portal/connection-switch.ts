import type { State } from '../state/state.ts'
import type { OwnedConnection } from '../world/organizations.ts'

/**
 * Switches a connection on or off and sends the event, if that changes anything. Only what was set
 * up to its end can be switched on.
 *
 * @returns what stands against it
 */
export function switchConnection(
  { webhooks, times }: State,
  { organization, connection }: OwnedConnection,
  enabled: boolean,
): string | undefined {
  const { status } = connection
  if (enabled && status !== 'COMPLETED') {
    return `The connection is not set up: its status is ${status}`
  }
  if (connection.enabled === enabled) return undefined
  connection.enabled = enabled
  times.changed(connection.id)
  webhooks.publish(enabled ? 'organization.sso_enabled' : 'organization.sso_disabled', {
    id: connection.id,
    organization_id: organization.id,
    connection_type: connection.type,
    provider: connection.provider,
    enabled,
    status,
  })
  return undefined
}
