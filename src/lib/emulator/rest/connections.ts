import { switchConnection } from '../portal/connection-switch.ts'
import type { State } from '../state/state.ts'
import { isUsable, type OwnedConnection } from '../world/organizations.ts'
import { connectionListEntry, connectionMessage } from './connection-message.ts'
import { anyId } from './fields.ts'
import { connectionWith, type Ids } from './find.ts'
import { type Operation, operation, switchOperations } from './operation.ts'
import { optional, text } from './rules.ts'

const ids = { organization_id: anyId, id: anyId }

export const connectionOperations: readonly Operation[] = [
  operation('GET', '/connections', {
    request: {
      organization_id: optional(anyId),
      domain: optional(text({ min: 1, max: 32 })),
      // The reference calls it a placeholder. Only the value `all` has an effect.
      include: optional(text()),
    },
    respond: (state, filter) => ({
      connections: connectionsOf(state, filter).map((owned) => connectionListEntry(state, owned)),
    }),
  }),
  operation('GET', '/organizations/{organization_id}/connections/{id}', {
    request: ids,
    respond: (state, request) => ({
      connection: connectionMessage(state, connectionWith(state, request)),
    }),
  }),
  ...switchOperations('/organizations/{organization_id}/connections/{id}', ids, toggle),
]

function connectionsOf(
  { settings }: State,
  filter: {
    readonly organization_id?: string | undefined
    readonly domain?: string | undefined
    readonly include?: string | undefined
  },
): readonly OwnedConnection[] {
  const { organization_id, domain, include } = filter
  return settings.organizations
    .filter(({ id }) => organization_id === undefined || id === organization_id)
    .filter(({ domains }) => domain === undefined || domains.includes(domain.toLowerCase()))
    .flatMap((organization) => {
      const { connection } = organization
      return connection ? [{ organization, connection }] : []
    })
    .filter(({ connection }) => include === 'all' || isUsable(connection))
}

function toggle(state: State, ids: Ids, enabled: boolean) {
  const owned = connectionWith(state, ids)
  const problem = switchConnection(state, owned, enabled)
  return { enabled: owned.connection.enabled, ...(problem && { error_message: problem }) }
}
