import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../../../src/testing.ts'
import { postToken } from '../application.ts'
import { type Api, acmeId, ask, emulateApi, globexId } from './api.ts'

const path = `/organizations/${acmeId}/clients`
const startedAt = 1_800_000_000_000
const now = startedAt / 1000

const details = {
  name: 'Nightly export',
  description: 'Reads invoices',
  scopes: ['invoices:read', 'invoices:list'],
  audience: ['https://api.app.example'],
  custom_claims: [{ key: 'region', value: 'eu' }],
  expiry: 600,
}

async function create(api: Api, body: unknown = details) {
  const answer = await api(`POST ${path}`, body)
  return answer.body as {
    client: { client_id: string; secrets: { id: string }[] }
    plain_secret: string
  }
}

function tokenOf(emulator: Emulator, client_id: string, client_secret: string, more = {}) {
  const params = { grant_type: 'client_credentials', client_id, client_secret, ...more }
  return postToken(emulator, new URLSearchParams(params))
}

async function claimsOf({ url }: Emulator, token: string, now?: number) {
  const keys = createRemoteJWKSet(new URL(`${url}/keys`))
  const at = now === undefined ? {} : { currentDate: new Date(now * 1000) }
  return (await jwtVerify(token, keys, { issuer: url, ...at })).payload
}

