import { describe, expect, it } from 'vitest'
import { ScalekitError } from '../../../src/lib/ground/errors.ts'
import { exchangeCode } from '../../../src/lib/oidc/exchange.ts'
import { startTransaction, type Transaction } from '../../../src/lib/oidc/transaction.ts'
import type { Answer, Call } from '../../../src/lib/outgoing/transport.ts'
import { discovered, json } from './providers.ts'
import { clientId, issuer, keyPairs, now, signed, subject } from './tokens.ts'

const { rsa } = keyPairs()
const transaction = startTransaction({
  redirectUri: 'https://app.example/callback',
  returnTo: '/app',
  pins: {},
  startedAt: now,
})

describe('exchangeCode', () => {
  it('answers the tokens, with the end of the access token by our clock', async () => {
    const body = await granted({ refresh_token: 'rt_1', expires_in: 300 })
    const { tokens } = await exchange(() => json(200, body))
    expect(tokens).toEqual({
      accessToken: 'access',
      idToken: body.id_token,
      refreshToken: 'rt_1',
      accessTokenExpiresAt: now + 300_000,
    })
  })

  it.each([
    ['openid  orders:read', ['openid', 'orders:read']],
    ['', []],
    [undefined, []],
  ])('answers the scopes that `scope` %j names, and no others', async (scope, expected) => {
    const body = await granted({ scope })
    const { scopes, tokens } = await exchange(() => json(200, body))
    expect(scopes).toEqual(expected)
    // They are the session's, and no member of what the token store keeps.
    expect(tokens).not.toHaveProperty('scopes')
  })

  it('does without a refresh token and without an end', async () => {
    const body = await granted({ expires_in: undefined })
    const { tokens } = await exchange(() => json(200, body))
    expect(tokens).toEqual({ accessToken: 'access', idToken: body.id_token })
  })

  it('sends code, verifier, redirect URI and secret once, in the body of one POST', async () => {
    const calls: Call[] = []
    const body = await granted()
    await exchange((call) => {
      calls.push(call)
      return json(200, body)
    })
    expect(calls).toHaveLength(1)
    expect(`${calls[0]!.method} ${calls[0]!.origin}${calls[0]!.path}`).toBe(
      `POST ${issuer}/oauth/token`,
    )
    expect(Object.fromEntries(new URLSearchParams(calls[0]!.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      code_verifier: transaction.codeVerifier,
      redirect_uri: transaction.redirectUri,
      client_id: clientId,
      client_secret: 'live_planted_client_secret',
    })
    expect(calls[0]!.headers).not.toHaveProperty('authorization')
  })

  it.each<[string, URLSearchParams]>([
    ['another state', new URLSearchParams({ code: 'the-code', state: 'another' })],
    ['no state', new URLSearchParams({ code: 'the-code' })],
    ['no code', new URLSearchParams({ state: transaction.state })],
    [
      'two codes',
      new URLSearchParams([
        ['code', 'the-code'],
        ['code', 'another'],
        ['state', transaction.state],
      ]),
    ],
  ])('calls nobody for a callback with %s', async (_case, answer) => {
    let calls = 0
    const provider = await discovered(() => {
      calls += 1
      return json(500, {})
    })
    const exchanged = exchangeCode(provider, answer, transaction, () => now)
    await expect(exchanged).rejects.toBeInstanceOf(ScalekitError)
    expect(calls).toBe(0)
  })

  it.each<[string, Answer, string]>([
    ['refuses the code', json(400, { error: 'invalid_grant' }), 'code_rejected'],
    ['refuses the secret', json(401, { error: 'invalid_client' }), 'application_refused'],
    ['refuses the client', json(400, { error: 'unauthorized_client' }), 'application_refused'],
    ['fails in JSON', json(500, { error: 'server_error' }), 'provider_failed'],
    ['fails in a page', { ...json(502, ''), headers: {} }, 'provider_failed'],
    ['forbids', json(403, {}), 'provider_failed'],
    ['redirects', json(307, {}), 'provider_failed'],
    ['answers nothing', { status: 204, headers: {}, body: Buffer.alloc(0) }, 'provider_failed'],
    ['answers a list', json(200, []), 'provider_failed'],
    ['answers an error with 200', json(200, { error: 'invalid_grant' }), 'provider_failed'],
  ])(
    'says what is wrong, and asks once, when the token endpoint %s',
    async (_case, answer, code) => {
      let calls = 0
      const exchanged = exchange(() => {
        calls += 1
        return answer
      })
      await expect(exchanged).rejects.toMatchObject({ code })
      expect(calls).toBe(1)
    },
  )

  it.each([
    ['invalid_client', 'application_refused'],
    ['invalid_grant', 'code_rejected'],
  ])('reads the error %s in the body of a 401 with WWW-Authenticate', async (error, code) => {
    await expect(exchange(() => challenged({ error }))).rejects.toMatchObject({ code })
  })

  it('fails where a 401 with WWW-Authenticate has no such body', async () => {
    const exchanged = exchange(() => challenged({}))
    await expect(exchanged).rejects.toMatchObject({ code: 'provider_failed' })
  })

  it.each<[string, Record<string, unknown>]>([
    ['no access token', { access_token: undefined }],
    ['an access token of another type', { access_token: 5 }],
    ['an access token of two lines', { access_token: 'a\r\nb' }],
    ['no type', { token_type: undefined }],
    ['tokens bound by DPoP', { token_type: 'DPoP' }],
    ['a lifetime in words', { expires_in: 'soon' }],
    ['a refresh token of another type', { refresh_token: 5 }],
    ['a refresh token of two lines', { refresh_token: 'a\r\nb' }],
  ])('refuses an answer with %s', async (_case, changes) => {
    const body = await granted(changes)
    await expect(exchange(() => json(200, body))).rejects.toMatchObject({
      code: 'provider_failed',
    })
  })

  it('refuses an answer without an ID token', async () => {
    const body = await granted({ id_token: undefined })
    await expect(exchange(() => json(200, body))).rejects.toBeInstanceOf(ScalekitError)
  })

  it('keeps the failure of the call as it was', async () => {
    const down = new ScalekitError('provider_unavailable', 'down')
    const exchanged = exchange(() => {
      throw down
    })
    await expect(exchanged).rejects.toBe(down)
  })

  it('shows neither code nor secret in what goes wrong', async () => {
    const error: Error = await exchange(() =>
      json(400, { error: 'invalid_grant', error_description: 'no' }),
    ).catch((thrown) => thrown)
    const shown = `${error.stack} ${(error.cause as Error).stack}`
    expect(shown).not.toMatch(/planted|the-code/)
    expect(shown).not.toContain(transaction.codeVerifier)
  })
})

async function exchange(
  answer: (call: Call) => Answer | Promise<Answer>,
  at: Transaction = transaction,
) {
  const callback = new URLSearchParams({ code: 'the-code', state: at.state })
  return exchangeCode(await discovered(answer), callback, at, () => now)
}

/** @see RFC 6749 section 5.2 */
function challenged(body: object): Answer {
  const answer = json(401, body)
  const headers = { ...answer.headers, 'www-authenticate': 'Basic realm="acme", charset="UTF-8"' }
  return { ...answer, headers }
}

/** What the token endpoint grants, with any part replaced. */
async function granted(changes: Readonly<Record<string, unknown>> = {}) {
  // openid-client looks at the real time; our own validator, which decides, comes after it.
  const nowSeconds = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    aud: clientId,
    sub: subject,
    nonce: transaction.nonce,
    iat: nowSeconds,
    exp: nowSeconds + 300,
  }
  const header = { alg: 'RS256', kid: 'snk_1', typ: 'JWT' }
  return {
    access_token: 'access',
    token_type: 'Bearer',
    expires_in: 300,
    id_token: await signed(JSON.stringify(claims), header, rsa.privateKey),
    ...changes,
  }
}
