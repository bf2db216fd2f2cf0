import { describe, expect, it } from 'vitest'
import type { ScalekitClient } from '../../../src/client.ts'
import * as faults from '../../hostile/provider/faults.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'
import { acmeId, callsTo, emulateClient } from './emulated-client.ts'
import { failureOf } from './failures.ts'
import { broken, inTurn, json, ok, type Reply, startApi, text } from './hostile-api.ts'

const rfc3339 = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

const acme = {
  id: acmeId,
  displayName: 'Acme',
  externalId: 'acme',
  metadata: {},
  regionCode: 'US',
  settings: {
    features: [
      { name: 'sso', enabled: true },
      { name: 'dir_sync', enabled: true },
    ],
  },
  createTime: rfc3339,
  updateTime: rfc3339,
}

/** How long the pages were that calls asked for. */
function sizesIn(calls: readonly { readonly path: string }[]): (string | null)[] {
  return calls.map(({ path }) => new URLSearchParams(path.split('?')[1]).get('page_size'))
}

describe('listOrganization', () => {
  it('answers a page', async () => {
    const { client } = await emulateClient()
    const page = await client.organization.listOrganization({ pageSize: 1 })
    expect(page).toEqual({
      organizations: [acme],
      nextPageToken: expect.stringMatching(/^>:/),
      prevPageToken: '',
      totalSize: 2,
    })
    expect(JSON.parse(JSON.stringify(page))).toEqual(page)
    const { nextPageToken: pageToken } = page
    const next = await client.organization.listOrganization({ pageSize: 1, pageToken })
    expect(next).toMatchObject({ organizations: [{ displayName: 'Globex' }], nextPageToken: '' })
  })

  it('asks for ten where nobody says how many, since it has to be said', async () => {
    const { emulator, client } = await emulateClient()
    await client.organization.listOrganization()
    await client.organization.listOrganization({ externalId: 'acme' })
    expect(callsTo(emulator)).toEqual([
      'GET /organizations?page_size=10',
      'GET /organizations?page_size=10&external_id=acme',
    ])
  })

  it.each([0, -1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10', null] as never[])(
    'refuses pages of %j before anything is sent',
    async (pageSize) => {
      const api = await startApi({})
      const { organization, directory } = api.client()
      const calls = [
        organization.listOrganization({ pageSize }),
        organization.organizations({ pageSize }).next(),
        directory.listDirectoryUsers('org_1', 'dir_1', { pageSize }),
        directory.listDirectoryGroups('org_1', 'dir_1', { pageSize }),
      ]
      for (const error of await Promise.all(calls.map(failureOf))) {
        expect(error).toMatchObject({ code: 'invalid_page_size', status: 400 })
      }
      expect(api.tokenCalls).toEqual([])
    },
  )

  it('has a limit of its own for each list, which is the page of an iterator', async () => {
    const api = await startApi({})
    const { organization, directory } = api.client()
    await organization.listOrganization({ pageSize: 100 })
    await organization.organizations().next()
    await directory.users('org_1', 'dir_1').next()
    await directory.groups('org_1', 'dir_1').next()
    expect(sizesIn(api.calls)).toEqual(['100', '100', '30', '30'])
    const tooLong = directory.listDirectoryUsers('org_1', 'dir_1', { pageSize: 31 })
    expect((await failureOf(tooLong)).message).toContain('from 1 to 30')
  })

  it('takes shorter pages alone where the environment does', async () => {
    const api = await startApi({})
    const { organization, directory } = api.client({ maxPageSize: 50 })
    await organization.organizations().next()
    await directory.users('org_1', 'dir_1').next()
    expect(sizesIn(api.calls)).toEqual(['50', '30'])
    const tooLong = organization.listOrganization({ pageSize: 51 })
    expect((await failureOf(tooLong)).message).toContain('from 1 to 50')
  })
})

describe('createOrganization', () => {
  it('takes a name and what else is known, or everything as one object', async () => {
    const { emulator, client } = await emulateClient()
    const more = {
      externalId: 'initech',
      metadata: { Own_Key: 'a', ownKey: 'b' },
      slug: 'initech.example',
      logoUrl: 'https://initech.example/logo.png',
      regionCode: 'EU',
    }
    const { organization } = await client.organization.createOrganization('Initech', more)
    expect(organization).toEqual({
      ...acme,
      ...more,
      displayName: 'Initech',
      id: expect.stringMatching(/^org_/),
    })
    const again = { ...more, displayName: 'Initech 2', externalId: 'initech-2' }
    const other = await client.organization.createOrganization(again)
    expect(other.organization).toMatchObject(again)
    expect(callsTo(emulator)).toEqual(['POST /organizations', 'POST /organizations'])
  })

  it('says which rule is broken', async () => {
    const { client } = await emulateClient()
    const error = await failureOf(client.organization.createOrganization(''))
    expect(error).toMatchObject({ code: 'api_invalid_argument', status: 400, grpcCode: 3 })
    expect(error.fieldViolations).toEqual([
      expect.objectContaining({ constraint: 'str.min_len=1' }),
    ])
  })

  it('says that an external id is taken', async () => {
    const { client } = await emulateClient()
    const error = await failureOf(
      client.organization.createOrganization('Acme', { externalId: 'acme' }),
    )
    expect(error).toMatchObject({ code: 'api_already_exists', status: 409 })
  })
})

describe('getOrganization', () => {
  it('takes an id, alone or in an object', async () => {
    const { emulator, client } = await emulateClient()
    expect(await client.organization.getOrganization(acmeId)).toEqual({ organization: acme })
    expect(await client.organization.getOrganization({ id: acmeId })).toEqual({
      organization: acme,
    })
    expect(callsTo(emulator)).toEqual(Array(2).fill(`GET /organizations/${acmeId}`))
  })

  it('says that there is none', async () => {
    const { client } = await emulateClient()
    const error = await failureOf(client.organization.getOrganization('org_1'))
    expect(error).toMatchObject({ code: 'api_not_found', status: 404, grpcCode: 5 })
  })
})

describe('getOrganizationByExternalId', () => {
  it('takes an id of the application’s own, alone or in an object', async () => {
    const { emulator, client } = await emulateClient()
    expect(await client.organization.getOrganizationByExternalId('acme')).toEqual({
      organization: acme,
    })
    expect(await client.organization.getOrganizationByExternalId({ externalId: 'acme' })).toEqual({
      organization: acme,
    })
    expect(callsTo(emulator)).toEqual(Array(2).fill('GET /organizations:external/acme'))
  })
})

describe('updateOrganization', () => {
  it('takes an id and what changes', async () => {
    const { client } = await emulateClient()
    const changes = { displayName: 'Acme Corp', externalId: '', metadata: { Own_Key: 'a' } }
    const { organization } = await client.organization.updateOrganization(acmeId, changes)
    expect(organization).toMatchObject({ displayName: 'Acme Corp', metadata: { Own_Key: 'a' } })
    expect(organization.externalId).toBeUndefined()
  })

  it('takes both in one object', async () => {
    const { client } = await emulateClient()
    const request = { id: acmeId, organization: { slug: 'acme' } }
    const { organization } = await client.organization.updateOrganization(request)
    expect(organization).toMatchObject({ displayName: 'Acme', slug: 'acme' })
  })
})

describe('updateOrganizationByExternalId', () => {
  it('looks the organization up and updates it by its id', async () => {
    const { emulator, client } = await emulateClient()
    const { organization } = await client.organization.updateOrganizationByExternalId('acme', {
      externalId: 'acme-2',
    })
    expect(organization).toMatchObject({ id: acmeId, externalId: 'acme-2' })
    const request = { externalId: 'acme-2', organization: { displayName: 'Acme 2' } }
    const other = await client.organization.updateOrganizationByExternalId(request)
    expect(other.organization).toMatchObject({ externalId: 'acme-2', displayName: 'Acme 2' })
    expect(callsTo(emulator)).toEqual([
      'GET /organizations:external/acme',
      `PATCH /organizations/${acmeId}`,
      'GET /organizations:external/acme-2',
      `PATCH /organizations/${acmeId}`,
    ])
  })

  it('updates nothing that it does not find', async () => {
    const { emulator, client } = await emulateClient()
    const error = await failureOf(
      client.organization.updateOrganizationByExternalId('nobody', { displayName: 'Nobody' }),
    )
    expect(error.code).toBe('api_not_found')
    expect(callsTo(emulator)).toHaveLength(1)
  })
})

describe('what looks an organization up first', () => {
  useVirtualTime()

  const organization = { displayName: 'Acme 2' }
  type Act = (client: ScalekitClient, timeoutMs: number) => Promise<unknown>

  it.each<[string, Act]>([
    [
      'updateOrganizationByExternalId',
      (client, timeoutMs) =>
        client.organization.updateOrganizationByExternalId('acme', organization, { timeoutMs }),
    ],
    [
      'deleteOrganizationByExternalId',
      (client, timeoutMs) =>
        client.organization.deleteOrganizationByExternalId({ externalId: 'acme', timeoutMs }),
    ],
  ])('%s has its time for both', async (_name, act) => {
    const slowly: Reply = (res, call) => void setTimeout(() => ok(res, call), 300)
    const api = await startApi({ api: inTurn(slowly, broken(faults.hang)) })
    const began = performance.now()
    const error = await failureOf(act(api.client(), 500))
    expect(error.code).toBe('api_deadline_exceeded')
    expect(performance.now() - began).toBeLessThan(700)
    expect(api.calls).toHaveLength(2)
  })
})

describe('updateOrganizationSettings', () => {
  it('switches features', async () => {
    const { client } = await emulateClient()
    const off = { features: [{ name: 'sso', enabled: false }] }
    const { organization } = await client.organization.updateOrganizationSettings(acmeId, off)
    const enabled = (features: readonly { name: string; enabled: boolean }[] = []) =>
      features.filter((feature) => feature.enabled).map(({ name }) => name)
    expect(enabled(organization.settings?.features)).toEqual(['dir_sync'])
    const on = { id: acmeId, settings: { features: [{ name: 'sso', enabled: true }] } }
    const other = await client.organization.updateOrganizationSettings(on)
    expect(enabled(other.organization.settings?.features)).toEqual(['sso', 'dir_sync'])
  })
})

describe('deleteOrganization', () => {
  it('takes an id, alone or in an object', async () => {
    const { client } = await emulateClient()
    expect(await client.organization.deleteOrganization(acmeId)).toBeUndefined()
    const error = await failureOf(client.organization.deleteOrganization({ id: acmeId }))
    expect(error.code).toBe('api_not_found')
  })
})

describe('a deletion', () => {
  it.each<[string, Reply]>([
    ['a reset', broken(faults.reset)],
    ['half a body', broken(faults.closedInBody)],
    ['503', json(503, {})],
  ])(
    'that was answered with %s is done when the next attempt finds nothing',
    async (_case, reply) => {
      const api = await startApi({ api: inTurn(reply, json(404, { code: 5 })) })
      await api.client().organization.deleteOrganization('org_1')
      expect(api.calls).toHaveLength(2)
    },
  )

  it.each<[string, Reply]>([
    ['200 and no body', text(200, '')],
    ['200 and no body that calls itself text', text(200, '', { 'content-type': 'text/plain' })],
    ['202 and no body', text(202, '')],
    ['204', text(204, '')],
  ])('that was answered with %s is done at the first attempt', async (_case, reply) => {
    const api = await startApi({ api: reply })
    expect(await api.client().organization.deleteOrganization('org_1')).toBeUndefined()
    expect(api.calls).toHaveLength(1)
  })

  it('that was answered with a page of something in between is not done', async () => {
    const api = await startApi({ api: text(200, '<p>Sign in', { 'content-type': 'text/html' }) })
    const error = await failureOf(api.client().organization.deleteOrganization('org_1'))
    expect(error.code).toBe('api_answer_invalid')
  })

  it('is done, too, where the token had to be renewed before nothing was found', async () => {
    const replies = inTurn(json(503, {}), json(401, { code: 16 }), json(404, { code: 5 }))
    const api = await startApi({ api: replies })
    await api.client().organization.deleteOrganization('org_1')
    expect(api.calls).toHaveLength(3)
  })

  it.each([429, 503, 401])(
    'that was put off with %i is not done when nothing is found',
    async (status) => {
      const putOff = json(status, {}, { 'retry-after': '0' })
      const api = await startApi({ api: inTurn(putOff, json(404, { code: 5 })) })
      const error = await failureOf(api.client().organization.deleteOrganization('org_1'))
      expect(error.code).toBe('api_not_found')
    },
  )
})

describe('deleteOrganizationByExternalId', () => {
  it('looks the organization up and deletes it by its id', async () => {
    const { emulator, client } = await emulateClient()
    await client.organization.deleteOrganizationByExternalId('acme')
    expect(callsTo(emulator)).toEqual([
      'GET /organizations:external/acme',
      `DELETE /organizations/${acmeId}`,
    ])
    const error = await failureOf(
      client.organization.deleteOrganizationByExternalId({ externalId: 'acme' }),
    )
    expect(error.code).toBe('api_not_found')
    expect(callsTo(emulator)).toHaveLength(3)
  })
})

describe('generatePortalLink', () => {
  it('answers the link itself', async () => {
    const { emulator, client } = await emulateClient()
    expect(await client.organization.generatePortalLink(acmeId)).toEqual({
      id: expect.stringMatching(/^lnk_/),
      location: expect.stringContaining(`${emulator.url}/magicLink/`),
      expireTime: rfc3339,
    })
  })

  it('sends what the link is to open, in today’s way and in the old one', async () => {
    const { emulator, client } = await emulateClient()
    await client.organization.generatePortalLink(acmeId, { features: ['sso', 'dir_sync'] })
    await client.organization.generatePortalLink(acmeId, { sso: true, directorySync: false })
    await client.organization.generatePortalLink({ id: acmeId, features: ['sso'] })
    expect(callsTo(emulator)).toEqual([
      `PUT /organizations/${acmeId}/portal_links?features=sso&features=dir_sync`,
      `PUT /organizations/${acmeId}/portal_links?sso=true&directory_sync=false`,
      `PUT /organizations/${acmeId}/portal_links?features=sso`,
    ])
  })
})

describe('organizations', () => {
  it('goes through all of them, each once, a hundred to a page', async () => {
    const seeds = Array.from({ length: 145 }, (_, index) => ({ displayName: `Company ${index}` }))
    const { emulator, client } = await emulateClient({ organizations: seeds })
    const names = []
    for await (const { displayName } of client.organization.organizations()) names.push(displayName)
    expect(names).toEqual(seeds.map(({ displayName }) => displayName))
    expect(callsTo(emulator)).toHaveLength(2)
  })

  it('asks for no page that nobody gets to', async () => {
    const { emulator, client } = await emulateClient()
    const all = client.organization.organizations({ pageSize: 1 })
    expect(callsTo(emulator)).toEqual([])
    await all.next()
    expect(callsTo(emulator)).toHaveLength(1)
    await all.return()
    expect((await all.next()).done).toBe(true)
    expect(callsTo(emulator)).toHaveLength(1)
  })

  it('begins where it is told', async () => {
    const { client } = await emulateClient()
    const { nextPageToken } = await client.organization.listOrganization({ pageSize: 1 })
    const rest = client.organization.organizations({ pageToken: nextPageToken })
    expect((await rest.next()).value).toMatchObject({ displayName: 'Globex' })
  })

  it.each([
    ['the same page', ['a', 'a']],
    ['a page before the last', ['a', 'b', 'a']],
  ])('ends with an error when it is led back to %s', async (_case, tokens) => {
    const api = await startApi({
      api: (res, call) => {
        const next_page_token = tokens[call.count - 1] ?? 'z'
        json(200, { organizations: [{ id: `org_${call.count}` }], next_page_token })(res, call)
      },
    })
    const ids: string[] = []
    const walk = async () => {
      for await (const { id } of api.client().organization.organizations()) ids.push(id)
    }
    expect(await failureOf(walk())).toMatchObject({ code: 'page_token_repeated', status: 502 })
    expect(ids).toEqual(tokens.map((_, index) => `org_${index + 1}`))
    expect(api.calls).toHaveLength(tokens.length)
  })

  it('ends with an error when it is led back to where it was told to begin', async () => {
    const api = await startApi({
      api: json(200, { organizations: [{ id: 'org_1' }], next_page_token: 'a' }),
    })
    const list = api.client().organization.organizations({ pageToken: 'a' })
    expect((await list.next()).value).toEqual({ id: 'org_1' })
    expect(await failureOf(list.next())).toMatchObject({ code: 'page_token_repeated' })
    expect(api.calls).toHaveLength(1)
  })

  it.each([7, true, {}, ['a']])('does not take %j for the end of the list', async (token) => {
    const api = await startApi({ api: json(200, { organizations: [], next_page_token: token }) })
    const error = await failureOf(api.client().organization.organizations().next())
    expect(error).toMatchObject({ code: 'api_answer_invalid', status: 502 })
  })

  it('can be cancelled between two pages', async () => {
    const { client } = await emulateClient()
    const controller = new AbortController()
    const { signal } = controller
    const all = client.organization.organizations({ pageSize: 1, signal })
    await all.next()
    controller.abort()
    expect((await failureOf(all.next())).code).toBe('api_cancelled')
  })
})
