import { describe, expect, it } from 'vitest'
import type { DirectoryEditor, Emulator, EmulatorSeed } from '../../../../src/testing.ts'
import { emulateWithReceiver } from '../emulate.ts'
import { type Api, acmeId, apiOf, emulateApi, globexId } from './api.ts'

const acmeDirectory = 'dir_69615647365005432'
const directoriesPath = `/organizations/${acmeId}/directories`
const acmePath = `${directoriesPath}/${acmeDirectory}`
const start = Date.parse('2026-01-15T10:30:00Z')
const startTime = '2026-01-15T10:30:00.000Z'
const seed = { clock: () => start }
const mary = { email: 'mary@acme.example', name: 'Mary Somerville' }

describe('a directory', () => {
  it('is answered with all that the API says of one', async () => {
    const { emulator, api } = await emulateApi(seed)
    expect(await api(`GET ${acmePath}`)).toEqual({
      status: 200,
      body: {
        directory: {
          id: acmeDirectory,
          name: 'Acme directory',
          directory_type: 'SCIM',
          organization_id: acmeId,
          enabled: true,
          directory_provider: 'OKTA',
          last_synced_at: startTime,
          directory_endpoint: `${emulator.url}/directory/${acmeDirectory}/scim/v2`,
          total_users: 5,
          total_groups: 3,
          secrets: [
            {
              id: expect.stringMatching(/^sec_\d{18}$/),
              create_time: startTime,
              secret_suffix: '5432',
              status: 'ACTIVE',
              expire_time: '2027-01-15T10:30:00.000Z',
              last_used_time: startTime,
              directory_id: acmeDirectory,
            },
          ],
          stats: {
            total_users: 5,
            total_groups: 3,
            group_updated_at: startTime,
            user_updated_at: startTime,
          },
          role_assignments: { assignments: [] },
          attribute_mappings: {
            attributes: expect.arrayContaining([{ key: 'emails', map_to: 'email' }]),
          },
          status: 'COMPLETED',
          email: '',
          groups_tracked: '',
        },
      },
    })
  })

  it('is in the list of its organization', async () => {
    const { api } = await emulateApi()
    const { body } = await api(`GET ${acmePath}`)
    expect((await api(`GET ${directoriesPath}`)).body).toEqual({
      directories: [(body as { directory: unknown }).directory],
    })
  })

  it('is not in the list of an organization without one', async () => {
    const { emulator, api } = await emulateApi({
      organizations: [{ displayName: 'A', directory: null }],
    })
    const { id } = emulator.organizations[0]!
    expect((await api(`GET /organizations/${id}/directories`)).body).toEqual({ directories: [] })
  })

  it('counts and dates what was edited', async () => {
    const { emulator, directory, api } = await acme(seed)
    emulator.advance(60)
    directory.createUser(mary)
    emulator.advance(60)
    directory.createGroup({ displayName: 'Astronomers' })
    expect(await api(`GET ${acmePath}`)).toMatchObject({
      body: {
        directory: {
          total_users: 6,
          total_groups: 4,
          last_synced_at: '2026-01-15T10:32:00.000Z',
          stats: {
            total_users: 6,
            total_groups: 4,
            user_updated_at: '2026-01-15T10:31:00.000Z',
            group_updated_at: '2026-01-15T10:32:00.000Z',
          },
        },
      },
    })
  })
})

