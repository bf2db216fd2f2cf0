import { describe, expect, it } from 'vitest'
import type { Emulator, EmulatorSeed } from '../../../../src/testing.ts'
import {
  authorizeUrl,
  postToken,
  redirectOf,
  refreshParams,
  type TokenBody,
  tokensFor,
} from '../application.ts'
import { ask } from '../control/control.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'
import { apiOf } from '../rest/api.ts'

const offline = { scope: 'openid email profile offline_access' }
const day = 86_400

function refresh(emulator: Emulator, { refresh_token }: Pick<TokenBody, 'refresh_token'>) {
  return postToken(emulator, refreshParams(emulator, refresh_token))
}

describe('a session', () => {
  it.each<[string, EmulatorSeed, number]>([
    ['seven days without use', {}, 7 * day],
    ['the idle time of the seed', { session: { idleSeconds: 60 } }, 60],
    ['the absolute time of the seed', { session: { absoluteSeconds: 50 } }, 50],
    [
      'the absolute time alone',
      { session: { absoluteSeconds: 9 * day, idleSeconds: null } },
      9 * day,
    ],
  ])('ends after %s, and refreshes with it', async (_what, seed, seconds) => {
    let now = 1_800_000_000_000
    const emulator = await emulate({ clock: () => now, ...seed })
    const [first, second] = [await tokensFor(emulator, offline), await tokensFor(emulator, offline)]
    now += seconds * 1000 - 1
    expect((await refresh(emulator, first)).status).toBe(200)
    now += 1
    expect((await refresh(emulator, second)).body).toEqual({
      error: 'invalid_grant',
      error_description: 'This session has ended',
    })
  })

  it('lives on by refreshes, but not beyond its absolute end', async () => {
    const emulator = await emulate()
    let tokens: TokenBody = await tokensFor(emulator, offline)
    for (let passed = 0; passed < 24; passed += 6) {
      emulator.advance(6 * day)
      const answer = await refresh(emulator, tokens)
      expect(answer.status).toBe(200)
      tokens = answer.body
    }
    emulator.advance(6 * day)
    expect((await refresh(emulator, tokens)).body.error).toBe('invalid_grant')
  })

  it('that has ended signs nobody in silently', async () => {
    const emulator = await emulate()
    const cookie = await cookieOf(emulator)
    const url = authorizeUrl(emulator, { prompt: 'none' })
    emulator.advance(6 * day)
    expect((await redirectOf(url, { cookie })).params).toHaveProperty('code')
    emulator.advance(6 * day)
    expect((await redirectOf(url, { cookie })).params).toHaveProperty('code')
    emulator.advance(7 * day)
    expect((await redirectOf(url, { cookie })).params.error).toBe('login_required')
  })

  it('ends with an event when its time is over', async () => {
    const { emulator, receiver } = await emulateWithReceiver({ clock: () => 1_800_000_000_000 })
    await tokensFor(emulator)
    emulator.advance(8 * day)
    await emulator.settled()
    const [login, logout] = receiver.received.map(({ event }) => event)
    expect(login).toMatchObject({ type: 'user.login' })
    expect(logout).toMatchObject({
      type: 'user.logout',
      data: { user_session: { expired_at: '2027-01-22T08:00:00.000000000Z', logout_at: null } },
    })
  })

  it('of Modular SSO is the application’s own, and never ends', async () => {
    const emulator = await emulate({ product: 'sso', lifetimes: { accessTokenSeconds: 99 * day } })
    const { access_token } = await tokensFor(emulator)
    emulator.advance(98 * day)
    const headers = { authorization: `Bearer ${access_token}` }
    expect((await fetch(`${emulator.url}/userinfo`, { headers })).status).toBe(200)
  })
})

/** What ends the session of a user. */
const ends: readonly [string, (emulator: Emulator, sessionId: string) => unknown][] = [
  ['emulator.endSession', ({ endSession }, id) => endSession(id)],
  ['the API over HTTP', (emulator, id) => ask(emulator, `DELETE /sessions/${id}`)],
  [
    'the management API',
    async (emulator, id) => (await apiOf(emulator))(`POST /sessions/${id}/revoke`),
  ],
  [
    'the management API, with all of the user’s',
    async (emulator) => {
      const { userId } = emulator.sessions[0]!
      return (await apiOf(emulator))(`POST /users/${userId}/sessions/revoke`)
    },
  ],
  [
    'the button of the home page',
    ({ url }, session) => {
      const body = new URLSearchParams({ session })
      return fetch(`${url}/emulator/session-ends`, { method: 'POST', body })
    },
  ],
]

