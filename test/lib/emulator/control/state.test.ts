import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startEmulator } from '../../../../src/testing.ts'
import { eventually } from '../../../support/eventually.ts'
import { authorizeUrl, postToken, redirectOf, tokensFor } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'
import { startReceiver } from '../receiver.ts'
import { apiOf } from '../rest/api.ts'
import { acmeDirectory, ask } from './control.ts'

describe('a reset', () => {
  it('goes back to the seed and forgets what came after it', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const before = JSON.stringify(emulator.organizations)
    const tokens = await tokensFor(emulator)
    await ask(emulator, 'DELETE /organizations/globex')
    await ask(emulator, 'PATCH /people/ada@acme.example', { roles: [] })
    await ask(emulator, 'POST /faults', { path: '/keys', status: 500 })
    emulator.advance(3600)
    expect((await ask(emulator, 'POST /reset')).status).toBe(204)
    expect(JSON.stringify(emulator.organizations)).toBe(before)
    const { sessions, faults, requests, deliveries, subscriptions } = emulator
    expect({ sessions, faults, requests, deliveries, subscriptions }).toEqual({
      sessions: [],
      faults: [],
      requests: [],
      deliveries: [],
      subscriptions: [],
    })
    expect(emulator.now() - Date.now()).toBeLessThan(60_000)
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await fetch(`${emulator.url}/userinfo`, { headers })).status).toBe(401)
    const sent = receiver.received.length
    await emulator.deliver('user.login')
    expect(receiver.received).toHaveLength(sent)
  })

  it('keeps the subscriptions of the seed and the keys', async () => {
    const receiver = await startReceiver('whsec_dGVzdF9zZWNyZXRfb2ZfdHdlbnR5X2ZvdXJfYnl0ZXM=')
    const webhooks = [
      { url: receiver.url, secret: 'whsec_dGVzdF9zZWNyZXRfb2ZfdHdlbnR5X2ZvdXJfYnl0ZXM=' },
    ]
    const emulator = await emulate({ webhooks })
    const keys = async () => await (await fetch(`${emulator.url}/keys`)).text()
    const before = await keys()
    emulator.reset()
    expect(await keys()).toBe(before)
    await emulator.deliver('user.login')
    expect(receiver.received).toMatchObject([{ problem: undefined }])
  })

  it('lets no attempt through that was still to come', async () => {
    const { emulator, receiver } = await emulateWithReceiver({}, [503])
    await emulator.deliver('user.login')
    emulator.reset()
    emulator.advance(86_400)
    await emulator.settled()
    expect(receiver.received).toHaveLength(1)
  })
})

describe('a state', () => {
  it('is taken over by another emulator: people, sessions, tokens, keys, subscriptions, clock', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const scope = 'openid email offline_access'
    const tokens = await tokensFor(emulator, { scope })
    await ask(emulator, 'PATCH /people/ada@acme.example', { permissions: ['x'] })
    await ask(emulator, 'DELETE /organizations/globex')
    emulator.advance(60)
    const { body: state } = await ask(emulator, 'GET /state')

    const other = await emulate()
    expect((await ask(other, 'PUT /state', state)).status).toBe(204)
    expect(other.organizations).toEqual(emulator.organizations)
    expect(other.sessions).toEqual(emulator.sessions)
    expect(other.subscriptions).toMatchObject([{ url: receiver.url }])
    expect(Math.abs(other.now() - emulator.now())).toBeLessThan(10_000)
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await fetch(`${other.url}/userinfo`, { headers })).status).toBe(200)
    const refreshed = await refresh(other, tokens.refresh_token)
    expect(refreshed.status).toBe(200)
    const kid = (token: string) => decodeProtectedHeader(token).kid
    expect(kid(refreshed.body.access_token)).toBe(kid(tokens.access_token))
    const [{ id } = { id: '' }] = other.sessions
    await ask(other, `DELETE /sessions/${id}`)
    expect((await refresh(other, refreshed.body.refresh_token)).status).toBe(400)
  })

  it('has the answer of a refresh token that was used, and the clients of organizations', async () => {
    const emulator = await emulate()
    const { refresh_token } = await tokensFor(emulator, { scope: 'openid offline_access' })
    const first = await refresh(emulator, refresh_token)
    const api = await apiOf(emulator)
    const { body } = await api('POST /organizations/org_69615647365005430/clients', { name: 'ci' })
    const { client, plain_secret } = body as { client: { client_id: string }; plain_secret: string }
    const other = await emulate()
    await ask(other, 'PUT /state', (await ask(emulator, 'GET /state')).body)
    expect((await refresh(other, refresh_token)).body).toEqual(first.body)
    const credentials = { client_id: client.client_id, client_secret: plain_secret }
    const asked = new URLSearchParams({ grant_type: 'client_credentials', ...credentials })
    expect((await postToken(other, asked)).status).toBe(200)
  })

  it('holds sessions by the people who have them', async () => {
    const emulator = await emulate()
    await tokensFor(emulator)
    emulator.importState(await emulator.exportState())
    const [{ id } = { id: '' }] = emulator.sessions
    const cookie = `scalekit_emulator_${new URL(emulator.url).port}=${id}`
    const silently = () => redirectOf(authorizeUrl(emulator, { prompt: 'none' }), { cookie })
    expect((await silently()).params).toHaveProperty('code')
    emulator.updatePerson('ada@acme.example', { active: false })
    expect((await silently()).params.error).toBe('login_required')
  })

  it('is a copy: what changes later does not change it', async () => {
    const emulator = await emulate()
    const state = await emulator.exportState()
    emulator.updatePerson('ada@acme.example', { active: false })
    emulator.importState(state)
    emulator.updatePerson('ada@acme.example', { active: false })
    emulator.importState(state)
    const [ada] = emulator.people()
    expect(ada).not.toHaveProperty('refusal')
  })

  it('sends only what changed while a directory was disabled', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    await ask(emulator, `POST /directories/${acmeDirectory}/disable`)
    await ask(emulator, 'POST /people/ada@acme.example/deactivate')
    // As a file holds it: what was one object is two now.
    await ask(emulator, 'PUT /state', (await ask(emulator, 'GET /state')).body)
    await ask(emulator, `POST /directories/${acmeDirectory}/enable`)
    await emulator.settled()
    expect(receiver.types()).toEqual([
      'organization.directory_disabled',
      'organization.directory_enabled',
      'organization.directory.user_updated',
    ])
  })

  it.each<[string, string, unknown]>([
    ['`sessions` is missing', 'sessions', undefined],
    ['`organizations` must be an array', 'organizations', {}],
    [
      '`organizations[0]` has no usable `people`',
      'organizations',
      [{ id: 'org_1', displayName: 'A' }],
    ],
    ['`keys` must contain a published key', 'keys', []],
    ['`grants` and tokens must name', 'refreshTokens', { token: { grant: 7 } }],
    [
      '`keys[0].jwk` must be a private RSA key',
      'keys',
      [{ kid: 'snk_1', isPublished: true, jwk: { kty: 'RSA' } }],
    ],
  ])('that is broken changes nothing: %s', async (problem, member, value) => {
    const emulator = await emulate()
    const state = { ...(await emulator.exportState()), [member]: value }
    const { status, body } = await ask(emulator, 'PUT /state', state)
    expect([status, body.error]).toEqual([400, 'invalid_request'])
    expect(body.error_description).toContain(problem)
    expect(emulator.organizations).toHaveLength(2)
    expect((await fetch(`${emulator.url}/keys`)).status).toBe(200)
  })
})

