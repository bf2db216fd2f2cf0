import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../../../src/lib/ground/bytes.ts'
import { type Emulator, type FaultRule, startEmulator } from '../../../../src/testing.ts'
import { eventually } from '../../../support/eventually.ts'
import {
  claimsFor,
  codeFor,
  postToken,
  refreshParams,
  tokenParams,
  tokensFor,
} from '../application.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

const removers: (() => void)[] = []
afterEach(() => {
  for (const remove of removers.splice(0)) remove()
})

function fail(rule: FaultRule): () => void {
  const remove = emulator.fail(rule)
  removers.push(remove)
  return remove
}

describe('a status fault', () => {
  it('answers in place of the endpoint, once', async () => {
    fail({ path: '/keys', status: 503, headers: { 'retry-after': '3' }, body: 'down' })
    const answer = await get('/keys')
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
      503,
      '3',
      'down',
    ])
    expect((await get('/keys')).status).toBe(200)
  })

  it('answers as often as it is told', async () => {
    fail({ path: '/keys', status: 500, times: 2 })
    expect(await statuses('/keys', 3)).toEqual([500, 500, 200])
  })

  it('may be answered for ever and taken back', async () => {
    const remove = fail({ path: '/keys', status: 500, times: Infinity })
    expect(await statuses('/keys', 3)).toEqual([500, 500, 500])
    remove()
    expect((await get('/keys')).status).toBe(200)
  })

  it('answers an object as JSON', async () => {
    fail({ path: '/oauth/token', status: 400, body: { error: 'invalid_grant' } })
    const answer = await fetch(`${emulator.url}/oauth/token`, { method: 'POST' })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual({ error: 'invalid_grant' })
  })

  it('touches only its own path and method', async () => {
    fail({ path: '/keys', method: 'POST', status: 500 })
    expect((await get('/keys')).status).toBe(200)
    expect((await get('/.well-known/openid-configuration')).status).toBe(200)
  })

  it('comes after those that were asked for before it', async () => {
    fail({ path: '/keys', status: 500 })
    fail({ path: '/keys', status: 502 })
    expect(await statuses('/keys', 3)).toEqual([500, 502, 200])
  })
})

