import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, type FaultRule, startEmulator } from '../../../../src/testing.ts'
import { eventually } from '../../../support/eventually.ts'
import { claimsFor, tokensFor } from '../application.ts'

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

function get(path: string): Promise<Response> {
  return fetch(emulator.url + path)
}

async function statuses(path: string, count: number): Promise<number[]> {
  const answers: number[] = []
  while (answers.length < count) answers.push((await get(path)).status)
  return answers
}
