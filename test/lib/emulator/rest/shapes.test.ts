import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../src/lib/ground/types.ts'
import type { Emulator } from '../../../../src/testing.ts'
import { type Message, messages, type Rpc, rpcs } from '../../../fixtures/api-messages.ts'
import { exchangeOf, recordingFetch } from '../../../support/api-exchanges.ts'
import { fieldType, type RpcName, shapeProblems } from '../../../support/api-shapes.ts'
import { emulate } from '../emulate.ts'
import { acmeId, clientToken } from './api.ts'

const connectionId = 'conn_69615647365005431'
const directoryId = 'dir_69615647365005432'
const organization = { display_name: 'Initech', external_id: 'initech', slug: 'initech' }
const described = {
  ...organization,
  metadata: { plan: 'gold' },
  logo_url: 'https://initech.example/logo.png',
}
const page = { page_size: 5, page_token: '' }
const connection = { organization_id: acmeId, id: connectionId }
const directory = { organization_id: acmeId, id: directoryId }
const list = {
  organization_id: acmeId,
  directory_id: directoryId,
  ...page,
  include_detail: true,
  updated_after: '2024-01-05T14:48:00Z',
}

/** Each call with everything that can be said in it. */
const requests: Readonly<Record<RpcName, Json>> = {
  ListOrganization: { ...page, external_id: 'acme' },
  CreateOrganization: { organization: { ...described, region_code: 'EU' } },
  GetOrganization: { id: acmeId },
  GetOrganizationByExternalId: { external_id: 'acme' },
  UpdateOrganization: { id: acmeId, organization: described },
  UpdateOrganizationSettings: {
    id: acmeId,
    settings: { features: [{ name: 'sso', enabled: false }] },
  },
  DeleteOrganization: { id: acmeId },
  GeneratePortalLink: { id: acmeId, sso: true, directory_sync: true, features: ['dir_sync'] },
  ListConnections: { organization_id: acmeId, domain: 'acme.example', include: 'all' },
  GetConnection: connection,
  EnableConnection: connection,
  DisableConnection: connection,
  ListDirectories: { organization_id: acmeId },
  GetDirectory: directory,
  EnableDirectory: directory,
  DisableDirectory: directory,
  ListDirectoryUsers: { ...list, directory_group_id: 'dirgroup_1' },
  ListDirectoryGroups: { ...list, include_external_groups: true },
}

/** Where the path says which of several ids it is; and what says nothing to this API. */
const unsaid: Partial<Record<RpcName, readonly string[]>> = {
  GetOrganization: ['external_id'],
  GetOrganizationByExternalId: ['id'],
  UpdateOrganization: ['external_id', 'update_mask'],
  DeleteOrganization: ['external_id'],
}

const names = Object.keys(rpcs) as readonly RpcName[]

describe('a request', () => {
  it.each(names)('%s can say everything that its message has', async (name) => {
    const fields = requests[name]
    expect(missingFields(rpcs[name].request, fields)).toEqual(unsaid[name] ?? [])
    const exchange = await send(await emulate(), name, fields)
    expect(exchange.status).toBeLessThan(300)
    expect({ ...exchange, requestFields: fields }).toEqual(exchange)
    expect(shapeProblems(exchange)).toEqual([])
  })

  it.each(names.flatMap((name) => mistakesIn(name)))(
    '%s with %s is refused',
    async (...mistake) => {
      const [name, , fields] = mistake
      const exchange = await send(await emulate(), name, fields)
      expect(exchange.status).toBe(400)
      expect(shapeProblems(exchange)).toEqual([])
      expect(shapeProblems({ ...exchange, status: 200, responseBody: {} })).toHaveLength(1)
    },
  )
})

type Mistake = [name: RpcName, mistake: string, fields: Json]

/** The full request with one field of a wrong type or an unknown name, for each it can have. */
function mistakesIn(name: RpcName): readonly Mistake[] {
  const { request, route }: Rpc = rpcs[name]
  const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, field]) => field!)
  return spoiled(messages[request]!, requests[name])
    .filter(({ at }) => !inPath.includes(at))
    .map(({ at, fields }) => [name, at, fields])
}

interface Spoiled {
  readonly at: string
  readonly fields: Json
}

function spoiled(message: Message, fields: Json): readonly Spoiled[] {
  const unknown = { at: 'nobody_knows', fields: { ...fields, nobody_knows: 'x' } }
  return [
    unknown,
    ...Object.entries(fields).flatMap(([name, value]) => {
      const type = fieldType(message[name]!)
      const put = (at: string, bad: unknown) => ({ at, fields: { ...fields, [name]: bad } })
      const nested = messages[type.name]
      const item = type.label === 'repeated' ? (value as readonly unknown[])[0] : value
      const inside = nested ? spoiled(nested, item as Json) : []
      return [
        put(name, wrongValue(message[name]!)),
        ...inside.map((one) =>
          put(`${name}.${one.at}`, type.label === 'repeated' ? [one.fields] : one.fields),
        ),
      ]
    }),
  ]
}

/** In a query two values are what one text is not. */
function wrongValue(type: string): unknown {
  const { label, isEnum, name } = fieldType(type)
  if (label === 'map') return { plan: 7 }
  if (isEnum || name in messages) return label === 'repeated' ? ['NO_SUCH'] : 'NO_SUCH'
  return name === 'string' ? ['a', 'b'] : 'perhaps'
}

function missingFields(name: string, fields: Json): readonly string[] {
  return Object.entries(messages[name]!).flatMap(([field, type]) => {
    if (!(field in fields)) return [field]
    const { label, name: message } = fieldType(type)
    const value = label === 'repeated' ? (fields[field] as readonly unknown[])[0] : fields[field]
    return message in messages ? missingFields(message, value as Json) : []
  })
}

/** Sends a request as its route says: in the path, in the body, and in the query what is left. */
async function send(emulator: Emulator, name: RpcName, fields: Json) {
  const { route, body }: Rpc = rpcs[name]
  const [method = '', template = ''] = route.split(' ')
  const url = new URL(
    template.replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(fields[field]))),
    emulator.url,
  )
  for (const [field, value] of Object.entries(fields)) {
    if (field === body || template.includes(`{${field}}`)) continue
    for (const item of [value].flat()) url.searchParams.append(field, String(item))
  }
  const { fetch, exchanges } = recordingFetch()
  await fetch(url, {
    method,
    headers: { authorization: `Bearer ${await clientToken(emulator)}` },
    ...(body !== undefined && { body: JSON.stringify(fields[body]) }),
  })
  return exchangeOf(exchanges[0]!)
}
