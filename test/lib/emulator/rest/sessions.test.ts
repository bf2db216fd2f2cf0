import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../../../src/testing.ts'
import { authorizeUrl, postToken, redirectOf, refreshParams, tokensFor } from '../application.ts'
import { acmeId, emulateApi, globexId } from './api.ts'

const startedAt = 1_800_000_000_000
const offline = { scope: 'openid offline_access' }
const day = 86_400
const seed = { clock: () => startedAt, lifetimes: { clientTokenSeconds: 99 * day } }

async function signedIn(emulator: Emulator, who?: string, organization_id = acmeId) {
  const tokens = await tokensFor(emulator, { ...offline, organization_id }, who)
  const { sid, sub } = decodeJwt(tokens.id_token)
  return { tokens, sid: String(sid), sub: String(sub) }
}

describe('a session', () => {
  it('is told with its times and where it was signed in to', async () => {
    const { emulator, api } = await emulateApi(seed)
    const { sid, sub, tokens } = await signedIn(emulator)
    emulator.advance(60)
    await postToken(emulator, refreshParams(emulator, tokens.refresh_token))
    expect(await api(`GET /sessions/${sid}`)).toEqual({
      status: 200,
      body: {
        session_id: sid,
        user_id: sub,
        organization_id: acmeId,
        authenticated_organizations: [acmeId],
        authenticated_clients: [{ client_id: emulator.options.clientId, organization_id: acmeId }],
        status: 'active',
        created_at: '2027-01-15T08:00:00.000Z',
        updated_at: '2027-01-15T08:01:00.000Z',
        last_active_at: '2027-01-15T08:01:00.000Z',
        idle_expires_at: '2027-01-22T08:01:00.000Z',
        absolute_expires_at: '2027-02-14T08:00:00.000Z',
        device: expect.objectContaining({ browser: expect.any(String) }),
      },
    })
  })

  it.each(['GET /sessions/ses_1', 'POST /sessions/ses_1/revoke', 'GET /users/usr_1/sessions'])(
    'that is not there is 404: %s',
    async (request) => {
      const { api } = await emulateApi()
      expect((await api(request)).status).toBe(404)
    },
  )

  it.each([
    'GET /sessions/abc',
    'POST /sessions/usr_1/revoke',
    'POST /users/ses_1/sessions/revoke',
  ])('of a malformed id is 400: %s', async (request) => {
    const { api } = await emulateApi()
    expect((await api(request)).status).toBe(400)
  })

  it('of Modular SSO is not kept', async () => {
    const { emulator, api } = await emulateApi({ product: 'sso' })
    const { sid } = decodeJwt((await tokensFor(emulator)).id_token)
    expect((await api(`GET /sessions/${sid}`)).status).toBe(404)
  })

  it('that is revoked refreshes nothing any more, and stays so', async () => {
    const { emulator, api } = await emulateApi(seed)
    const { sid, tokens } = await signedIn(emulator)
    const revoked = { session_id: sid, status: 'revoked', logout_at: '2027-01-15T08:00:00.000Z' }
    const first = await api(`POST /sessions/${sid}/revoke`)
    expect(first).toMatchObject({ status: 200, body: { revoked_session: revoked } })
    emulator.advance(40 * day)
    expect((await api(`POST /sessions/${sid}/revoke`)).body).toEqual(first.body)
    const { body } = await postToken(emulator, refreshParams(emulator, tokens.refresh_token))
    expect(body.error).toBe('invalid_grant')
    expect((await api(`GET /sessions/${sid}`)).body).toMatchObject({ status: 'revoked' })
  })
})

