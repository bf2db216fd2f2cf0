import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answer, clientOf, request } from '../lib/client/clients.ts'
import { redirectUri } from '../lib/emulator/application.ts'
import { inVirtualTime } from '../support/virtual-time.ts'
import { closedInBody, hang, huge, redirect } from './provider/faults.ts'
import { attacker, elliptic, jwk, published, publishedPem } from './provider/keys.ts'
import type { AnswerLie, Lies, TokenLie } from './provider/lies.ts'
import { clientSecret, type Provider, startProvider } from './provider/provider.ts'
import { ecdsa, hmac, pss, rsa, unsigned } from './provider/signatures.ts'
import { clientId, subject } from './provider/tokens.ts'

let provider: Provider
let client: ReturnType<typeof clientOf>
beforeEach(async () => {
  provider = await startProvider()
  client = clientOf({ environmentUrl: provider.url, clientId, clientSecret })
})
afterEach(() => provider.close())

const now = () => Math.floor(Date.now() / 1000)

/** What no token gets through with, whatever its kind. */
const forged: readonly (readonly [string, TokenLie])[] = [
  ['the key of an attacker', { sign: rsa(attacker.privateKey) }],
  [
    'the key of an attacker in its header',
    { header: { jwk: jwk(attacker.publicKey) }, sign: rsa(attacker.privateKey) },
  ],
  ['no signature', { sign: unsigned }],
  ['the algorithm none', { header: { alg: 'none' }, sign: unsigned }],
  ['HS256 under the published key', { header: { alg: 'HS256' }, sign: hmac(publishedPem) }],
  ['PS256', { header: { alg: 'PS256' }, sign: pss(published.privateKey) }],
  ['RS512', { header: { alg: 'RS512' }, sign: rsa(published.privateKey, 'sha512') }],
  ['ES256', { header: { alg: 'ES256' }, sign: ecdsa(elliptic.privateKey) }],
  ['an unknown key', { header: { kid: 'snk_2' } }],
  ['the type of a logout token', { header: { typ: 'logout+jwt' } }],
  ['what must be understood', { header: { crit: ['exp'] } }],
  ['a claim changed after signing', { finish: (token) => withClaim(token, 'sub', 'usr_root') }],
  ['another issuer', { claims: { iss: 'https://evil.example' } }],
  ['an issuer with a slash more', { claims: ({ iss }) => ({ iss: `${iss}/` }) }],
  ['its end in the past', { claims: { exp: now() - 31 } }],
  ['no end', { claims: { exp: undefined } }],
  ['a beginning that is no number', { claims: { iat: String(now()) } }],
  ['no subject', { claims: { sub: undefined } }],
  ['events', { claims: { events: {} } }],
]