describe('the users of a directory', () => {
  it('are answered with what is essential', async () => {
    const { directory, api } = await acme(seed)
    const [first] = usersIn((await api(`GET ${acmePath}/users`)).body)
    expect(first).toEqual({
      id: directory.users[0]!.id,
      email: 'ada@acme.example',
      preferred_username: 'ada@acme.example',
      given_name: 'Ada',
      family_name: 'Lovelace',
      updated_at: startTime,
      emails: ['ada@acme.example'],
      groups: directory.groups.slice(0, 2).map(({ id, displayName, members }) => ({
        id,
        display_name: displayName,
        total_users: members.length,
        updated_at: startTime,
      })),
    })
  })

  it('are answered with what events say of them, on request', async () => {
    const { directory, api } = await acme()
    const { id } = directory.users[0]!
    directory.updateUser(id, { active: false, attributes: { department: 'Engines' } })
    const [first] = usersIn((await api(`GET ${acmePath}/users?include_detail=true`)).body)
    expect(first).toMatchObject({
      id,
      user_detail: {
        id,
        organization_id: acmeId,
        dp_id: directory.users[0]!.idpUserId,
        active: false,
        name: 'Ada Lovelace',
        roles: [{ role_name: 'admin' }],
        groups: [{ name: 'Engineering' }, { name: 'Administrators' }],
        department: 'Engines',
        custom_attributes: {},
        raw_attributes: {},
      },
    })
  })

  it('come by tens, or by pages of the size that was asked for', async () => {
    const { directory, api } = await acme()
    for (let index = 0; index < 8; index += 1) {
      directory.createUser({ email: `${index}@acme.example`, name: `N ${index}` })
    }
    const first = (await api(`GET ${acmePath}/users`)).body as UserPage
    expect([first.users.length, first.total_size, first.prev_page_token]).toEqual([10, 13, ''])
    const next = encodeURIComponent(first.next_page_token)
    const second = (await api(`GET ${acmePath}/users?page_token=${next}`)).body as UserPage
    expect([second.users.length, second.total_size, second.next_page_token]).toEqual([3, 13, ''])
    expect(emailsIn({ users: [...first.users, ...second.users] })).toEqual(
      directory.users.map(({ email }) => email),
    )
    const back = encodeURIComponent(second.prev_page_token)
    const again = await api(`GET ${acmePath}/users?page_token=${back}&page_size=4`)
    expect(usersIn(again.body)).toEqual(first.users.slice(6))
  })

  it.each<[string, (directory: DirectoryEditor) => string, readonly string[]]>([
    ['a group', ({ groups }) => groups[0]!.id, ['ada@acme.example', 'grace@acme.example']],
    ['a group that is not there', () => 'dirgroup_1', []],
  ])('can be asked for by %s', async (_case, groupOf, emails) => {
    const { directory, api } = await acme()
    const query = `directory_group_id=${groupOf(directory)}`
    const { body } = await api(`GET ${acmePath}/users?${query}`)
    expect(emailsIn(body)).toEqual(emails)
    expect((body as UserPage).total_size).toBe(emails.length)
  })

  it('can be asked for by the time they changed', async () => {
    const { emulator, directory, api } = await acme(seed)
    emulator.advance(1)
    directory.updateUser(directory.users[1]!.id, { roles: ['admin'] })
    emulator.advance(1)
    directory.addMember(directory.groups[0]!.id, directory.users[2]!.id)
    const changedAfter = async (time: string) => {
      const answer = await api(`GET ${acmePath}/users?updated_after=${encodeURIComponent(time)}`)
      return emailsIn(answer.body)
    }
    expect(await changedAfter('2026-01-15T10:29:59.999Z')).toHaveLength(5)
    expect(await changedAfter(startTime)).toEqual(['grace@acme.example', 'alan@acme.example'])
    expect(await changedAfter('2026-01-15T10:30:00.999999999Z')).toHaveLength(2)
    expect(await changedAfter('2026-01-15T11:30:01+01:00')).toEqual(['alan@acme.example'])
    expect(await changedAfter('2026-01-15T10:30:02Z')).toEqual([])
  })
})

