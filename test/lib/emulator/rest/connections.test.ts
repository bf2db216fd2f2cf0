import { describe, expect, it } from 'vitest'
import { signInAt } from '../../../support/sign-in-page.ts'
import { authorizeUrl, redirectOf } from '../application.ts'
import { emulateWithReceiver } from '../emulate.ts'
import { acmeId, apiOf, emulateApi, globexId } from './api.ts'

const acmeConnection = 'conn_69615647365005431'
const globexConnection = 'conn_70087756662964367'
const acmePath = `/organizations/${acmeId}/connections/${acmeConnection}`
const seed = { clock: () => Date.parse('2026-01-15T10:30:00Z') }

describe('the list of connections', () => {
  it('has what is needed to choose one', async () => {
    const { api } = await emulateApi(seed)
    expect(await api(`GET /connections?organization_id=${acmeId}`)).toEqual({
      status: 200,
      body: {
        connections: [
          {
            id: acmeConnection,
            provider: 'OKTA',
            type: 'SAML',
            status: 'COMPLETED',
            enabled: true,
            organization_id: acmeId,
            ui_button_title: '',
            domains: ['acme.example'],
            organization_name: 'Acme',
            provider_key: 'OKTA',
            key_id: '',
            created_at: '2026-01-15T10:30:00.000Z',
            mcp_server_url: '',
          },
        ],
      },
    })
  })

  it.each([
    ['of everybody', '', [acmeConnection, globexConnection]],
    ['of an organization', `?organization_id=${globexId}`, [globexConnection]],
    ['of a domain, whatever its case', '?domain=ACME.example', [acmeConnection]],
    ['of both, where they agree', `?organization_id=${acmeId}&domain=globex.example`, []],
    ['of a domain nobody has', '?domain=nobody.example', []],
    ['of an organization that is not there', '?organization_id=org_1', []],
    ['with the placeholder of the reference', '?include=all', [acmeConnection, globexConnection]],
    ['with another placeholder', '?include=none', [acmeConnection, globexConnection]],
  ])('is %s', async (_case, query, ids) => {
    const { api } = await emulateApi()
    const { body } = await api(`GET /connections${query}`)
    expect(idsIn(body)).toEqual(ids)
  })

  it.each([
    ['disabled', { enabled: false }],
    ['a draft', { status: 'DRAFT' as const }],
    ['in progress', { status: 'IN_PROGRESS' as const }],
  ])('holds one that is %s only where all are asked for', async (_case, connection) => {
    const organizations = [
      { displayName: 'A', domains: ['a.example'], connection: { id: 'conn_1', ...connection } },
      { displayName: 'B', domains: ['b.example'], connection: { id: 'conn_2' } },
    ]
    const { emulator, api } = await emulateApi({ organizations })
    const filters = ['', 'domain=a.example&', `organization_id=${emulator.organizations[0]!.id}&`]
    for (const filter of filters) {
      const active = await api(`GET /connections?${filter}`)
      expect(idsIn(active.body)).toEqual(filter === '' ? ['conn_2'] : [])
      const all = await api(`GET /connections?${filter}include=all`)
      expect(idsIn(all.body)).toEqual(filter === '' ? ['conn_1', 'conn_2'] : ['conn_1'])
    }
  })

  it('leaves out organizations that never configured one', async () => {
    const { api } = await emulateApi({ organizations: [{ displayName: 'A', connection: null }] })
    expect((await api('GET /connections')).body).toEqual({ connections: [] })
  })
})

describe('a connection', () => {
  it.each([
    ['SAML', acmeId, acmeConnection, 'saml_config', 'idp_sso_url'],
    ['OIDC', globexId, globexConnection, 'oidc_config', 'authorize_uri'],
  ])('that is %s is answered with its configuration', async (type, owner, id, config, member) => {
    const { api } = await emulateApi()
    const { status, body } = await api(`GET /organizations/${owner}/connections/${id}`)
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        connection: {
          id,
          type,
          organization_id: owner,
          enabled: true,
          status: 'COMPLETED',
          [config]: { [member]: expect.stringContaining('https://') },
        },
      },
    })
  })

  it.each(['GET', 'PATCH'])('of somebody else is not found: %s', async (method) => {
    const { api } = await emulateApi()
    const verb = method === 'PATCH' ? ':disable' : ''
    const path = `/organizations/${acmeId}/connections/${globexConnection}${verb}`
    expect((await api(`${method} ${path}`)).status).toBe(404)
  })

  it('that is disabled refuses sign-ins until it is enabled again', async () => {
    const { emulator, api } = await emulateApi()
    expect(await api(`PATCH ${acmePath}:disable`)).toEqual({
      status: 200,
      body: { enabled: false },
    })
    expect(await api(`GET ${acmePath}`)).toMatchObject({ body: { connection: { enabled: false } } })
    const refused = [{ organization_id: acmeId }, { connection_id: acmeConnection }]
    const answers = refused.map((changes) => redirectOf(authorizeUrl(emulator, changes)))
    expect((await Promise.all(answers)).map(({ params }) => params.error)).toEqual([
      'no_active_connections',
      'connection_not_active',
    ])
    expect(await api(`PATCH ${acmePath}:enable`)).toEqual({ status: 200, body: { enabled: true } })
    expect(await signInAt(authorizeUrl(emulator), 'ada@acme.example')).toContain('code=')
  })

  it.each([
    ['disabled', `PATCH ${acmePath}:disable`],
    ['deleted with its organization', `DELETE /organizations/${acmeId}`],
  ])('that is %s while somebody is on its page lets nobody in', async (_case, request) => {
    const { emulator, api } = await emulateApi()
    const page = await (await fetch(authorizeUrl(emulator))).text()
    await api(request)
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!
    const answer = await fetch(`${emulator.url}/emulator/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ request: field('request'), person: field('person') }),
      redirect: 'manual',
    })
    const { searchParams } = new URL(answer.headers.get('location')!)
    expect(searchParams.get('error')).toBe('connection_not_active')
    expect(searchParams.has('code')).toBe(false)
  })

  it('that was never set up to its end cannot be enabled', async () => {
    const { emulator, api } = await emulateApi({
      organizations: [{ displayName: 'A', connection: { enabled: false, status: 'IN_PROGRESS' } }],
    })
    const { id, connection } = emulator.organizations[0]!
    const answer = await api(`PATCH /organizations/${id}/connections/${connection!.id}:enable`)
    expect(answer).toEqual({
      status: 200,
      body: { enabled: false, error_message: expect.stringContaining('IN_PROGRESS') },
    })
    expect(connection!.enabled).toBe(false)
  })

  it('is told of in an event for each change and for nothing else', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const api = await apiOf(emulator)
    for (const verb of ['enable', 'disable', 'disable', 'enable']) {
      await api(`PATCH ${acmePath}:${verb}`)
    }
    await emulator.settled()
    const data = {
      id: acmeConnection,
      organization_id: acmeId,
      connection_type: 'SAML',
      provider: 'OKTA',
      status: 'COMPLETED',
    }
    expect(receiver.received.map(({ event }) => event)).toMatchObject([
      { type: 'organization.sso_disabled', data: { ...data, enabled: false } },
      { type: 'organization.sso_enabled', data: { ...data, enabled: true } },
    ])
  })
})

function idsIn(body: unknown): readonly string[] {
  return (body as { connections: readonly { id: string }[] }).connections.map(({ id }) => id)
}
