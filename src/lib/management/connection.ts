import type { CallApi } from './call.ts'
import type {
  Connection,
  ConnectionApi,
  ConnectionRequest,
  ListConnectionsOptions,
  ListedConnection,
} from './connection-types.ts'
import { type NamedArguments, named } from './named.ts'
import { apiPath, assertId } from './path.ts'
import { listIn, objectIn, type Toggled, toggled } from './shapes.ts'

export function connectionApi(call: CallApi): ConnectionApi {
  async function list(request: NamedArguments<ListConnectionsOptions>) {
    const { signal, timeoutMs, include, ...owner } = request
    // A filter whose value got lost in the application would otherwise list the connections of all
    // organizations.
    for (const value of Object.values(owner)) assertId(value)
    const query = { organization_id: owner.organizationId, domain: owner.domain, include }
    const path = apiPath`/connections`
    const answer = await call({ method: 'GET', path, query }, request)
    return { connections: listIn<ListedConnection>(answer, 'connections') }
  }

  async function toggle(given: readonly unknown[], verb: 'enable' | 'disable'): Promise<Toggled> {
    const request = named<ConnectionRequest>(given, ids)
    const { organizationId, id } = request
    const path = `${apiPath`/organizations/${organizationId}/connections/${id}`}:${verb}`
    return toggled(await call({ method: 'PATCH', path }, request))
  }

  return {
    async listConnections(...given: readonly unknown[]) {
      return list(named<ListConnectionsOptions>(given, ['organizationId']))
    },
    async listConnectionsByDomain(...given: readonly unknown[]) {
      const { domain, ...options } = named<{ domain: string }>(given, ['domain'])
      return list({ ...options, domain })
    },
    async getConnection(...given: readonly unknown[]) {
      const request = named<ConnectionRequest>(given, ids)
      const { organizationId, id } = request
      const path = apiPath`/organizations/${organizationId}/connections/${id}`
      const answer = await call({ method: 'GET', path }, request)
      return { connection: objectIn<Connection>(answer, 'connection') }
    },
    async enableConnection(...given: readonly unknown[]) {
      return toggle(given, 'enable')
    },
    async disableConnection(...given: readonly unknown[]) {
      return toggle(given, 'disable')
    },
  }
}

const ids = ['organizationId', 'id'] as const
