import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ScalekitClient } from '../../../src/client.ts'
import { messages, rpcs } from '../../fixtures/api-messages.ts'
import { exchangeOf, recordingFetch } from '../../support/api-exchanges.ts'
import { type AnyRpcName, allRpcs, type RpcName, shapeProblems } from '../../support/api-shapes.ts'
import { acmeId, emulateClient } from './emulated-client.ts'

/** Every call of the API, with everything that can be said in it. */
async function callEverything({ organization, connection, directory }: ScalekitClient) {
  const said = { metadata: { Own_Key: 'a' }, slug: 'initech', logoUrl: 'https://initech.example/l' }
  await organization.listOrganization({ pageSize: 1, pageToken: '', externalId: 'acme' })
  const initech = { displayName: 'Initech', externalId: 'initech', regionCode: 'EU', ...said }
  await organization.createOrganization(initech)
  await organization.getOrganization(acmeId)
  await organization.updateOrganization(acmeId, { displayName: 'A', externalId: 'a', ...said })
  await organization.updateOrganizationByExternalId('initech', { slug: 'initech-2' })
  await organization.updateOrganizationSettings(acmeId, {
    features: [{ name: 'sso', enabled: true }],
  })
  const link = { features: ['dir_sync'], sso: true, directorySync: true }
  await organization.generatePortalLink(acmeId, link)
  await organization.deleteOrganizationByExternalId('initech')
  const filter = { organizationId: acmeId, domain: 'acme.example', include: 'all' }
  const { connections } = await connection.listConnections(filter)
  const one = { organizationId: acmeId, id: connections[0]!.id }
  await connection.getConnection(one)
  await connection.disableConnection(one)
  await connection.enableConnection(one)
  const { directories } = await directory.listDirectories(acmeId)
  const other = { organizationId: acmeId, id: directories[0]!.id }
  await directory.getDirectory(other)
  const owner = { organizationId: acmeId, directoryId: other.id }
  const page = {
    ...owner,
    pageSize: 30,
    pageToken: '',
    includeDetail: true,
    updatedAfter: '2020-01-01',
  }
  await directory.listDirectoryUsers({ ...page, directoryGroupId: 'dirgroup_1' })
  await directory.listDirectoryGroups({ ...page, includeExternalGroups: true })
  await directory.disableDirectory(other)
  await directory.enableDirectory(other)
}

/** Where the path says which of several ids it is; and what says nothing to this API. */
const unsaid: Readonly<Partial<Record<RpcName, readonly string[]>>> = {
  GetOrganization: ['external_id'],
  GetOrganizationByExternalId: ['id'],
  UpdateOrganization: ['external_id', 'update_mask'],
  DeleteOrganization: ['external_id'],
}

describe('every call', () => {
  it('and its answer have the shapes of Scalekit’s descriptors', async () => {
    const { fetch, exchanges } = recordingFetch()
    const { client } = await emulateClient({}, { fetch })
    await callEverything(client)
    const known = exchanges.map(exchangeOf)
    expect(known.flatMap(shapeProblems)).toEqual([])
    expect(new Set(known.map(({ rpc }) => rpc))).toEqual(new Set(Object.keys(rpcs)))
  })

  it('can say everything that its request has', async () => {
    const { fetch, exchanges } = recordingFetch()
    const { client } = await emulateClient({}, { fetch })
    await callEverything(client)
    const said = new Map<AnyRpcName, Set<string>>()
    for (const { rpc, requestFields } of exchanges.map(exchangeOf)) {
      said.set(rpc, new Set([...(said.get(rpc) ?? []), ...Object.keys(requestFields)]))
    }
    const missing = [...said].flatMap(([rpc, fields]) =>
      Object.keys(messages[allRpcs[rpc].request]!)
        .filter((field) => !fields.has(field) && !unsaid[rpc as RpcName]?.includes(field))
        .map((field) => `${rpc}.${field}`),
    )
    expect(missing).toEqual([])
  })
})

/** The types of what is answered and sent, and the messages that they are. */
const types = [
  ['Organization', 'Organization'],
  ['OrganizationSettings', 'OrganizationSettings'],
  ['OrganizationFeature', 'OrganizationSettingsFeature'],
  ['NewOrganization', 'CreateOrganization'],
  ['OrganizationChanges', 'UpdateOrganization'],
  ['PortalLink', 'Link'],
  ['ListedConnection', 'ListConnection'],
  ['Connection', 'Connection'],
  ['SamlConfig', 'SAMLConnectionConfigResponse'],
  ['OidcConfig', 'OIDCConnectionConfig'],
  ['IdpCertificate', 'IDPCertificate'],
  ['ConnectionDomain', 'Domain'],
  ['Toggled', 'ToggleConnectionResponse'],
  ['Directory', 'Directory'],
  ['DirectorySecret', 'Secret'],
  ['DirectoryStats', 'Stats'],
  ['RoleAssignment', 'RoleAssignment'],
  ['DirectoryMapping', 'AttributeMapping'],
  ['DirectoryUser', 'DirectoryUser'],
  ['DirectoryGroup', 'DirectoryGroup'],
] as const

describe('the type', () => {
  it.each(types)('%s has every field of the message %s', (type, message) => {
    const members = membersOf(type)
    const names = Object.keys(messages[message]!).map(camelCase)
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !members.includes(name))).toEqual([])
  })
})

const folder = new URL('../../../src/lib/management/', import.meta.url)
const sources = readdirSync(folder)
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n')

/** The members of an interface and of those that it extends, read off the source. */
function membersOf(type: string): string[] {
  const pattern = new RegExp(`interface ${type}(?: extends (\\w+))? \\{\\n(.*?)^\\}`, 'ms')
  const [, base, body = ''] = pattern.exec(sources) ?? []
  const own = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name!)
  return base ? [...own, ...membersOf(base)] : own
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
