import { describe, expect, it } from 'vitest'
import { acmeId, callsTo, emulateClient, globexId } from './emulated-client.ts'
import { failureOf } from './failures.ts'
import { json, startApi } from './hostile-api.ts'

async function acme() {
  const { emulator, client } = await emulateClient()
  const { directory } = await client.directory.getPrimaryDirectoryByOrganizationId(acmeId)
  return { emulator, client, directory }
}

describe('a directory', () => {
  it('is answered by listDirectories, getDirectory and as the primary one', async () => {
    const { emulator, client, directory } = await acme()
    expect(directory).toMatchObject({
      id: expect.stringMatching(/^dir_/),
      organizationId: acmeId,
      directoryType: 'SCIM',
      enabled: true,
      roleAssignments: { assignments: [] },
      stats: { totalUsers: expect.any(Number) },
    })
    expect(await client.directory.listDirectories(acmeId)).toEqual({ directories: [directory] })
    expect(await client.directory.getDirectory(acmeId, directory.id)).toEqual({ directory })
    const request = { organizationId: acmeId }
    expect(await client.directory.listDirectories(request)).toEqual({ directories: [directory] })
    const one = { organizationId: acmeId, id: directory.id }
    expect(await client.directory.getDirectory(one)).toEqual({ directory })
    const path = `/organizations/${acmeId}/directories`
    expect(callsTo(emulator)).toEqual([
      `GET ${path}`,
      `GET ${path}`,
      `GET ${path}/${directory.id}`,
      `GET ${path}`,
      `GET ${path}/${directory.id}`,
    ])
  })

  it('has the reference’s mappings, whichever way they come', async () => {
    const mappings = [{ key: 'userName', mapTo: 'preferred_username' }]
    const wire = [{ key: 'userName', map_to: 'preferred_username' }]
    const sent = [
      { id: 'dir_1', attribute_mappings: { attributes: wire } },
      { id: 'dir_2', mappings: wire, source: 'OKTA' },
      { id: 'dir_3', mappings: [], attribute_mappings: { attributes: wire } },
      { id: 'dir_3' },
    ]
    const api = await startApi({ api: json(200, { directories: sent }) })
    const { directories } = await api.client().directory.listDirectories('org_1')
    expect(directories).toEqual([
      { id: 'dir_1', mappings, attributeMappings: { attributes: mappings } },
      { id: 'dir_2', mappings, source: 'OKTA' },
      { id: 'dir_3', mappings, attributeMappings: { attributes: mappings } },
      { id: 'dir_3' },
    ])
  })

  it('is missed where an organization has none', async () => {
    const api = await startApi({ api: json(200, {}) })
    const error = await failureOf(
      api.client().directory.getPrimaryDirectoryByOrganizationId('org_1'),
    )
    expect(error).toMatchObject({ code: 'api_not_found', status: 404 })
  })

  it('of somebody else is not found', async () => {
    const { client, directory } = await acme()
    const error = await failureOf(client.directory.getDirectory(globexId, directory.id))
    expect(error.code).toBe('api_not_found')
  })

  it('can be switched off and on', async () => {
    const { emulator, client, directory } = await acme()
    const off = await client.directory.disableDirectory(acmeId, directory.id)
    const on = await client.directory.enableDirectory({ organizationId: acmeId, id: directory.id })
    expect([off, on]).toEqual([{ enabled: false }, { enabled: true }])
    const path = `/organizations/${acmeId}/directories/${directory.id}`
    expect(callsTo(emulator).slice(1)).toEqual([`PATCH ${path}:disable`, `PATCH ${path}:enable`])
  })
})

