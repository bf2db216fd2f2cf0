import { describe, expect, it } from 'vitest'
import { authorizeUrl, postToken, redirectOf, refreshParams, tokensFor } from '../application.ts'
import { emulateWithReceiver } from '../emulate.ts'
import { type Api, acmeId, apiOf, emulateApi, globexId, namesIn, organizationIn } from './api.ts'

const startedAt = Date.parse('2026-01-15T10:30:00Z')
const seed = { clock: () => startedAt }

describe('an organization', () => {
  it('is answered with every attribute it has', async () => {
    const { api } = await emulateApi(seed)
    expect(await api(`GET /organizations/${acmeId}`)).toEqual({
      status: 200,
      body: {
        organization: {
          id: acmeId,
          create_time: '2026-01-15T10:30:00.000Z',
          update_time: '2026-01-15T10:30:00.000Z',
          display_name: 'Acme',
          region_code: 'US',
          external_id: 'acme',
          metadata: {},
          settings: {
            features: [
              { name: 'sso', enabled: true },
              { name: 'dir_sync', enabled: true },
            ],
          },
        },
      },
    })
  })

  it('is made with what was sent, at the time it was sent', async () => {
    const { emulator, api } = await emulateApi(seed)
    emulator.advance(60)
    const sent = {
      display_name: 'Initech',
      external_id: 'initech/1',
      metadata: { plan: 'gold' },
      region_code: 'EU',
      slug: 'initech',
      logo_url: 'https://initech.example/logo.svg',
    }
    const created = await api('POST /organizations', sent)
    expect(created).toMatchObject({
      status: 201,
      body: {
        organization: {
          ...sent,
          id: expect.stringMatching(/^org_\d{18}$/),
          create_time: '2026-01-15T10:31:00.000Z',
          update_time: '2026-01-15T10:31:00.000Z',
        },
      },
    })
    const { id } = organizationIn(created)
    expect((await api(`GET /organizations/${id}`)).body).toEqual(created.body)
    expect((await api('GET /organizations:external/initech%2F1')).body).toEqual(created.body)
  })

  it('may be sent in camelCase, as protobuf allows', async () => {
    const { api } = await emulateApi()
    const created = await api('POST /organizations', { displayName: 'Initech', externalId: 'i1' })
    expect(organizationIn(created)).toMatchObject({ display_name: 'Initech', external_id: 'i1' })
  })

  it('that is new cannot be signed in to with Modular SSO, because it has no connection', async () => {
    const { emulator, api } = await emulateApi({ product: 'sso' })
    const { id } = organizationIn(await api('POST /organizations', { display_name: 'Initech' }))
    const { params } = await redirectOf(authorizeUrl(emulator, { organization_id: String(id) }))
    expect(params.error).toBe('no_configured_connections')
  })

  it('is changed in what is sent and in nothing else', async () => {
    const { emulator, api } = await emulateApi(seed)
    await api(`PATCH /organizations/${acmeId}`, { metadata: { plan: 'gold' }, slug: 'acme' })
    emulator.advance(5)
    const changed = await api(`PATCH /organizations/${acmeId}`, {
      display_name: 'Acme Corp',
      metadata: {},
      slug: '',
    })
    expect(changed.status).toBe(200)
    expect(organizationIn(changed)).toMatchObject({
      display_name: 'Acme Corp',
      external_id: 'acme',
      metadata: { plan: 'gold' },
      create_time: '2026-01-15T10:30:00.000Z',
      update_time: '2026-01-15T10:30:05.000Z',
    })
    expect(organizationIn(changed)).not.toHaveProperty('slug')
  })

  it('is found under its new external id and no longer under the old one', async () => {
    const { api } = await emulateApi()
    await api(`PATCH /organizations/${acmeId}`, { external_id: 'acme-2' })
    expect((await api('GET /organizations:external/acme')).status).toBe(404)
    expect(organizationIn(await api('GET /organizations:external/acme-2')).id).toBe(acmeId)
  })

  it('loses its external id when an empty one is sent', async () => {
    const { api } = await emulateApi()
    const changed = await api(`PATCH /organizations/${acmeId}`, { external_id: '' })
    expect(organizationIn(changed)).not.toHaveProperty('external_id')
  })

  it.each<[string, (api: Api) => ReturnType<Api>]>([
    [
      'a new one',
      (api) => api('POST /organizations', { display_name: 'X', external_id: 'globex' }),
    ],
    ['a changed one', (api) => api(`PATCH /organizations/${acmeId}`, { external_id: 'globex' })],
  ])('keeps its external id from %s', async (_case, call) => {
    const { api } = await emulateApi()
    expect(await call(api)).toMatchObject({ status: 409, body: { code: 6 } })
    expect(organizationIn(await api('GET /organizations:external/globex')).id).toBe(globexId)
  })

  it('may be sent its own external id again', async () => {
    const { api } = await emulateApi()
    expect((await api(`PATCH /organizations/${acmeId}`, { external_id: 'acme' })).status).toBe(200)
  })

  it('has its features set by name', async () => {
    const { api } = await emulateApi()
    const settings = { features: [{ name: 'sso', enabled: false }] }
    const changed = await api(`PATCH /organizations/${acmeId}/settings`, settings)
    expect(organizationIn(changed)).toMatchObject({
      settings: {
        features: [
          { name: 'sso', enabled: false },
          { name: 'dir_sync', enabled: true },
        ],
      },
    })
  })

  it('is gone once it is deleted, and so are its sign-ins', async () => {
    const { emulator, api } = await emulateApi()
    const { refresh_token } = await tokensFor(emulator, { scope: 'openid offline_access' })
    expect(await api(`DELETE /organizations/${acmeId}`)).toEqual({ status: 200, body: {} })
    expect((await api(`GET /organizations/${acmeId}`)).status).toBe(404)
    expect(emulator.organizations.map(({ displayName }) => displayName)).toEqual(['Globex'])
    const url = authorizeUrl(emulator, { organization_id: acmeId })
    expect((await redirectOf(url)).params.error).toBe('invalid_organization_id')
    const refreshed = await postToken(emulator, refreshParams(emulator, refresh_token))
    expect(refreshed.body).toMatchObject({ error: 'invalid_grant' })
  })

  it('is told of in events when it is made, changed and deleted', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const api = await apiOf(emulator)
    const { id } = organizationIn(await api('POST /organizations', { display_name: 'Initech' }))
    await api(`PATCH /organizations/${id}`, { display_name: 'Initrode' })
    await api(`DELETE /organizations/${id}`)
    await emulator.settled()
    expect(receiver.received.map(({ event }) => event)).toMatchObject([
      { type: 'organization.created', data: { id, display_name: 'Initech', external_id: null } },
      { type: 'organization.updated', data: { id, display_name: 'Initrode' } },
      { type: 'organization.deleted', data: { id, deleted_at: expect.any(String) } },
    ])
  })
})

