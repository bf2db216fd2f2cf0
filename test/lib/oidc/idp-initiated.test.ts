import { describe, expect, it } from 'vitest'
import { readGrants } from '../../../src/lib/oidc/access-token.ts'
import { verifyIdToken } from '../../../src/lib/oidc/id-token.ts'
import { type IdpLoginChecks, verifyIdpLogin } from '../../../src/lib/oidc/idp-initiated.ts'
import {
  type Changes,
  clientId,
  issuer,
  jwk,
  keyPairs,
  now,
  nowSeconds,
  published,
  signed,
  subject,
  tampered,
} from './tokens.ts'

const { rsa, foreign } = keyPairs()
const keys = published(jwk(rsa.publicKey, 'snk_1'))
type Claims = Readonly<Record<string, unknown>>

const checks: IdpLoginChecks = { keys, issuer, clientId, clock: () => now }

describe('verifyIdpLogin', () => {
  it('answers what a token that keeps every rule asks for, and until when it could be used', async () => {
    expect(await verified({ relay_state: '/deep' })).toEqual({
      organizationId: 'org_1',
      connectionId: 'conn_1',
      loginHint: 'ada@acme.example',
      relayState: '/deep',
      tokenHash: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: (nowSeconds + 330) * 1000,
    })
  })

  it('could be used for ten minutes at the longest, whatever it says of its end', async () => {
    const lasting = await token({ claims: { exp: nowSeconds + 3600 } })
    const { expiresAt } = await verifyIdpLogin(lasting, checks)
    const at = (ms: number) => verifyIdpLogin(lasting, { ...checks, clock: () => ms })
    expect((await at(nowSeconds * 1000 + 600_000)).expiresAt).toBe(expiresAt)
    await expect(at(expiresAt)).rejects.toMatchObject({ code: 'idp_login_invalid' })
    expect(expiresAt).toBe((nowSeconds + 601) * 1000)
  })

  it('knows a token again whose signature is spelled otherwise', async () => {
    const first = await token()
    const last = first.at(-1)!
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // The last character of 256 bytes has four bits that decoding drops.
    const again = first.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1]
    const hashes = await Promise.all([first, again].map((each) => verifyIdpLogin(each, checks)))
    expect(again).not.toBe(first)
    expect(hashes[0]!.tokenHash).toBe(hashes[1]!.tokenHash)
    expect((await verified({ iat: nowSeconds - 1 })).tokenHash).not.toBe(hashes[0]!.tokenHash)
  })

  it('goes without what may be missing', async () => {
    const { loginHint, relayState } = await verified({ login_hint: undefined, nbf: undefined })
    expect([loginHint, relayState]).toEqual([undefined, undefined])
  })

  it.each([[['/deep']], 5, '', null, { path: '/deep' }])(
    'takes %j for no hint and no way back',
    async (value) => {
      const { loginHint, relayState } = await verified({ login_hint: value, relay_state: value })
      expect([loginHint, relayState]).toEqual([undefined, undefined])
    },
  )

  describe('the signature', () => {
    it.each([0, 1, 2] as const)('refuses a change in part %d', async (part) => {
      await refused(tampered(await token(), part))
    })

    it('refuses another key under the same key id', async () => {
      await refused(await token({ key: foreign.privateKey }))
    })

    it.each(['none', 'None'])('refuses %s, without a signature', async (alg) => {
      const [, payload] = (await token()).split('.')
      const header = Buffer.from(JSON.stringify({ alg, kid: 'snk_1', typ: 'JWT' }))
      await refused(`${header.toString('base64url')}.${payload}.`)
    })

    it('refuses HS256 signed with the text of the public key', async () => {
      const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
      await refused(await token({ header: { alg: 'HS256' }, key: Buffer.from(pem) }))
    })

    it.each(['', '..', 'not a token', 'e30.e30.e30.e30'])('refuses %j', async (text) => {
      await refused(text)
    })

    it('refuses a text longer than any such token, however well it is signed', async () => {
      await refused(await token({ claims: { relay_state: `/${'a'.repeat(4096)}` } }))
    })
  })

  describe('the claims', () => {
    it.each<[string, Claims]>([
      ['another issuer', { iss: 'https://evil.example' }],
      ['an issuer with a slash more', { iss: `${issuer}/` }],
      ['no issuer', { iss: undefined }],
      ['another audience', { aud: 'skc_2' }],
      ['another audience beside us', { aud: [clientId, 'skc_2'] }],
      ['an empty list of audiences', { aud: [] }],
      ['no end', { exp: undefined }],
      ['an end that has passed', { exp: nowSeconds - 30 }],
      ['a beginning that is to come', { nbf: nowSeconds + 31 }],
      ['no time of issue', { iat: undefined }],
      ['an old time of issue', { iat: nowSeconds - 601 }],
      ['a time of issue that is to come', { iat: nowSeconds + 61 }],
      ['no organization', { organization_id: undefined }],
      ['an organization of another form', { organization_id: 'acme' }],
      ['an organization with a space', { organization_id: 'org_1 ' }],
      ['an organization with a line after it', { organization_id: 'org_1\n' }],
      ['a list that holds the organization', { organization_id: ['org_1'] }],
      ['an empty organization', { organization_id: 'org_' }],
      ['a long organization', { organization_id: `org_${'1'.repeat(61)}` }],
      ['no connection', { connection_id: undefined }],
      ['a connection of another form', { connection_id: 'org_1' }],
      ['a connection with a quote', { connection_id: 'conn_"' }],
      ['a list that holds the connection', { connection_id: ['conn_1'] }],
    ])('refuses %s', async (_case, claims) => {
      await refused(await token({ claims }))
    })

    it.each<[string, Claims]>([
      ['us as the audience', { aud: clientId }],
      ['us as the only audience in a list', { aud: [clientId] }],
      ['an end half a minute ago', { exp: nowSeconds - 29 }],
      ['a beginning in half a minute', { nbf: nowSeconds + 30 }],
      ['a time of issue ten minutes ago', { iat: nowSeconds - 600 }],
    ])('accepts %s', async (_case, claims) => {
      await expect(verified(claims)).resolves.toMatchObject({ organizationId: 'org_1' })
    })
  })

  describe('other kinds of token', () => {
    it.each(['sub', 'nonce', 'at_hash', 'c_hash', 'events'])(
      'refuses one with %s',
      async (name) => {
        await refused(await token({ claims: { [name]: 'x' } }))
        await refused(await token({ claims: { [name]: null } }))
      },
    )

    it.each(['logout+jwt', 'at+jwt', 'secevent+jwt'])('refuses the type %s', async (typ) => {
      await refused(await token({ header: { typ } }))
    })

    it.each([
      ['an ID token', idToken],
      ['an access token', accessToken],
      ['a logout token', logoutToken],
    ])('refuses %s, even one that names organization and connection', async (_case, claims) => {
      const target = { organization_id: 'org_1', connection_id: 'conn_1' }
      await refused(await signedClaims(claims))
      await refused(await signedClaims({ ...claims, ...target }))
    })

    it('is refused where an ID token belongs', async () => {
      const expected = { ...checks, nonce: 'n', accessToken: 'a', code: 'c' }
      for (const claims of [{}, { aud: clientId, nonce: 'n' }]) {
        await expect(verifyIdToken(await token({ claims }), expected)).rejects.toMatchObject({
          code: 'id_token_invalid',
        })
      }
    })

    it('is refused where an access token belongs', async () => {
      const claims = { aud: clientId, client_id: clientId }
      for (const each of [{}, claims]) {
        await expect(
          readGrants(await token({ claims: each }), { ...checks, subject }),
        ).rejects.toMatchObject({ code: 'access_token_invalid' })
      }
    })
  })
})