describe('a network fault', () => {
  it('closes the connection without an answer', async () => {
    fail({ path: '/keys', reset: true })
    await expect(get('/keys')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(emulator.requests.at(-1)).toMatchObject({ path: '/keys' })
    expect(emulator.requests.at(-1)).not.toHaveProperty('status')
  })

  it('leaves the request without an answer', async () => {
    fail({ path: '/keys', hang: true })
    const before = emulator.requests.length
    const giveUp = new AbortController()
    const waiting = fetch(`${emulator.url}/keys`, { signal: giveUp.signal })
    await eventually(() => expect(emulator.requests).toHaveLength(before + 1))
    giveUp.abort()
    await expect(waiting).rejects.toThrow('aborted')
  })
})

describe('a fault of one grant type', () => {
  it('refuses refreshes while sign-ins go on', async () => {
    const { refresh_token } = await tokensFor(emulator, offline)
    const headers = { 'retry-after': '7' }
    const remove = fail({
      ...{ ...atRefresh, status: 429, headers, body: {}, times: Infinity },
    })
    const refused = await refresh(refresh_token)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
    expect((await claimsFor(emulator)).accessToken.roles).toEqual(['admin'])
    remove()
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  it('is found by parameters in the query string, too', async () => {
    fail({ ...atRefresh, status: 503 })
    const { url } = emulator
    const answer = await fetch(`${url}/oauth/token?grant_type=refresh_token`, { method: 'POST' })
    expect(answer.status).toBe(503)
  })

  it('touches no request that has no grant type', async () => {
    fail({ path: '/keys', grantType: 'refresh_token', status: 500 })
    expect((await get('/keys')).status).toBe(200)
  })
})

describe('an answer that is lost', () => {
  it('uses up the refresh token, and the connection is closed', async () => {
    const strict = await startEmulator({ refreshGraceSeconds: 0 })
    const { refresh_token } = await tokensFor(strict, offline)
    strict.fail({ ...atRefresh, answerLost: true })
    const send = () => postToken(strict, refreshParams(strict, refresh_token))
    await expect(send()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(strict.requests.at(-1)).toMatchObject({ lostStatus: 200 })
    expect(strict.requests.at(-1)).not.toHaveProperty('status')
    expect((await send()).body.error).toBe('invalid_grant')
    await strict.close()
  })

  it('is given again within the grace', async () => {
    const { refresh_token } = await tokensFor(emulator, offline)
    fail({ ...atRefresh, answerLost: true })
    await expect(refresh(refresh_token)).rejects.toThrow('fetch failed')
    expect(await refresh(refresh_token)).toMatchObject({ status: 200 })
  })

  it('may never come instead', async () => {
    const code = await codeFor(emulator)
    fail({ path: '/oauth/token', grantType: 'authorization_code', answerLost: true, hang: true })
    const giveUp = new AbortController()
    const body = tokenParams(emulator, code)
    const waiting = fetch(`${emulator.url}/oauth/token`, {
      ...{ method: 'POST', body, signal: giveUp.signal },
    })
    await eventually(() => expect(emulator.requests.at(-1)).toMatchObject({ lostStatus: 200 }))
    giveUp.abort()
    await expect(waiting).rejects.toThrow('aborted')
    expect((await postToken(emulator, body)).body.error).toBe('invalid_grant')
  })
})

describe('the record of requests', () => {
  it('tells grant types, and by a hash which refresh token was sent how often', async () => {
    const { refresh_token } = await tokensFor(emulator, offline)
    emulator.clearRequests()
    const { body: second } = await refresh(refresh_token)
    await refresh(refresh_token)
    await refresh(second.refresh_token)
    await get('/keys')
    const seen = emulator.requests.map(({ grantType, tokenHash }) => [grantType, tokenHash])
    const [first, next] = [refresh_token, second.refresh_token].map((token) => [
      'refresh_token',
      sha256(token).toString('base64url'),
    ])
    expect(seen).toEqual([first, first, next, [undefined, undefined]])
  })
})

describe('a token fault', () => {
  it('replaces claims of the next ID token and of no other', async () => {
    fail({ idToken: { oid: 'org_other', nonce: 'other' } })
    expect((await claimsFor(emulator)).idToken).toMatchObject({ oid: 'org_other', nonce: 'other' })
    expect((await claimsFor(emulator)).idToken).toMatchObject({ nonce: 'the-nonce' })
  })

  it.each([null, undefined])('removes a claim that is %s', async (value) => {
    fail({ idToken: { nonce: value } })
    const { idToken } = await claimsFor(emulator)
    expect(idToken).not.toHaveProperty('nonce')
    expect(idToken).toHaveProperty('sub')
  })

  it('keeps the hashes right for an access token that was changed', async () => {
    fail({ accessToken: { roles: ['owner'], permissions: null } })
    const tokens = await tokensFor(emulator)
    const accessToken = decodeJwt(tokens.access_token)
    expect(accessToken.roles).toEqual(['owner'])
    expect(accessToken).not.toHaveProperty('permissions')
    const hash = await crypto.subtle.digest('SHA-256', Buffer.from(tokens.access_token))
    const half = Buffer.from(hash).subarray(0, 16).toString('base64url')
    expect(decodeJwt(tokens.id_token).at_hash).toBe(half)
  })

  it("changes the token endpoint's answer", async () => {
    fail({ tokenResponse: { id_token: null, expires_in: 'soon' } })
    const tokens = await tokensFor(emulator)
    expect(tokens).not.toHaveProperty('id_token')
    expect(tokens.expires_in).toBe('soon')
  })

  it('is not used up by a token of the application itself', async () => {
    fail({ accessToken: { roles: [] } })
    const { clientId, clientSecret } = emulator.options
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    await fetch(`${emulator.url}/oauth/token`, { method: 'POST', body })
    expect((await claimsFor(emulator)).accessToken.roles).toEqual([])
  })
})

const offline = { scope: 'openid offline_access' }
const atRefresh = { path: '/oauth/token', grantType: 'refresh_token' } as const

function refresh(refreshToken: string) {
  return postToken(emulator, refreshParams(emulator, refreshToken))
}

function get(path: string): Promise<Response> {
  return fetch(emulator.url + path)
}

async function statuses(path: string, count: number): Promise<number[]> {
  const answers: number[] = []
  while (answers.length < count) answers.push((await get(path)).status)
  return answers
}