describe('authenticateWithCode', () => {
  it('answers whom an honest provider names', async () => {
    const { user } = await signIn()
    expect(user).toMatchObject({ id: subject, email: 'ada@acme.example' })
  })

  it.each<readonly [string, TokenLie]>([
    ...forged,
    ['another audience', { claims: { aud: ['skc_2'] } }],
    ['another audience beside us', { claims: { aud: [clientId, 'skc_2'], azp: clientId } }],
    ['another party', { claims: { azp: 'skc_2' } }],
    ['another nonce', { claims: { nonce: 'another' } }],
    ['the nonce of somebody else', { claims: (_honest, { nonce }) => ({ nonce }) }],
    ['the hash of another access token', { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
    ['the hash of another code', { claims: { c_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
    ['an age of eleven minutes', { claims: { iat: now() - 661 } }],
  ])('refuses an ID token with %s', async (_case, idToken) => {
    provider.lie({ idToken })
    await expect(signIn()).rejects.toMatchObject({ code: 'id_token_invalid' })
  })

  it('refuses the access token for the ID token', async () => {
    provider.lie({
      token: { members: ({ access_token }) => ({ id_token: access_token }) },
      accessToken: { claims: { nonce: undefined } },
    })
    await expect(signIn()).rejects.toMatchObject({ code: 'id_token_invalid' })
  })

  it.each<[string, AnswerLie, string]>([
    ['redirects', { fault: redirect(307) }, 'provider_failed'],
    ['does not end its answer', { fault: closedInBody }, 'provider_unavailable'],
    ['does not answer', { fault: hang }, 'provider_unavailable'],
    ['answers 64 MiB', { fault: huge }, 'provider_failed'],
    ['answers a page', { body: '<html>' }, 'provider_failed'],
    ['answers a list', { body: '[]' }, 'provider_failed'],
    ['answers an error with 200', { body: '{"error":"invalid_grant"}' }, 'provider_failed'],
    ['sends tokens of two lines', { members: { access_token: 'a\r\nb' } }, 'provider_failed'],
  ])('asks once when the token endpoint %s', async (_case, token, code) => {
    provider.lie({ token })
    await inVirtualTime(() => expect(signIn()).rejects.toMatchObject({ code }))
    expect(provider.requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(1)
    expect(provider.trap.hits).toEqual([])
  })

  it.each<[string, Lies]>([
    ['names another issuer', { discovery: { members: { issuer: 'https://evil.example' } } }],
    [
      'has codes and secret sent elsewhere',
      { discovery: { members: { token_endpoint: 'https://evil.example/oauth/token' } } },
    ],
  ])('gives nothing to a provider that %s', async (_case, lies) => {
    provider.lie(lies)
    await expect(signIn()).rejects.toMatchObject({ code: 'provider_failed' })
    expect(provider.requests.filter(({ path }) => path === '/oauth/token')).toEqual([])
  })
})

describe('validateToken', () => {
  it('answers the claims of an honest token', async () => {
    await expect(client.validateToken(await accessToken())).resolves.toMatchObject({
      sub: subject,
    })
  })

  it.each<readonly [string, TokenLie]>([
    ...forged,
    ['another client', { claims: { client_id: 'skc_2' } }],
    ['no client', { claims: { client_id: undefined } }],
    ['no name of its own', { claims: { jti: undefined } }],
    ['a nonce', { claims: { nonce: 'the-nonce' } }],
    ['at_hash', { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
  ])('refuses an access token with %s', async (_case, lie) => {
    const token = await accessToken(lie)
    await expect(client.validateToken(token)).rejects.toMatchObject({
      code: 'access_token_invalid',
    })
    await expect(client.validateAccessToken(token)).resolves.toBe(false)
  })

  it('refuses the ID token that came with it', async () => {
    const { idToken } = await signIn()
    await expect(client.validateToken(idToken)).rejects.toMatchObject({
      code: 'access_token_invalid',
    })
  })

  it('calls no token good or bad by keys that cannot be used', async () => {
    const token = await accessToken()
    provider.lie({ keys: { body: '{"keys":"none"}' } })
    await expect(client.validateAccessToken(token)).rejects.toMatchObject({
      code: 'provider_failed',
    })
  })
})

/** A sign-in by this file's client, whoever signs in. */
async function signIn() {
  await comeBack('somebody-else')
  return client.authenticateWithCode(await comeBack(), redirectUri, answer)
}

/** An access token; its ID token's hash is of whatever it is. */
async function accessToken(lie?: TokenLie): Promise<string> {
  provider.lie(lie ? { accessToken: lie } : {})
  return (await signIn()).accessToken
}

async function comeBack(nonce: string = request.nonce): Promise<string> {
  const url = client.getAuthorizationUrl(redirectUri, { ...request, nonce, state: nonce })
  const back = await fetch(url, { redirect: 'manual' })
  return new URL(back.headers.get('location')!).searchParams.get('code')!
}

function withClaim(token: string, name: string, value: unknown): string {
  const [header, payload, signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString())
  const changed = Buffer.from(JSON.stringify({ ...claims, [name]: value })).toString('base64url')
  return `${header}.${changed}.${signature}`
}