describe('a client of an organization', () => {
  it('is made with a secret that is told once', async () => {
    const { api } = await emulateApi({ clock: () => startedAt })
    const { client, plain_secret } = await create(api)
    const told = {
      ...details,
      client_id: expect.stringMatching(/^m2morg_\d{18}$/),
      organization_id: acmeId,
      expiry: '600',
      create_time: '2027-01-15T08:00:00.000Z',
      update_time: '2027-01-15T08:00:00.000Z',
      resource_id: '',
      redirect_uris: [],
      is_dcr: false,
      is_cimd: false,
      metadata_uri: '',
      secrets: [
        {
          id: expect.stringMatching(/^sec_\d{18}$/),
          secret_suffix: plain_secret.slice(-4),
          status: 'ACTIVE',
          create_time: '2027-01-15T08:00:00.000Z',
          update_time: '2027-01-15T08:00:00.000Z',
        },
      ],
    }
    expect(client).toEqual(told)
    const read = await api(`GET ${path}/${client.client_id}`)
    expect(read).toEqual({ status: 200, body: { client: told } })
    expect(JSON.stringify(read)).not.toContain(plain_secret)
  })

  it('gets tokens that say which organization it acts for', async () => {
    const { emulator, api } = await emulateApi({ clock: () => startedAt })
    const { client, plain_secret } = await create(api)
    const { status, body } = await tokenOf(emulator, client.client_id, plain_secret)
    expect({ status, ...body }).toEqual({
      status: 200,
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'invoices:read invoices:list',
    })
    expect(await claimsOf(emulator, body.access_token, now)).toEqual({
      iss: emulator.url,
      sub: client.client_id,
      client_id: client.client_id,
      oid: acmeId,
      aud: ['https://api.app.example'],
      iat: now,
      nbf: now,
      exp: now + 600,
      jti: expect.stringMatching(/^tkn_/),
      scopes: ['invoices:read', 'invoices:list'],
      custom_claims: { region: 'eu' },
    })
  })

  it('gets tokens without aud and custom claims where none are set, for an hour', async () => {
    const { emulator, api } = await emulateApi()
    const { client, plain_secret } = await create(api, { name: 'Bare' })
    const { body } = await tokenOf(emulator, client.client_id, plain_secret)
    const claims = await claimsOf(emulator, body.access_token)
    expect(claims).not.toHaveProperty('aud')
    expect(claims).not.toHaveProperty('custom_claims')
    expect(claims.exp! - claims.iat!).toBe(3600)
    expect(claims.scopes).toEqual([])
  })

  it.each([
    ['its scopes, one by one', { scope: 'invoices:list' }, 200, 'invoices:list'],
    ['no other scope', { scope: 'invoices:write' }, 400, 'invalid_scope'],
    ['no code', { grant_type: 'authorization_code', code: 'c' }, 400, 'unauthorized_client'],
    ['no refresh', { grant_type: 'refresh_token', refresh_token: 'r' }, 400, 'unauthorized_client'],
  ])('may ask for %s', async (_what, more, status, said) => {
    const { emulator, api } = await emulateApi()
    const { client, plain_secret } = await create(api)
    const answer = await tokenOf(emulator, client.client_id, plain_secret, more)
    expect([answer.status, answer.body.scope ?? answer.body.error]).toEqual([status, said])
  })

  it('is no one with another secret, or with that of the application', async () => {
    const { emulator, api } = await emulateApi()
    const { client } = await create(api)
    const other = await create(api)
    for (const secret of ['', other.plain_secret, emulator.options.clientSecret]) {
      const answer = await tokenOf(emulator, client.client_id, secret)
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
    }
  })

  it('may not call the management API', async () => {
    const { emulator, api } = await emulateApi()
    const { client, plain_secret } = await create(api)
    const { body } = await tokenOf(emulator, client.client_id, plain_secret)
    const headers = { authorization: `Bearer ${body.access_token}` }
    expect((await ask(emulator, `GET ${path}`, headers)).status).toBe(401)
  })

  it('is listed with its own organization, by pages', async () => {
    const { api } = await emulateApi()
    const names = Array.from({ length: 11 }, (_, at) => `client ${at}`)
    for (const name of names) await create(api, { name })
    const first = (await api(`GET ${path}`)).body as {
      clients: { name: string }[]
      next_page_token: string
      total_size: number
    }
    expect(first.clients.map(({ name }) => name)).toEqual(names.slice(0, 10))
    expect(first.total_size).toBe(11)
    const next = await api(`GET ${path}?page_token=${first.next_page_token}&page_size=100`)
    expect(next.body).toMatchObject({ clients: [{ name: 'client 10' }], next_page_token: '' })
    expect((await api(`GET /organizations/${globexId}/clients`)).body).toMatchObject({
      clients: [],
    })
    expect((await api(`GET ${path}?page_size=9`)).status).toBe(400)
  })

  it('keeps what a change leaves out', async () => {
    const { api } = await emulateApi()
    const { client } = await create(api)
    const changed = await api(`PATCH ${path}/${client.client_id}`, { scopes: [], expiry: '900' })
    expect(changed.body).toMatchObject({
      client: { ...details, scopes: [], expiry: '900', client_id: client.client_id },
    })
  })

  it('has as many secrets as it is given, and none that was deleted', async () => {
    const { emulator, api } = await emulateApi()
    const { client, plain_secret } = await create(api)
    const one = `${path}/${client.client_id}`
    const { body } = await api(`POST ${one}/secrets`)
    const second = (body as { plain_secret: string }).plain_secret
    expect((await tokenOf(emulator, client.client_id, second)).status).toBe(200)
    expect((await tokenOf(emulator, client.client_id, plain_secret)).status).toBe(200)
    const first = client.secrets[0]!.id
    expect(await api(`DELETE ${one}/secrets/${first}`)).toEqual({ status: 200, body: {} })
    expect((await api(`DELETE ${one}/secrets/${first}`)).status).toBe(404)
    expect((await tokenOf(emulator, client.client_id, plain_secret)).status).toBe(401)
    expect((await api(`GET ${one}`)).body).toMatchObject({
      client: {
        secrets: [{ secret_suffix: second.slice(-4), last_used_time: expect.any(String) }],
      },
    })
  })

  it.each<[string, (api: Api, client: string) => unknown]>([
    ['it is deleted', (api, client) => api(`DELETE ${path}/${client}`)],
    ['its organization is deleted', (api) => api(`DELETE /organizations/${acmeId}`)],
  ])('is gone once %s', async (_what, remove) => {
    const { emulator, api } = await emulateApi()
    const { client, plain_secret } = await create(api)
    await remove(api, client.client_id)
    expect((await api(`GET ${path}/${client.client_id}`)).status).toBe(404)
    expect((await tokenOf(emulator, client.client_id, plain_secret)).status).toBe(401)
  })

  it('of another organization is not found', async () => {
    const { api } = await emulateApi()
    const { client } = await create(api)
    const there = `/organizations/${globexId}/clients/${client.client_id}`
    for (const method of ['GET', 'DELETE'])
      expect((await api(`${method} ${there}`)).status).toBe(404)
    expect((await api(`PATCH ${there}`, { name: 'x' })).status).toBe(404)
  })

  it.each([
    ['a long name', { name: 'a'.repeat(129) }],
    ['an unknown field', { secret: 'mine' }],
    ['a claim without a key', { custom_claims: [{ value: 'x' }] }],
    ['an expiry of nothing', { expiry: 0 }],
    ['no object', []],
  ])('is not made with %s', async (_what, body) => {
    const { api } = await emulateApi()
    expect((await api(`POST ${path}`, body)).status).toBe(400)
  })
})