describe('the list of organizations', () => {
  it('has ten on a page and says how many there are', async () => {
    const { api } = await withOrganizations(12)
    const first = await api('GET /organizations')
    expect(namesIn(first)).toHaveLength(10)
    expect(first.body).toMatchObject({ total_size: 12, prev_page_token: '' })
  })

  it('is walked to its end and back by its tokens', async () => {
    const { api } = await withOrganizations(7)
    const there = await walk(api, 'next_page_token', '')
    expect(there.pages).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']])
    const back = await walk(api, 'prev_page_token', there.lastPrevious)
    expect(back.pages).toEqual([
      ['4', '5', '6'],
      ['1', '2', '3'],
    ])
  })

  it('goes on where it was when an organization on the page was deleted', async () => {
    const { emulator, api } = await withOrganizations(4)
    const first = await api('GET /organizations?page_size=2')
    await api(`DELETE /organizations/${emulator.organizations[1]!.id}`)
    const token = tokenIn(first, 'next_page_token')
    expect(namesIn(await api(`GET /organizations?page_token=${token}`))).toEqual(['3', '4'])
  })

  it('goes on from an empty page, where all before it was deleted', async () => {
    const { emulator, api } = await withOrganizations(3)
    const page = (token: string) => api(`GET /organizations?page_size=1&page_token=${token}`)
    const second = await page(tokenIn(await page(''), 'next_page_token'))
    await api(`DELETE /organizations/${emulator.organizations[0]!.id}`)
    const before = await page(tokenIn(second, 'prev_page_token'))
    expect(namesIn(before)).toEqual([])
    expect(namesIn(await page(tokenIn(before, 'next_page_token')))).toEqual(['2'])
  })

  it('is filtered by external id', async () => {
    const { api } = await emulateApi()
    expect(namesIn(await api('GET /organizations?external_id=globex'))).toEqual(['Globex'])
    expect(namesIn(await api('GET /organizations?externalId=nobody'))).toEqual([])
  })

  it('has at most a hundred on a page', async () => {
    const { api } = await withOrganizations(101)
    expect(namesIn(await api('GET /organizations?page_size=100'))).toHaveLength(100)
  })
})

function withOrganizations(count: number) {
  const organizations = Array.from({ length: count }, (_, index) => ({
    displayName: `${index + 1}`,
  }))
  return emulateApi({ organizations })
}

type PageToken = 'next_page_token' | 'prev_page_token'

async function walk(api: Api, direction: PageToken, from: string) {
  const pages: (readonly unknown[])[] = []
  let [token, lastPrevious] = [from, '']
  do {
    const answer = await api(`GET /organizations?page_size=3&page_token=${token}`)
    pages.push(namesIn(answer))
    token = tokenIn(answer, direction)
    lastPrevious = decodeURIComponent(tokenIn(answer, 'prev_page_token'))
  } while (token !== '')
  return { pages, lastPrevious: encodeURIComponent(lastPrevious) }
}

function tokenIn({ body }: { readonly body: unknown }, name: PageToken): string {
  return encodeURIComponent((body as Readonly<Record<PageToken, string>>)[name])
}