describe('the sessions of a user', () => {
  it('are listed by pages and status, the newest first', async () => {
    let now = startedAt
    const { emulator, api } = await emulateApi({ clock: () => now })
    const sids: string[] = []
    for (const _ of [1, 2, 3]) {
      sids.unshift((await signedIn(emulator, 'grace@acme.example')).sid)
      now += 1000
    }
    const { sub } = await signedIn(emulator, 'ada@acme.example')
    const { sub: grace } = await signedIn(emulator, 'grace@acme.example', globexId)
    await api(`POST /sessions/${sids[0]}/revoke`)
    const list = async (query: string) => {
      const { body } = await api(`GET /users/${grace}/sessions?${query}`)
      return (body as { sessions: { session_id: string }[] }).sessions.map((one) => one.session_id)
    }
    expect((await list('')).slice(1)).toEqual(sids)
    expect(await list('filter.status=revoked&filter.status=logout')).toEqual([sids[0]])
    expect(await list('filter.end_time=2027-01-15T08:00:01Z')).toEqual([sids[1], sids[2]])
    expect(await list('filter.start_time=2027-01-15T08:00:01Z')).toHaveLength(3)
    const page = await api(`GET /users/${grace}/sessions?page_size=1`)
    expect(page.body).toMatchObject({ total_size: 4, next_page_token: expect.stringMatching(/^>/) })
    expect((await api(`GET /users/${sub}/sessions`)).body).toMatchObject({ total_size: 1 })
  })

  it('are all revoked at once, those that were over left out', async () => {
    const { emulator, api } = await emulateApi()
    const first = await signedIn(emulator, 'grace@acme.example')
    const second = await signedIn(emulator, 'grace@acme.example', globexId)
    const ada = await signedIn(emulator)
    await api(`POST /sessions/${first.sid}/revoke`)
    const { body } = await api(`POST /users/${first.sub}/sessions/revoke`)
    expect(body).toMatchObject({
      total_revoked: 1,
      revoked_sessions: [{ session_id: second.sid, status: 'revoked' }],
    })
    expect((await api(`GET /sessions/${ada.sid}`)).body).toMatchObject({ status: 'active' })
  })

  it('expire when they are read, and are told so', async () => {
    const { emulator, api } = await emulateApi(seed)
    const { sid, sub } = await signedIn(emulator)
    emulator.advance(8 * day)
    expect((await api(`GET /users/${sub}/sessions?filter.status=expired`)).body).toMatchObject({
      sessions: [{ session_id: sid, status: 'expired', expired_at: '2027-01-22T08:00:00.000Z' }],
    })
    const url = authorizeUrl(emulator, { prompt: 'none' })
    expect((await redirectOf(url)).params.error).toBe('login_required')
  })
})

describe('the session policy of an organization', () => {
  const path = `/organizations/${acmeId}/session-policy`
  const features = [{ name: 'session_policy', enabled: true }]
  const application = {
    policy_source: 'APPLICATION',
    absolute_session_timeout: 30,
    absolute_session_timeout_unit: 'DAYS',
    idle_session_timeout_enabled: true,
    idle_session_timeout: 7,
    idle_session_timeout_unit: 'DAYS',
  }

  it('is the application’s until it has its own, and again after', async () => {
    const { api } = await emulateApi()
    await api(`PATCH /organizations/${acmeId}/settings`, { features })
    expect((await api(`GET ${path}`)).body).toEqual({ policy: application })
    const custom = {
      policy_source: 'CUSTOM',
      absolute_session_timeout: 12,
      absolute_session_timeout_unit: 'HOURS',
      idle_session_timeout_enabled: false,
    }
    const policy = { ...application, ...custom }
    expect(await api(`PATCH ${path}`, custom)).toEqual({ status: 200, body: { policy } })
    expect((await api(`GET ${path}`)).body).toEqual({ policy })
    await api(`PATCH ${path}`, { policy_source: 'APPLICATION' })
    expect((await api(`GET ${path}`)).body).toEqual({ policy: application })
  })

  it('needs the feature session_policy', async () => {
    const { api } = await emulateApi()
    expect(await api(`PATCH ${path}`, { policy_source: 'CUSTOM' })).toMatchObject({
      status: 400,
      body: { code: 9, message: expect.stringContaining('session_policy is not enabled') },
    })
  })

  it.each([
    { policy_source: 'SESSION_POLICY_TYPE_UNSPECIFIED' },
    {},
    { policy_source: 'CUSTOM', absolute_session_timeout: 0 },
    { policy_source: 'CUSTOM', idle_session_timeout_unit: 'SECONDS' },
    { policy_source: 'CUSTOM', idle: 1 },
    [],
  ])('is not changed by %j', async (body) => {
    const { api } = await emulateApi()
    await api(`PATCH /organizations/${acmeId}/settings`, { features })
    expect((await api(`PATCH ${path}`, body)).status).toBe(400)
    expect((await api(`GET ${path}`)).body).toEqual({ policy: application })
  })
})