describe('the groups of a directory', () => {
  it('are answered with their size, and on request with what events say of them', async () => {
    const { directory, api } = await acme(seed)
    const { id, displayName } = directory.groups[0]!
    const short = {
      id,
      display_name: displayName,
      total_users: 2,
      updated_at: startTime,
    }
    const { body } = await api(`GET ${acmePath}/groups?include_external_groups=true`)
    expect(body).toMatchObject({ total_size: 3, next_page_token: '', prev_page_token: '' })
    expect(groupsIn(body)[0]).toEqual(short)
    const detailed = await api(`GET ${acmePath}/groups?include_detail=true`)
    expect(groupsIn(detailed.body)[0]).toEqual({
      ...short,
      group_detail: {
        id,
        directory_id: acmeDirectory,
        organization_id: acmeId,
        display_name: displayName,
        external_id: null,
        raw_attributes: {},
      },
    })
  })

  it('come in pages', async () => {
    const { directory, api } = await acme()
    const { body } = await api(`GET ${acmePath}/groups?page_size=2`)
    const token = encodeURIComponent((body as { next_page_token: string }).next_page_token)
    const rest = await api(`GET ${acmePath}/groups?page_size=2&page_token=${token}`)
    const names = [body, rest.body].map((page) => groupsIn(page).map((group) => group.display_name))
    expect(names.flat()).toEqual(directory.groups.map(({ displayName }) => displayName))
  })

  it('changed when who is in them did', async () => {
    const { emulator, directory, api } = await acme(seed)
    const [engineering, administrators, research] = directory.groups
    const changed = async (seconds: number) => {
      const time = new Date(start + seconds * 1000).toISOString()
      const { body } = await api(`GET ${acmePath}/groups?updated_after=${time}`)
      return groupsIn(body).map(({ id }) => id)
    }
    emulator.advance(1)
    directory.addMember(research!.id, directory.users[0]!.id)
    expect(await changed(0)).toEqual([research!.id])
    emulator.advance(1)
    directory.deleteUser(directory.users[1]!.id)
    expect(await changed(1)).toEqual([engineering!.id])
    emulator.advance(1)
    directory.updateGroup(administrators!.id, { displayName: 'Owners' })
    expect(await changed(2)).toEqual([administrators!.id])
  })
})

