import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import {
  type Changes,
  codeFor,
  postToken,
  refreshParams,
  type TokenBody,
  tokenParams,
  tokensFor,
} from '../application.ts'

const offline = { scope: 'openid email profile offline_access' }
/** Forty-three characters, as the right one, but another. */
const otherVerifier = 'a'.repeat(43)

let now = 1_800_000_000_000
let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ clock: () => now, redirectUris: bothRedirectUris })
})
afterAll(() => emulator.close())

const bothRedirectUris = ['http://localhost:3000/callback', 'http://localhost:3000/other']

describe('a code', () => {
  it('buys an access token and an ID token', async () => {
    const answer = await postToken(emulator, tokenParams(emulator, await codeFor(emulator)))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      id_token: expect.any(String),
      scope: 'openid email profile',
    })
  })

  it('may be redeemed by parameters in the query string', async () => {
    const params = tokenParams(emulator, await codeFor(emulator))
    const answer = await fetch(`${emulator.url}/oauth/token?${params}`, { method: 'POST' })
    expect(answer.status).toBe(200)
  })

  it.each<[string, string, Changes]>([
    ['an unknown code', 'invalid_grant', { code: 'guessed' }],
    ['no code', 'invalid_request', { code: undefined }],
    ['no redirect URI', 'invalid_request', { redirect_uri: undefined }],
    ['another registered URI', 'invalid_grant', { redirect_uri: bothRedirectUris[1]! }],
    ['a trailing slash', 'invalid_grant', { redirect_uri: `${bothRedirectUris[0]}/` }],
    ['another verifier', 'invalid_grant', { code_verifier: otherVerifier }],
    ['no verifier', 'invalid_grant', { code_verifier: undefined }],
    ['no grant type', 'invalid_request', { grant_type: undefined }],
    ['an unknown grant type', 'unsupported_grant_type', { grant_type: 'password' }],
  ])('is refused with %s → %s', async (_case, error, changes) => {
    const params = tokenParams(emulator, await codeFor(emulator), changes)
    await expectError(postToken(emulator, params), 400, error)
  })

  it.each([
    ['42 characters', 'a'.repeat(42), 400],
    ['43 characters', 'a'.repeat(43), 200],
    ['128 characters', 'a'.repeat(128), 200],
    ['129 characters', 'a'.repeat(129), 400],
    ['a reserved character', `${'a'.repeat(43)}/`, 400],
  ])('and a matching verifier of %s', async (_case, verifier, status) => {
    const code_challenge = createHash('sha256').update(verifier).digest('base64url')
    const code = await codeFor(emulator, { code_challenge })
    const params = tokenParams(emulator, code, { code_verifier: verifier })
    expect((await postToken(emulator, params)).status).toBe(status)
  })

  it('is good for ten minutes', async () => {
    const inTime = await codeFor(emulator)
    now += 599_999
    expect((await postToken(emulator, tokenParams(emulator, inTime))).status).toBe(200)

    const late = await codeFor(emulator)
    emulator.advance(600)
    await expectError(postToken(emulator, tokenParams(emulator, late)), 400, 'invalid_grant')
  })

  it('is used up by a first attempt that failed', async () => {
    const code = await codeFor(emulator)
    await postToken(emulator, tokenParams(emulator, code, { code_verifier: otherVerifier }))
    await expectError(postToken(emulator, tokenParams(emulator, code)), 400, 'invalid_grant')
  })

  it('is not used up by somebody with a wrong secret', async () => {
    const code = await codeFor(emulator)
    await postToken(emulator, tokenParams(emulator, code, { client_secret: 'wrong' }))
    expect((await postToken(emulator, tokenParams(emulator, code))).status).toBe(200)
  })

  it('that is used twice takes back everything it bought', async () => {
    const code = await codeFor(emulator, offline)
    const { body } = await postToken(emulator, tokenParams(emulator, code))
    await expectError(postToken(emulator, tokenParams(emulator, code)), 400, 'invalid_grant')
    await expectError(
      postToken(emulator, refreshParams(emulator, body.refresh_token)),
      400,
      'invalid_grant',
    )
    const headers = { authorization: `Bearer ${body.access_token}` }
    expect((await fetch(`${emulator.url}/userinfo`, { headers })).status).toBe(401)
  })

  it('asked for without a challenge is refused with a verifier', async () => {
    const lenient = await startEmulator()
    const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined }
    const downgraded = tokenParams(lenient, await codeFor(lenient, withoutPkce))
    await expectError(postToken(lenient, downgraded), 400, 'invalid_grant')

    const plain = await codeFor(lenient, withoutPkce)
    const params = tokenParams(lenient, plain, { code_verifier: undefined })
    expect((await postToken(lenient, params)).status).toBe(200)
    await lenient.close()
  })
})

