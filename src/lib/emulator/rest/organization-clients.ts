import { randomId } from '../format/ids.ts'
import { apiTime } from '../format/time.ts'
import type { State } from '../state/state.ts'
import {
  type ClientDetails,
  type ClientSecret,
  newClientSecret,
  type OrganizationClient,
} from '../world/organization-clients.ts'
import { anyId, organizationId } from './fields.ts'
import { organizationWith } from './find.ts'
import { type Operation, operation } from './operation.ts'
import { pageFields, pageOf } from './pages.ts'
import { RestError } from './rest-error.ts'
import { integer, list, message, optional, text, type Values } from './rules.ts'

const path = '/organizations/{organization_id}/clients'

const defaultExpirySeconds = 3600

/** Absent fields are left unchanged. */
const clientFields = {
  name: optional(text({ max: 128 })),
  description: optional(text({ max: 512 })),
  scopes: optional(list(text({ min: 1 }))),
  audience: optional(list(text({ min: 1 }))),
  custom_claims: optional(list(message({ key: text({ min: 1 }), value: text() }))),
  expiry: optional(integer({ from: 1, to: Number.MAX_SAFE_INTEGER, ifAbsent: 1 })),
}

const clientRequest = {
  organization_id: organizationId,
  client_id: text({ min: 1, max: 32, prefix: 'm2morg_' }),
}
const detailsRequest = { client: message(clientFields) }

export const organizationClientOperations: readonly Operation[] = [
  operation('GET', path, {
    request: {
      organization_id: organizationId,
      ...pageFields,
      page_size: integer({ from: 10, to: 100, ifAbsent: 10 }),
    },
    respond(state, { organization_id, ...request }) {
      const { id } = organizationWith(state, organization_id)
      const clients = [...state.organizationClients.values()]
      const own = clients.filter((client) => client.organizationId === id)
      const { items, ends } = pageOf(own, request)
      return { ...ends, clients: items.map((client) => clientMessage(state, client)) }
    },
  }),
  operation('POST', path, {
    request: { organization_id: organizationId, ...detailsRequest },
    body: 'client',
    status: 201,
    respond(state, { organization_id, client: details }) {
      const { id } = organizationWith(state, organization_id)
      const [secret, plain] = newClientSecret(state.clock())
      const client = createClient(state, id, details, secret)
      return { client: clientMessage(state, client), plain_secret: plain }
    },
  }),
  operation('GET', `${path}/{client_id}`, {
    request: clientRequest,
    respond: (state, ids) => ({ client: clientMessage(state, clientWith(state, ids)) }),
  }),
  operation('PATCH', `${path}/{client_id}`, {
    request: { ...clientRequest, ...detailsRequest },
    body: 'client',
    respond(state, { client: details, ...ids }) {
      const client = Object.assign(clientWith(state, ids), detailsIn(details))
      state.times.changed(client.id)
      return { client: clientMessage(state, client) }
    },
  }),
  operation('DELETE', `${path}/{client_id}`, {
    request: clientRequest,
    respond(state, ids) {
      state.organizationClients.delete(clientWith(state, ids).id)
      return {}
    },
  }),
  operation('POST', `${path}/{client_id}/secrets`, {
    request: clientRequest,
    status: 201,
    respond(state, ids) {
      const client = clientWith(state, ids)
      const [secret, plain] = newClientSecret(state.clock())
      client.secrets = [...client.secrets, secret]
      return { plain_secret: plain, secret: secretMessage(secret) }
    },
  }),
  operation('DELETE', `${path}/{client_id}/secrets/{secret_id}`, {
    request: { ...clientRequest, secret_id: anyId },
    respond(state, { secret_id, ...ids }) {
      const client = clientWith(state, ids)
      const left = client.secrets.filter(({ id }) => id !== secret_id)
      if (left.length === client.secrets.length) throw notFound(`secret ${secret_id}`)
      client.secrets = left
      return {}
    },
  }),
]

function createClient(
  state: State,
  organizationId: string,
  details: Values<typeof clientFields>,
  secret: ClientSecret,
): OrganizationClient {
  const client: OrganizationClient = {
    id: randomId('m2morg_'),
    organizationId,
    name: '',
    description: '',
    scopes: [],
    audience: [],
    customClaims: [],
    expirySeconds: defaultExpirySeconds,
    ...detailsIn(details),
    secrets: [secret],
  }
  state.organizationClients.set(client.id, client)
  state.times.made(client.id)
  return client
}

function detailsIn(details: Values<typeof clientFields>): Partial<ClientDetails> {
  const { custom_claims: customClaims, expiry: expirySeconds, ...others } = details
  const entries = Object.entries({ ...others, customClaims, expirySeconds })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** @throws {@link RestError} `RESOURCE_NOT_FOUND` */
function clientWith(
  state: State,
  { organization_id, client_id }: Values<typeof clientRequest>,
): OrganizationClient {
  const { id } = organizationWith(state, organization_id)
  const client = state.organizationClients.get(client_id)
  if (client?.organizationId !== id) throw notFound(`client ${client_id}`)
  return client
}

function notFound(what: string): RestError {
  return new RestError('RESOURCE_NOT_FOUND', `There is no ${what}`)
}

function clientMessage({ times }: State, client: OrganizationClient) {
  const { id, organizationId, name, description, scopes, audience, customClaims } = client
  return {
    client_id: id,
    secrets: client.secrets.map(secretMessage),
    name,
    description,
    organization_id: organizationId,
    create_time: apiTime(times.createdAt(id)),
    update_time: apiTime(times.updatedAt(id)),
    scopes,
    audience,
    custom_claims: customClaims,
    // Protobuf's JSON encodes a 64-bit number as a string.
    expiry: String(client.expirySeconds),
    resource_id: '',
    redirect_uris: [],
    is_dcr: false,
    is_cimd: false,
    metadata_uri: '',
  }
}

function secretMessage({ id, suffix, createdAt, lastUsedAt }: ClientSecret) {
  return {
    id,
    create_time: apiTime(createdAt),
    update_time: apiTime(createdAt),
    secret_suffix: suffix,
    status: 'ACTIVE',
    ...(lastUsedAt !== undefined && { last_used_time: apiTime(lastUsedAt) }),
  }
}