describe('listDirectoryUsers', () => {
  it('answers a page of people', async () => {
    const { client, directory } = await acme()
    const page = await client.directory.listDirectoryUsers(acmeId, directory.id)
    expect(page).toMatchObject({ nextPageToken: '', prevPageToken: '' })
    expect(page.totalSize).toBe(page.users.length)
    expect(page.users[0]).toMatchObject({
      id: expect.stringMatching(/^diruser_/),
      email: expect.stringContaining('@acme.example'),
    })
    expect(page.users[0]?.active).toBeUndefined()
    const request = { organizationId: acmeId, directoryId: directory.id }
    expect(await client.directory.listDirectoryUsers(request)).toEqual(page)
  })

  it('sends what it is asked for', async () => {
    const { emulator, client, directory } = await acme()
    await client.directory.listDirectoryUsers(acmeId, directory.id, {
      pageSize: 30,
      includeDetail: true,
      directoryGroupId: 'dirgroup_1',
      updatedAfter: new Date(0),
    })
    await client.directory.listDirectoryUsers(acmeId, directory.id, { includeDetail: false })
    const path = `GET /organizations/${acmeId}/directories/${directory.id}/users`
    expect(callsTo(emulator).slice(1)).toEqual([
      `${path}?page_size=30&include_detail=true&updated_after=1970-01-01T00%3A00%3A00.000Z&directory_group_id=dirgroup_1`,
      `${path}?page_size=10&include_detail=false`,
    ])
  })

  it('has all of the reference on the person, where it is asked for', async () => {
    const { client, directory } = await acme()
    const options = { includeDetail: true }
    const { users } = await client.directory.listDirectoryUsers(acmeId, directory.id, options)
    const [user] = users
    expect(user).toMatchObject({
      organizationId: acmeId,
      dpId: expect.any(String),
      active: true,
      name: expect.any(String),
      customAttributes: expect.any(Object),
      rawAttributes: expect.any(Object),
      userDetail: { dp_id: user?.dpId, active: true },
    })
  })

  it('tells who has it by today’s names and by the reference’s', async () => {
    const detail = {
      organization_id: 'org_1',
      dp_id: '00u1',
      active: false,
      email: 'other@acme.example',
      given_name: 'Ada',
      roles: [{ role_name: 'admin' }, { role: 'member', name: 'Member' }, {}],
      groups: [{ id: 'dirgroup_9', name: 'Nine' }],
      phone_number: '+15550100',
      address: { postal_code: '1000', state: 'NY', formatted: '1 Main' },
      custom_attributes: { Cost_Center: { sub_key: 1 } },
      raw_attributes: { userName: 'ada', 'urn:x': { a_b: [{ c_d: 1 }] } },
      secret_of_the_directory: 'x',
    }
    const sent = {
      id: 'diruser_1',
      email: 'ada@acme.example',
      given_name: '',
      family_name: 'Lovelace',
      groups: [{ id: 'dirgroup_1', display_name: 'One', total_users: 3 }],
      user_detail: detail,
    }
    const api = await startApi({ api: json(200, { users: [sent] }) })
    const { users } = await api.client().directory.listDirectoryUsers('org_1', 'dir_1')
    expect(users).toEqual([
      {
        id: 'diruser_1',
        organizationId: 'org_1',
        dpId: '00u1',
        active: false,
        email: 'ada@acme.example',
        givenName: 'Ada',
        familyName: 'Lovelace',
        roles: [
          { role: 'admin', roleName: 'admin' },
          { role: 'member', roleName: 'member', name: 'Member' },
          {},
        ],
        groups: [{ id: 'dirgroup_1', name: 'One', displayName: 'One', totalUsers: 3 }],
        phoneNumber: '+15550100',
        address: { postalCode: '1000', state: 'NY', formatted: '1 Main' },
        customAttributes: detail.custom_attributes,
        rawAttributes: detail.raw_attributes,
        userDetail: detail,
      },
    ])
  })

  it('takes a person as the reference shows them', async () => {
    const sent = {
      id: 'diruser_1',
      active: true,
      roles: [{ role: 'admin', name: 'Admin' }],
      groups: null,
      raw_attributes: { a_b: 1 },
    }
    const api = await startApi({ api: json(200, { users: [sent] }) })
    const { users } = await api.client().directory.listDirectoryUsers('org_1', 'dir_1')
    expect(users).toEqual([
      {
        id: 'diruser_1',
        active: true,
        roles: [{ role: 'admin', roleName: 'admin', name: 'Admin' }],
        groups: null,
        rawAttributes: { a_b: 1 },
      },
    ])
  })

  it('takes what a directory of somebody else’s put where roles and groups belong', async () => {
    const odd = [null, 'admin', 7, [], {}]
    const detail = { roles: odd, groups: odd, address: null, emails: 'none' }
    const sent = { id: 'diruser_1', user_detail: detail }
    const api = await startApi({ api: json(200, { users: [sent, { id: 'diruser_2' }] }) })
    const { users } = await api.client().directory.listDirectoryUsers('org_1', 'dir_1')
    expect(users).toEqual([
      { id: 'diruser_1', roles: odd, groups: odd, emails: 'none', userDetail: detail },
      { id: 'diruser_2' },
    ])
  })

  it.each<[Date | string, string]>([
    [new Date('2024-08-21T10:20:17.072Z'), '2024-08-21T10:20:17.072Z'],
    ['2024-08-21T10:20:17Z', '2024-08-21T10:20:17Z'],
    ['2024-08-21T10:20:17.123456789+05:30', '2024-08-21T10:20:17.123456789+05:30'],
    ['2024-08-21t10:20:17z', '2024-08-21T10:20:17Z'],
    ['2024-08-21T10:20:17', '2024-08-21T10:20:17Z'],
    ['2024-08-21T10:20', '2024-08-21T10:20:00Z'],
    ['2024-08-21T10:20-0330', '2024-08-21T10:20:00-03:30'],
    ['2024-08-21T10:20:17,5+02', '2024-08-21T10:20:17.5+02:00'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
  ])('sends %s as a moment in RFC 3339', async (updatedAfter, sent) => {
    const api = await startApi({ api: json(200, {}) })
    const { directory } = api.client()
    await directory.listDirectoryUsers('org_1', 'dir_1', { updatedAfter })
    await directory.listDirectoryGroups('org_1', 'dir_1', { updatedAfter })
    const times = api.calls.map(({ path }) => new URL(path, api.url).searchParams)
    expect(times.map((query) => query.get('updated_after'))).toEqual([sent, sent])
  })

  it.each([
    'yesterday',
    '',
    '2024',
    '2024-08',
    '2024-02-30',
    '2023-02-29T00:00:00Z',
    '2024-13-01',
    '2024-08-21T25:00:00Z',
    '2024-08-21T10:20:61Z',
    '2024-08-21 10:20:17Z',
    '2024-08-21T10:20:17+99:00',
    'Wed, 21 Aug 2024 10:20:17 GMT',
    '2024-08-21T10:20:17Z\n',
    new Date(Number.NaN),
    new Date(8.64e15),
    new Date(-8.64e15),
    1724235617,
    null,
    {},
    [],
  ] as never[])('refuses %j for a moment before anything is sent', async (updatedAfter) => {
    const api = await startApi({})
    const { directory } = api.client()
    const calls = [
      directory.listDirectoryUsers('org_1', 'dir_1', { updatedAfter }),
      directory.listDirectoryGroups('org_1', 'dir_1', { updatedAfter }),
      directory.users('org_1', 'dir_1', { updatedAfter }).next(),
    ]
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error).toMatchObject({ code: 'invalid_updated_after', status: 400 })
    }
    expect(api.tokenCalls).toEqual([])
  })
})