describe('a token request', () => {
  it.each(['code', 'grant_type', 'client_id', 'client_secret'])(
    'is refused when %s is there twice',
    async (name) => {
      const params = tokenParams(emulator, 'any')
      params.append(name, params.get(name)!)
      await expectError(postToken(emulator, params), 400, 'invalid_request')
    },
  )

  it('is refused when a parameter is in the query string and in the body', async () => {
    const body = tokenParams(emulator, 'any')
    const answer = await fetch(`${emulator.url}/oauth/token?code=any`, { method: 'POST', body })
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('is not read when it is JSON', async () => {
    const answer = await fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(tokenParams(emulator, await codeFor(emulator)))),
    })
    expect(answer.status).toBe(401)
  })
})

describe('a client', () => {
  it.each<[string, Changes]>([
    ['a wrong secret', { client_secret: 'wrong' }],
    ['no secret', { client_secret: undefined }],
    ['an empty secret', { client_secret: '' }],
    ['another id', { client_id: 'skc_other' }],
    ['no id', { client_id: undefined }],
  ])('is refused with %s', async (_case, changes) => {
    const answer = postToken(emulator, tokenParams(emulator, 'any', changes))
    await expectError(answer, 401, 'invalid_client')
    expect((await answer).headers.get('www-authenticate')).toBeNull()
  })

  it('may use Basic instead, both halves form-encoded', async () => {
    const special = await startEmulator({ clientId: 'skc:1', clientSecret: 'a b+c&d%é' })
    const code = await codeFor(special)
    const encoded = new URLSearchParams({ id: 'skc:1', secret: 'a b+c&d%é' }).toString()
    const [, id, secret] = /^id=(.*)&secret=(.*)$/.exec(encoded)!
    const params = tokenParams(special, code, { client_id: undefined, client_secret: undefined })
    const answer = await postToken(special, params, { authorization: basic(id!, secret!) })
    expect(answer.status).toBe(200)
    await special.close()
  })

  it('is challenged when Basic is wrong', async () => {
    const params = tokenParams(emulator, 'any', { client_secret: undefined })
    const authorization = basic(emulator.options.clientId, 'wrong')
    const answer = postToken(emulator, params, { authorization })
    await expectError(answer, 401, 'invalid_client')
    expect((await answer).headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  it('must not use both ways at once', async () => {
    const { clientId, clientSecret } = emulator.options
    const authorization = basic(clientId, clientSecret)
    const answer = postToken(emulator, tokenParams(emulator, 'any'), { authorization })
    await expectError(answer, 400, 'invalid_request')
  })

  it('must not name another client than Basic does', async () => {
    const { clientId, clientSecret } = emulator.options
    const params = tokenParams(emulator, 'any', { client_id: 'other', client_secret: undefined })
    const answer = postToken(emulator, params, { authorization: basic(clientId, clientSecret) })
    await expectError(answer, 401, 'invalid_client')
  })

  it('may send an old Bearer token along, which counts for nothing', async () => {
    const params = tokenParams(emulator, await codeFor(emulator))
    const answer = await postToken(emulator, params, { authorization: 'Bearer stale' })
    expect(answer.status).toBe(200)
  })
})

describe('a refresh token', () => {
  it('comes only with offline_access', async () => {
    expect(await tokensFor(emulator)).not.toHaveProperty('refresh_token')
    expect(await tokensFor(emulator, offline)).toMatchObject({
      refresh_token: expect.stringMatching(/^rt_/),
      scope: 'openid email profile offline_access',
    })
  })

  it('does not come in sso mode, nor does the scope', async () => {
    const modular = await startEmulator({ product: 'sso' })
    const tokens = await tokensFor(modular, offline)
    expect(tokens).not.toHaveProperty('refresh_token')
    expect(tokens.scope).toBe('openid email profile')
    await modular.close()
  })

  it('buys new tokens of the same session and person, and is rotated', async () => {
    const first = await tokensFor(emulator, offline)
    const second = await refresh(first)
    expect(second.body.refresh_token).not.toBe(first.refresh_token)
    expect(second.body.access_token).not.toBe(first.access_token)
    const [before, after] = [decodeJwt(first.id_token), decodeJwt(second.body.id_token)]
    for (const claim of ['sub', 'sid', 'oid', 'nonce']) expect(after[claim]).toBe(before[claim])
    expect(after).not.toHaveProperty('c_hash')
    expect((await refresh(second.body)).status).toBe(200)
  })

  it('is good for once without a grace, and so is its successor', async () => {
    const strict = await startEmulator({ refreshGraceSeconds: 0 })
    const refreshThere = ({ refresh_token }: TokenBody) =>
      postToken(strict, refreshParams(strict, refresh_token))
    const first = await tokensFor(strict, offline)
    const second = await refreshThere(first)
    const third = await refreshThere(second.body)
    expect(third.status).toBe(200)
    await expectError(refreshThere(first), 400, 'invalid_grant')
    await strict.close()
  })

  it('is refused with a wrong secret and stays good', async () => {
    const tokens = await tokensFor(emulator, offline)
    const wrong = refreshParams(emulator, tokens.refresh_token, { client_secret: 'wrong' })
    await expectError(postToken(emulator, wrong), 401, 'invalid_client')
    expect((await refresh(tokens)).status).toBe(200)
  })

  it('that nobody issued is refused', async () => {
    await expectError(postToken(emulator, refreshParams(emulator, 'rt_1')), 400, 'invalid_grant')
  })

  it('ends with its session', async () => {
    const tokens = await tokensFor(emulator, offline)
    await fetch(`${emulator.url}/oidc/logout?id_token_hint=${tokens.id_token}`)
    await expectError(refresh(tokens), 400, 'invalid_grant')
  })
})

describe('client credentials', () => {
  it('buy a token of the application itself', async () => {
    const { body } = await postToken(emulator, clientParams())
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_399,
      scope: '',
    })
    expect(decodeJwt(body.access_token)).toEqual({
      iss: emulator.url,
      sub: emulator.options.clientId,
      client_id: emulator.options.clientId,
      iat: expect.any(Number),
      nbf: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.stringMatching(/^tkn_\d+$/),
      scopes: [],
    })
  })

  it('may be limited to scopes of the seed, and to no other', async () => {
    const scoped = await startEmulator({ scopes: ['organizations:read'] })
    const params = clientParams({ scope: 'organizations:read' })
    const { body } = await postToken(scoped, params)
    expect(body.scope).toBe('organizations:read')
    expect(decodeJwt(body.access_token).scopes).toEqual(['organizations:read'])
    await expectError(postToken(emulator, params), 400, 'invalid_scope')
    await scoped.close()
  })

  it('are refused with a wrong secret', async () => {
    const params = clientParams({ client_secret: 'wrong' })
    await expectError(postToken(emulator, params), 401, 'invalid_client')
  })
})

function refresh(tokens: TokenBody) {
  return postToken(emulator, refreshParams(emulator, tokens.refresh_token))
}

function clientParams(changes: Readonly<Record<string, string>> = {}): URLSearchParams {
  const { clientId, clientSecret } = emulator.options
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...changes,
  })
}

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

async function expectError(
  answer: ReturnType<typeof postToken>,
  status: number,
  error: string,
): Promise<void> {
  const { headers, ...rest } = await answer
  expect(rest).toEqual({ status, body: { error, error_description: expect.any(String) } })
  expect(headers.get('cache-control')).toBe('no-store')
}