describe('a directory that is disabled', () => {
  it('is told of in an event for each change and for nothing else', async () => {
    const { emulator, api, events } = await acme(seed)
    for (const [verb, enabled] of [
      ['enable', true],
      ['disable', false],
      ['disable', false],
      ['enable', true],
    ] as const) {
      expect(await api(`PATCH ${acmePath}:${verb}`)).toEqual({ status: 200, body: { enabled } })
      expect(await api(`GET ${acmePath}`)).toMatchObject({ body: { directory: { enabled } } })
      emulator.advance(60)
    }
    const data = {
      id: acmeDirectory,
      organization_id: acmeId,
      directory_type: 'SCIM',
      provider: 'OKTA',
      last_sync_at: '2026-01-15T10:30:00.000000000Z',
    }
    expect(await events()).toMatchObject([
      {
        type: 'organization.directory_disabled',
        object: 'Directory',
        data: { ...data, enabled: false, updated_at: '2026-01-15T10:31:00.000000000Z' },
      },
      {
        type: 'organization.directory_enabled',
        data: { ...data, enabled: true, updated_at: '2026-01-15T10:33:00.000000000Z' },
      },
    ])
  })

  it('hears nothing of what changes at the customer', async () => {
    const { emulator, directory, api, events } = await acme(seed)
    const before = await snapshot(api)
    await api(`PATCH ${acmePath}:disable`)
    emulator.advance(60)
    editEverything(directory)
    expect(await snapshot(api)).toEqual(before)
    expect((await events()).map(({ type }) => type)).toEqual(['organization.directory_disabled'])
    expect(directory.enabled).toBe(false)
  })

  it('catches up when it is enabled, and tells what became of it', async () => {
    const { emulator, directory, api, events } = await acme(seed)
    await api(`PATCH ${acmePath}:disable`)
    const { created, updated, removed, renamed, joined } = editEverything(directory)
    emulator.advance(60)
    await api(`PATCH ${acmePath}:enable`)
    const told = (await events()).slice(1)
    expect(told.map(({ type, data }) => [type.replace('organization.', ''), data.id])).toEqual([
      ['directory_enabled', acmeDirectory],
      ['directory.group_updated', renamed],
      ['directory.user_created', created],
      ['directory.user_updated', updated],
      ['directory.user_updated', joined],
      ['directory.user_deleted', removed],
    ])
    expect(usersIn((await api(`GET ${acmePath}/users`)).body).map(({ id }) => id)).toEqual(
      directory.users.map(({ id }) => id),
    )
    expect(await api(`GET ${acmePath}`)).toMatchObject({
      body: { directory: { last_synced_at: '2026-01-15T10:31:00.000Z' } },
    })
  })

  it('tells of a group that came or went with who was or is in it', async () => {
    const { directory, api, events } = await acme()
    const [ada, , alan] = directory.users.map(({ id }) => id)
    const [, administrators] = directory.groups.map(({ id }) => id)
    await api(`PATCH ${acmePath}:disable`)
    const added = directory.createGroup({ displayName: 'Astronomers' }).id
    directory.addMember(added, alan!)
    directory.deleteGroup(administrators!)
    await api(`PATCH ${acmePath}:enable`)
    const told = (await events()).slice(2)
    expect(told.map(({ type, data }) => [type.replace(/^.*\./, ''), data.id])).toEqual([
      ['group_created', added],
      ['group_deleted', administrators],
      ['user_updated', ada],
      ['user_updated', alan],
    ])
  })

  it('and never was enabled has nobody until it is', async () => {
    const organizations = [
      { displayName: 'A', directory: { id: 'dir_1', enabled: false }, people: [mary] },
    ]
    const { emulator, receiver } = await emulateWithReceiver({ ...seed, organizations })
    const api = await apiOf(emulator)
    const path = `/organizations/${emulator.organizations[0]!.id}/directories/dir_1`
    const { directory } = (await api(`GET ${path}`)).body as { directory: object }
    expect(directory).toMatchObject({ enabled: false, total_users: 0 })
    expect(directory).not.toHaveProperty('last_synced_at')
    await api(`PATCH ${path}:enable`)
    await emulator.settled()
    expect(receiver.received.map(({ event }) => event)).toMatchObject([
      { type: 'organization.directory_enabled', data: { last_sync_at: null } },
      { type: 'organization.directory.user_created', data: { email: mary.email } },
    ])
  })
})

/** ISO 8601 knows most of these, RFC 3339 none. */
const timesOfNoForm = [
  '2026-01-15',
  '2026-01-15T10:30Z',
  '2026-01-15T10:30:00.Z',
  '2026-01-15T10:30:00.1234567890Z',
  '2026-01-15t10:30:00z',
  '2026-01-15%2010:30:00Z',
  '2026-01-15T10:30:00%2B0100',
  '2026-01-15T10:30:00+01:00',
  '2026-01-15T24:00:00Z',
  '2026-01-15T10:30:60Z',
  '2026-02-30T10:30:00Z',
  '2026-13-01T10:30:00Z',
  '2026-W03-4T10:30:00Z',
  '20260115T103000Z',
  'Thu,%2015%20Jan%202026%2010:30:00%20GMT',
  '1768473000',
  '',
]