describe('a session that is ended', () => {
  it.each(ends)('by %s refreshes no more, and another goes on', async (_how, end) => {
    const { emulator, receiver } = await emulateWithReceiver()
    const tokens = await tokensFor(emulator, offline)
    const other = await tokensFor(emulator, { ...offline, ...at(emulator, 'globex') }, katherine)
    await end(emulator, emulator.sessions[0]!.id)
    expect((await refresh(emulator, tokens)).body.error).toBe('invalid_grant')
    expect((await refresh(emulator, other)).status).toBe(200)
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.login', 'user.login', 'user.logout'])
  })

  it('is not on the home page any more', async () => {
    const emulator = await emulate()
    const home = async () => (await fetch(emulator.url)).text()
    expect(await home()).not.toContain('<h2>Sessions</h2>')
    await tokensFor(emulator)
    const { id } = emulator.sessions[0]!
    expect(await home()).toContain(`name="session" value="${id}">End the session</button>`)
    emulator.endSession(id)
    expect(await home()).not.toContain(id)
  })

  it('has to be there', async () => {
    const { url } = await emulate()
    const body = new URLSearchParams({ session: 'ses_1' })
    const answer = await fetch(`${url}/emulator/session-ends`, { method: 'POST', body })
    expect(answer.status).toBe(400)
  })
})

describe('the policy of an organization', () => {
  it('ends sessions by its absolute time, however often they refresh', async () => {
    const emulator = await emulate()
    const api = await apiOf(emulator)
    const acme = emulator.organizations[0]!.id
    await api(`PATCH /organizations/${acme}/settings`, sessionPolicyOn)
    await api(`PATCH /organizations/${acme}/session-policy`, {
      policy_source: 'CUSTOM',
      absolute_session_timeout: 1,
      absolute_session_timeout_unit: 'HOURS',
      idle_session_timeout: 30,
      idle_session_timeout_unit: 'MINUTES',
    })
    let tokens: TokenBody = await tokensFor(emulator, offline)
    for (const seconds of [1700, 1700]) {
      emulator.advance(seconds)
      const answer = await refresh(emulator, tokens)
      expect(answer.status).toBe(200)
      tokens = answer.body
    }
    emulator.advance(200)
    expect((await refresh(emulator, tokens)).body.error).toBe('invalid_grant')
  })

  it('decides for its own sessions, those that go on included', async () => {
    const emulator = await emulate()
    const api = await apiOf(emulator)
    const tokens = await tokensFor(emulator, offline)
    const other = await tokensFor(emulator, { ...offline, ...at(emulator, 'globex') }, katherine)
    const acme = emulator.organizations[0]!.id
    await api(`PATCH /organizations/${acme}/settings`, sessionPolicyOn)
    await api(`PATCH /organizations/${acme}/session-policy`, {
      policy_source: 'CUSTOM',
      idle_session_timeout: 30,
      idle_session_timeout_unit: 'MINUTES',
    })
    emulator.advance(1800)
    expect((await refresh(emulator, tokens)).body.error).toBe('invalid_grant')
    expect((await refresh(emulator, other)).status).toBe(200)
  })
})

describe('a refresh token that is used again', () => {
  it('gets the same answer for thirty seconds, and a warning', async () => {
    let now = 1_800_000_000_000
    const emulator = await emulate({ clock: () => now })
    const tokens = await tokensFor(emulator, offline)
    const [first, second] = await Promise.all([
      refresh(emulator, tokens),
      refresh(emulator, tokens),
    ])
    now += 29_999
    const third = await refresh(emulator, tokens)
    expect(first.status).toBe(200)
    expect([second.body, third.body]).toEqual([first.body, first.body])
    expect((await refresh(emulator, first.body)).status).toBe(200)
    expect(emulator.warnings).toMatchObject([
      { code: 'refresh_token_reused', message: expect.stringContaining('--refresh-grace 0') },
    ])
  })

  it('is refused after that, and takes back every token of its sign-in', async () => {
    const emulator = await emulate()
    const tokens = await tokensFor(emulator, offline)
    const { body: successor } = await refresh(emulator, tokens)
    emulator.advance(30)
    expect((await refresh(emulator, tokens)).body.error).toBe('invalid_grant')
    expect((await refresh(emulator, successor)).body.error).toBe('invalid_grant')
    const headers = { authorization: `Bearer ${successor.access_token}` }
    expect((await fetch(`${emulator.url}/userinfo`, { headers })).status).toBe(401)
  })
})

const katherine = 'katherine@globex.example'
const sessionPolicyOn = { features: [{ name: 'session_policy', enabled: true }] }

function at({ organizations }: Emulator, externalId: string) {
  return { organization_id: organizations.find((one) => one.externalId === externalId)!.id }
}

/** A browser that has just signed in. */
async function cookieOf(emulator: Emulator): Promise<string> {
  const page = await (await fetch(authorizeUrl(emulator))).text()
  const request = / name="request" value="([^"]+)"/.exec(page)![1]!
  const person = / name="person" value="([^"]+)"/.exec(page)![1]!
  const body = new URLSearchParams({ request, person })
  const url = `${emulator.url}/emulator/sign-in`
  const { headers } = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  return headers.get('set-cookie')!.split(';')[0]!
}