describe('a state file', () => {
  it('keeps changes between runs, each as soon as it was answered', async () => {
    const stateFile = await stateIn('state.json')
    const first = await startEmulator({ stateFile })
    await ask(first, 'POST /people/ada@acme.example/deactivate')
    await eventually(async () => expect(await readFile(stateFile, 'utf8')).toContain(refused))
    const { access_token } = await tokensFor(first, {}, 'grace@acme.example')
    await first.close()
    const second = await emulate({ stateFile })
    expect(second.people()[0]).toMatchObject({ refusal: 'user_not_active' })
    const headers = { authorization: `Bearer ${access_token}` }
    expect((await fetch(`${second.url}/userinfo`, { headers })).status).toBe(200)
  })

  it('keeps what a test did without a request, at the end', async () => {
    const stateFile = await stateIn('state.json')
    const first = await startEmulator({ stateFile })
    first.removeOrganization('globex')
    await first.close()
    expect((await emulate({ stateFile })).organizations).toHaveLength(1)
  })

  it('is readable by its owner only, and no half of it is ever there', async () => {
    const stateFile = await stateIn('state.json')
    const emulator = await emulate({ stateFile })
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600)
    for (let change = 0; change < 10; change += 1) {
      await ask(emulator, 'PATCH /people/ada@acme.example', { roles: [`role-${change}`] })
      expect(JSON.parse(await readFile(stateFile, 'utf8'))).toHaveProperty('version', 1)
    }
    await emulator.close()
    expect(await readFile(stateFile, 'utf8')).toContain('role-9')
    expect(await readdir(join(stateFile, '..'))).toEqual(['state.json'])
  })

  it('adds the webhooks of the seed to those it keeps', async () => {
    const stateFile = await stateIn('state.json')
    const url = (port: number) => `http://localhost:${port}/webhooks`
    const first = await startEmulator({ stateFile, webhooks: [{ url: url(1) }] })
    await first.close()
    const second = await emulate({ stateFile, webhooks: [{ url: url(1) }, { url: url(2) }] })
    expect(second.subscriptions.map((each) => each.url)).toEqual([url(1), url(2)])
  })

  it.each([
    ['{', /state\.json is not JSON: see line 1/],
    ['[]', /state\.json is not a state of this emulator: .*must be an object.*Remove the file/],
    ['{"version":2}', /`version` must be 1/],
  ])(
    'that is broken is an error that names it, and stays as it is: %s',
    async (content, message) => {
      const stateFile = await stateIn('state.json')
      await writeFile(stateFile, content)
      await expect(startEmulator({ stateFile })).rejects.toThrow(message)
      expect(await readFile(stateFile, 'utf8')).toBe(content)
    },
  )

  it('that cannot be written is an error that names it', async () => {
    const stateFile = await stateIn('no-such-folder/state.json')
    await expect(startEmulator({ stateFile })).rejects.toThrow(
      'no-such-folder/state.json cannot be written: ENOENT',
    )
  })

  it('is refused in production, where an emulator was allowed', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const stateFile = await stateIn('state.json')
    const starting = startEmulator({ stateFile, dangerouslyAllowEmulator: true })
    await expect(starting).rejects.toThrow('keeps no state while NODE_ENV is production')
    vi.unstubAllEnvs()
  })
})

const refused = '"refusal": "user_not_active",\n          "claims"'

function refresh(emulator: Parameters<typeof postToken>[0], refreshToken: string) {
  return postToken(
    emulator,
    new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: emulator.options.clientId,
      client_secret: emulator.options.clientSecret,
    }),
  )
}

async function stateIn(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'express-scalekit-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, name)
}