describe('a request about a directory', () => {
  const long = 'x'.repeat(33)

  it.each([
    [
      'an organization without its prefix',
      'GET /organizations/acme/directories',
      'str.prefix=org_',
    ],
    ['a directory without its prefix', `PATCH ${directoriesPath}/x:enable`, 'str.prefix=dir_'],
    ['an id that is too long', `GET ${directoriesPath}/${long}`, 'str.max_len=32'],
    ['a page of 31', `GET ${acmePath}/users?page_size=31`, 'num.lte=30'],
    ['a group without its prefix', `GET ${acmePath}/users?directory_group_id=x`, 'dirgroup_'],
    [
      'a time without a zone',
      `GET ${acmePath}/groups?updated_after=2026-01-15T10:30:00`,
      'Timestamp',
    ],
    ...timesOfNoForm.map((time): [string, string, string] => [
      `the time ${time}`,
      `GET ${acmePath}/users?updated_after=${time}`,
      'Timestamp',
    ]),
    ['half a yes', `GET ${acmePath}/groups?include_detail=1`, 'type=bool'],
    ['a parameter of the other list', `GET ${acmePath}/groups?directory_group_id=x`, 'known'],
  ])('with %s is answered with the rule', async (_case, request, rule) => {
    const { api } = await emulateApi()
    const answer = await api(request)
    expect(answer).toMatchObject({ status: 400, body: { code: 3 } })
    expect(JSON.stringify(answer.body)).toContain(rule)
  })

  it.each([
    ['a directory', `GET ${directoriesPath}/dir_1`],
    ['one of another organization', `GET /organizations/${globexId}/directories/${acmeDirectory}`],
    ['one to enable', `PATCH ${directoriesPath}/dir_1:enable`],
    ['one to disable', `PATCH ${directoriesPath}/dir_1:disable`],
    ['the users of one', `GET ${directoriesPath}/dir_1/users`],
    ['the groups of one', `GET ${directoriesPath}/dir_1/groups`],
    ['the list of an organization', 'GET /organizations/org_1/directories'],
  ])('that is not there, %s, is answered with 404', async (_case, request) => {
    const { api } = await emulateApi()
    expect(await api(request)).toMatchObject({ status: 404, body: { code: 5 } })
  })
})

/** Acme's directory, the API and what was sent. */
async function acme(options?: EmulatorSeed) {
  const { emulator, receiver } = await emulateWithReceiver(options)
  return {
    emulator,
    directory: emulator.directory(acmeDirectory),
    api: await apiOf(emulator),
    events: () => eventsOf(emulator, receiver),
  }
}

async function eventsOf(
  emulator: Emulator,
  receiver: Awaited<ReturnType<typeof emulateWithReceiver>>['receiver'],
) {
  await emulator.settled()
  return receiver.received.map(({ event }) => event)
}

/** One change of every kind; the ids they are about. */
function editEverything(directory: DirectoryEditor) {
  const [ada, grace, alan] = directory.users.map(({ id }) => id)
  const [engineering, , research] = directory.groups.map(({ id }) => id)
  const created = directory.createUser(mary).id
  const brief = directory.createGroup({ displayName: 'Of a moment' }).id
  directory.updateUser(ada!, { active: false })
  directory.deleteUser(grace!)
  directory.addMember(engineering!, alan!)
  directory.updateGroup(research!, { displayName: 'Studies' })
  directory.deleteGroup(brief)
  return { created, updated: ada!, removed: grace!, joined: alan!, renamed: research! }
}

/** What the API says of the directory, but whether it is enabled. */
async function snapshot(api: Api) {
  const { directory } = (await api(`GET ${acmePath}`)).body as { directory: object }
  const lists = await Promise.all(
    ['users', 'groups'].map((list) => api(`GET ${acmePath}/${list}?include_detail=true`)),
  )
  return [{ ...directory, enabled: undefined }, ...lists]
}

type Item = Readonly<Record<string, unknown>>

interface UserPage {
  readonly users: readonly Item[]
  readonly total_size: number
  readonly next_page_token: string
  readonly prev_page_token: string
}

function usersIn(body: unknown): readonly Item[] {
  return (body as UserPage).users
}

function groupsIn(body: unknown): readonly Item[] {
  return (body as { groups: readonly Item[] }).groups
}

function emailsIn(body: unknown): readonly unknown[] {
  return usersIn(body).map(({ email }) => email)
}