const times = { iat: nowSeconds, exp: nowSeconds + 300 }
const idToken = { iss: issuer, aud: [clientId], azp: clientId, sub: subject, nonce: 'n', ...times }
const accessToken = { iss: issuer, aud: [clientId], client_id: clientId, sub: subject, ...times }
const logoutToken = {
  iss: issuer,
  aud: clientId,
  sid: 'ses_1',
  events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  ...times,
}

function signedClaims(claims: object): Promise<string> {
  return signed(JSON.stringify(claims), { alg: 'RS256', kid: 'snk_1', typ: 'JWT' }, rsa.privateKey)
}

function token({ claims, header, key = rsa.privateKey }: Changes = {}): Promise<string> {
  const valid = {
    iss: issuer,
    iat: nowSeconds,
    nbf: nowSeconds,
    exp: nowSeconds + 300,
    organization_id: 'org_1',
    connection_id: 'conn_1',
    login_hint: 'ada@acme.example',
  }
  return signed(
    JSON.stringify({ ...valid, ...claims }),
    { alg: 'RS256', kid: 'snk_1', typ: 'JWT', ...header },
    key,
  )
}

async function verified(claims: Claims) {
  return verifyIdpLogin(await token({ claims }), checks)
}

async function refused(text: string): Promise<void> {
  await expect(verifyIdpLogin(text, checks)).rejects.toMatchObject({
    name: 'LoginError',
    code: 'idp_login_invalid',
    status: 400,
  })
}
