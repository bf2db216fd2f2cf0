import type { State } from '../state/state.ts'
import type { OwnedConnection } from '../world/organizations.ts'

/**
 * Switches a connection on or off and sends the event. Does nothing when it is in that state
 * already. Only a connection whose setup is complete can be switched on.
 *
 * @returns the reason why it cannot be switched on; undefined otherwise
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