describe('listDirectoryGroups', () => {
  it('answers a page of groups', async () => {
    const { emulator, client, directory } = await acme()
    const options = { includeDetail: true, includeExternalGroups: true }
    const page = await client.directory.listDirectoryGroups(acmeId, directory.id, options)
    expect(page.groups.length).toBeGreaterThan(0)
    expect(page.totalSize).toBe(page.groups.length)
    expect(page.groups[0]).toMatchObject({
      id: expect.stringMatching(/^dirgroup_/),
      displayName: expect.any(String),
      totalUsers: expect.any(Number),
      updatedAt: expect.any(String),
      groupDetail: { display_name: page.groups[0]?.displayName },
    })
    const request = { organizationId: acmeId, directoryId: directory.id, ...options }
    expect(await client.directory.listDirectoryGroups(request)).toEqual(page)
    expect(callsTo(emulator)[1]).toBe(
      `GET /organizations/${acmeId}/directories/${directory.id}/groups?page_size=10&include_detail=true&include_external_groups=true`,
    )
  })
})

describe('users and groups', () => {
  it('go through everything, page by page', async () => {
    const { emulator, client, directory } = await acme()
    const request = { organizationId: acmeId, directoryId: directory.id, pageSize: 1 }
    const all = await client.directory.listDirectoryUsers({ ...request, pageSize: 30 })
    const groups = await client.directory.listDirectoryGroups({ ...request, pageSize: 30 })
    const before = callsTo(emulator).length
    expect(await collect(client.directory.users(request))).toEqual(all.users)
    expect(await collect(client.directory.groups(acmeId, directory.id))).toEqual(groups.groups)
    expect(callsTo(emulator).length - before).toBe(all.users.length + 1)
  })
})

async function collect<Item>(all: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of all) items.push(item)
  return items
}
