import { expect } from 'vitest'
import { emulate } from '../emulate.ts'
import { acmeId, ask, emulateApi, organizationIn } from '../rest/api.ts'
import { type Behaviour, behaviour } from './behaviour.ts'

const people = '/organizations/org_69615647365005430/directories/dir_69615647365005432/users'

export const managementBehaviours: readonly Behaviour[] = [
  behaviour('A call without a token gets 401 and `Token empty`', 'as documented', async () => {
    const answer = await ask(await emulate(), 'GET /organizations')
    expect(answer).toMatchObject({ status: 401, body: { code: 16, message: 'Token empty' } })
  }),
  behaviour(
    'Lists have 1 to 30 entries on a page, and 10 by default',
    'as documented',
    async () => {
      const { api } = await emulateApi({ organizations: numbered(31) })
      expect(await countOf(api, '')).toBe(10)
      expect(await countOf(api, '?page_size=30')).toBe(30)
      const { api: ofAcme } = await emulateApi()
      expect((await ofAcme(`GET ${people}?page_size=30`)).status).toBe(200)
      expect((await ofAcme(`GET ${people}?page_size=31`)).status).toBe(400)
    },
  ),
  behaviour('Today, a page of organizations has up to 100', 'as documented', async () => {
    const { api } = await emulateApi({ organizations: numbered(101) })
    expect(await countOf(api, '?page_size=100')).toBe(100)
    expect((await api('GET /organizations?page_size=101')).status).toBe(400)
  }),
  behaviour('Requests have the documented fields', 'stricter', async () => {
    const { api } = await emulateApi()
    expect((await api('GET /organizations?colour=red')).status).toBe(400)
    const sent = { display_name: 'Initech', colour: 'red' }
    expect((await api('POST /organizations', sent)).status).toBe(400)
  }),
  behaviour('Bodies may be form-encoded', 'stricter', async () => {
    const { api } = await emulateApi()
    expect((await api('POST /organizations', 'display_name=Initech')).status).toBe(400)
  }),
  behaviour(
    '`external_id` beside `id` names an organization to change or delete',
    'absent',
    async () => {
      const { api } = await emulateApi()
      expect((await api(`DELETE /organizations/${acmeId}?external_id=acme`)).status).toBe(400)
      expect((await api('GET /organizations:external/acme')).status).toBe(200)
    },
  ),
  behaviour('Metadata has up to 10 entries', 'as documented', async () => {
    const { api } = await emulateApi()
    const [ten, eleven] = [10, 11].map((count) => ({
      display_name: 'Initech',
      metadata: Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, 'x'])),
    }))
    expect((await api('POST /organizations', ten)).status).toBe(201)
    expect((await api('POST /organizations', eleven)).status).toBe(400)
  }),
  behaviour('Logos are `https` URLs', 'as documented', async () => {
    const { api } = await emulateApi()
    const send = (logo_url: string) => api(`PATCH /organizations/${acmeId}`, { logo_url })
    expect((await send('http://a.example/logo.svg')).status).toBe(400)
    expect(organizationIn(await send('https://a.example/l.svg'))).toHaveProperty('logo_url')
  }),
  behaviour(
    'Features are `sso`, `dir_sync`, `domain_verification` and `session_policy`',
    'as documented',
    async () => {
      const { api } = await emulateApi()
      const set = (name: string) =>
        api(`PATCH /organizations/${acmeId}/settings`, { features: [{ name, enabled: true }] })
      for (const name of ['sso', 'dir_sync', 'domain_verification', 'session_policy']) {
        expect((await set(name)).status).toBe(200)
      }
      expect((await set('scim')).status).toBe(400)
    },
  ),
  behaviour(
    'Only active connections are listed without `include=all`',
    'as documented',
    async () => {
      const { api } = await emulateApi({
        organizations: [{ displayName: 'A', connection: { enabled: false } }],
      })
      expect((await api('GET /connections')).body).toEqual({ connections: [] })
      expect((await api('GET /connections?include=all')).body).not.toEqual({ connections: [] })
    },
  ),
  behaviour('`updated_after` is a time of ISO 8601', 'stricter', async () => {
    const { api } = await emulateApi()
    expect((await api(`GET ${people}?updated_after=2024-01-05`)).status).toBe(400)
    expect((await api(`GET ${people}?updated_after=2024-01-05T14:48:00.000Z`)).status).toBe(200)
  }),
  behaviour('Too many calls get 429', 'laxer', async () => {
    const { api } = await emulateApi()
    const many = await Promise.all(Array.from({ length: 100 }, () => api('GET /connections')))
    expect(many.filter(({ status }) => status !== 200)).toEqual([])
    const limited = await emulateApi({ rateLimitPerMinute: 1 })
    await limited.api('GET /connections')
    expect((await limited.api('GET /connections')).status).toBe(429)
  }),
  behaviour('A portal link of the API opens for a week', 'as documented', async () => {
    const { emulator, api } = await emulateApi()
    const { body } = await api(`PUT /organizations/${acmeId}/portal_links`)
    const { location } = (body as { link: { location: string } }).link
    emulator.advance(7 * 86_400 - 1)
    expect((await fetch(location)).status).toBe(200)
    emulator.advance(1)
    expect((await fetch(location)).status).toBe(400)
  }),
  behaviour('The sessions of a user', 'as documented', async () => {
    const { emulator, api } = await emulateApi()
    await emulator.signIn('ada@acme.example')
    const [{ id, userId } = { id: '', userId: '' }] = emulator.sessions
    const { body } = await api(`GET /users/${userId}/sessions`)
    expect(body).toMatchObject({ sessions: [{ session_id: id }] })
  }),
  behaviour('An organization’s own clients', 'as documented', async () => {
    const { api } = await emulateApi()
    expect((await api(`GET /organizations/${acmeId}/clients`)).status).toBe(200)
  }),
  behaviour('Session policies', 'as documented', async () => {
    const { api } = await emulateApi()
    // The feature has to be enabled first, as at Scalekit.
    expect((await api(`GET /organizations/${acmeId}/session-policy`)).status).not.toBe(501)
  }),
  ...[
    ['Users, memberships and invitations', 'GET /users'],
    ['Roles and permissions', 'GET /roles'],
    ['Domains', `GET /organizations/${acmeId}/domains`],
    ['Passwordless sign-in by your own pages', 'POST /passwordless/email/send'],
    ['API keys', 'POST /tokens:validate'],
    ['The log of events', 'POST /events/paginated'],
  ].map(([documented, request]) =>
    behaviour(documented!, 'absent', async () => {
      const [method, path] = request!.split(' ')
      const answer = await fetch(`${(await emulate()).url}/api/v1${path}`, { method: method! })
      expect(answer.status).toBe(501)
    }),
  ),
]

function numbered(count: number) {
  return Array.from({ length: count }, (_, at) => ({ displayName: `${at}` }))
}

async function countOf(api: Awaited<ReturnType<typeof emulateApi>>['api'], query: string) {
  const { body } = await api(`GET /organizations${query}`)
  return (body as { organizations: readonly unknown[] }).organizations.length
}
