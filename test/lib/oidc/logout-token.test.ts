import { describe, expect, it } from 'vitest'
import { type LogoutTokenChecks, verifyLogoutToken } from '../../../src/lib/oidc/logout-token.ts'
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
const checks: LogoutTokenChecks = { keys, issuer, clientId, clock: () => now }
const event = 'http://schemas.openid.net/event/backchannel-logout'
type Claims = Readonly<Record<string, unknown>>

describe('verifyLogoutToken', () => {
  it('answers whose sessions ended, when at the latest, and until when it could be used', async () => {
    expect(await verified()).toEqual({
      subject: { sid: 'ses_1', sub: subject },
      issuedAt: now + 999,
      id: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: (nowSeconds + 150) * 1000,
    })
  })

  it.each<[string, Claims, object]>([
    ['a session', { sub: undefined }, { sid: 'ses_1' }],
    ['a user', { sid: undefined }, { sub: subject }],
    ['a session and its user', {}, { sid: 'ses_1', sub: subject }],
  ])('takes one that names %s', async (_what, claims, named) => {
    expect((await verified(claims)).subject).toEqual(named)
  })

  it('could be used for ten minutes at the longest, whatever it says of its end', async () => {
    for (const exp of [undefined, nowSeconds + 3600]) {
      const lasting = await token({ claims: { exp } })
      const { expiresAt } = await verifyLogoutToken(lasting, checks)
      const at = (ms: number) => verifyLogoutToken(lasting, { ...checks, clock: () => ms })
      expect((await at(nowSeconds * 1000 + 600_000)).expiresAt).toBe(expiresAt)
      await expect(at(expiresAt)).rejects.toMatchObject({ code: 'logout_token_invalid' })
      expect(expiresAt).toBe((nowSeconds + 601) * 1000)
    }
  })

  it('is known again by its jti, however it is spelled', async () => {
    const ids = [await verified({ iat: nowSeconds - 1 }), await verified(), await verified()]
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1)
    expect((await verified({ jti: 'tkn_2' })).id).not.toBe(ids[0]!.id)
  })

  it.each(['logout+jwt', 'application/logout+jwt', 'LOGOUT+JWT', 'JWT', undefined])(
    'takes the type %j',
    async (typ) => {
      const { subject: named } = await verifyLogoutToken(await token({ header: { typ } }), checks)
      expect(named).toMatchObject({ sid: 'ses_1' })
    },
  )

  it('takes other events beside the logout', async () => {
    const events = { 'https://acme.example/event': {}, [event]: { reason: 'none' } }
    expect((await verified({ events })).subject).toMatchObject({ sid: 'ses_1' })
  })

  it.each<[string, Claims]>([
    ['us as the only audience in a list', { aud: [clientId] }],
    ['us as the authorized party', { azp: clientId }],
    ['an end half a minute ago', { exp: nowSeconds - 29 }],
    ['a time of issue ten minutes ago', { iat: nowSeconds - 600 }],
    ['claims that others have, under its own type', { client_id: clientId, scope: 'openid' }],
    ['a session id of 255 characters', { sid: 's'.repeat(255) }],
  ])('takes %s', async (_case, claims) => {
    expect((await verified(claims)).subject).toMatchObject({ sub: subject })
  })

  describe('the signature', () => {
    it.each([0, 1, 2] as const)('refuses a change in part %d', async (part) => {
      await refused(tampered(await token(), part))
    })

    it('refuses another key under the same key id', async () => {
      await refused(await token({ key: foreign.privateKey }))
    })

    it.each(['none', 'None'])('refuses %s, without a signature', async (alg) => {
      const [, payload] = (await token()).split('.')
      const header = Buffer.from(JSON.stringify({ alg, kid: 'snk_1', typ: 'logout+jwt' }))
      await refused(`${header.toString('base64url')}.${payload}.`)
    })

    it('refuses HS256 signed with the text of the public key', async () => {
      const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
      await refused(await token({ header: { alg: 'HS256' }, key: Buffer.from(pem) }))
    })

    it.each(['RS384', 'RS512', 'PS256'])('refuses %s under the published key', async (alg) => {
      await refused(await token({ header: { alg } }))
    })

    it.each(['', '..', 'not a token', 'e30.e30.e30.e30'])('refuses %j', async (text) => {
      await refused(text)
    })

    it('refuses a text longer than any such token, however well it is signed', async () => {
      await refused(await token({ claims: { reason: 'a'.repeat(8192) } }))
    })
  })

  describe('the claims', () => {
    it.each<[string, Claims]>([
      ['another issuer', { iss: 'https://evil.example' }],
      ['an issuer with a slash more', { iss: `${issuer}/` }],
      ['no issuer', { iss: undefined }],
      ['another audience', { aud: 'skc_2' }],
      ['another audience beside us', { aud: [clientId, 'skc_2'] }],
      ['no audience', { aud: undefined }],
      ['an empty list of audiences', { aud: [] }],
      ['another authorized party', { azp: 'skc_2' }],
      ['an end that has passed', { exp: nowSeconds - 30 }],
      ['an end that is no number', { exp: `${nowSeconds + 120}` }],
      ['a beginning that is to come', { nbf: nowSeconds + 31 }],
      ['no time of issue', { iat: undefined }],
      ['a time of issue that is no number', { iat: `${nowSeconds}` }],
      ['an old time of issue', { iat: nowSeconds - 601 }],
      ['a time of issue that is to come', { iat: nowSeconds + 61 }],
      ['no jti', { jti: undefined }],
      ['an empty jti', { jti: '' }],
      ['a jti that is no string', { jti: 7 }],
      ['a jti of 256 characters', { jti: 'j'.repeat(256) }],
      ['neither a session nor a user', { sid: undefined, sub: undefined }],
      ['an empty session beside a user', { sid: '' }],
      ['a session that is null beside a user', { sid: null }],
      ['a list of sessions beside a user', { sid: ['ses_1'] }],
      ['a session id of 256 characters', { sid: 's'.repeat(256) }],
      ['an empty user', { sid: undefined, sub: '' }],
      ['a user that is no string beside a session', { sub: 7 }],
      ['no events', { events: undefined }],
      ['no event', { events: {} }],
      ['a list of events', { events: [event] }],
      ['the event as a string', { events: event }],
      ['another event', { events: { 'https://acme.example/event': {} } }],
      ['an event that is null', { events: { [event]: null } }],
      ['an event that is true', { events: { [event]: true } }],
      ['an event that is a string', { events: { [event]: '{}' } }],
      ['an event that is a list', { events: { [event]: [] } }],
      ['an event that only a prototype has', { events: { constructor: {} } }],
      ['a nonce', { nonce: 'n' }],
      ['a nonce that is null', { nonce: null }],
    ])('refuses %s', async (_case, claims) => {
      await refused(await token({ claims }))
    })
  })

  describe('other kinds of token', () => {
    it.each(['at+jwt', 'secevent+jwt', 'id_token', 'logout', ''])(
      'refuses the type %j',
      async (typ) => {
        await refused(await token({ header: { typ } }))
      },
    )

    it.each([
      ['an ID token', idToken],
      ['an access token', accessToken],
      ['a token of an IdP-initiated login', idpLogin],
    ])('refuses %s, even one with the event, a jti and a session', async (_case, claims) => {
      const logout = { events: { [event]: {} }, jti: 'tkn_1', sid: 'ses_1' }
      await refused(await signedClaims(claims, 'JWT'))
      await refused(await signedClaims(claims, 'logout+jwt'))
      await refused(await signedClaims({ ...claims, ...logout }, 'JWT'))
      await refused(await signedClaims({ ...claims, ...logout }, undefined))
    })

    it.each([
      'at_hash',
      'c_hash',
      'azp',
      'client_id',
      'scope',
      'scopes',
      'organization_id',
      'connection_id',
    ])('refuses one with %s, unless its type says what it is', async (name) => {
      const claims = { [name]: clientId }
      await refused(await token({ claims, header: { typ: 'JWT' } }))
      await refused(await token({ claims, header: { typ: undefined } }))
      expect((await verified(claims)).subject).toMatchObject({ sid: 'ses_1' })
    })
  })
})

const times = { iat: nowSeconds, exp: nowSeconds + 120 }
const ours = { iss: issuer, aud: [clientId], ...times }
const idToken = { ...ours, azp: clientId, sub: subject, at_hash: 'a', sid: 'ses_1' }
const accessToken = { ...ours, client_id: clientId, sub: subject, jti: 'tkn_1', sid: 'ses_1' }
const idpLogin = { ...ours, organization_id: 'org_1', connection_id: 'conn_1' }
const logoutToken = {
  ...ours,
  sub: subject,
  sid: 'ses_1',
  jti: 'tkn_1',
  events: { [event]: {} },
}

function signedClaims(claims: Claims, typ: string | undefined): Promise<string> {
  const header = { alg: 'RS256', kid: 'snk_1', ...(typ === undefined ? {} : { typ }) }
  return signed(JSON.stringify(claims), header, rsa.privateKey)
}

function token({ claims, header, key = rsa.privateKey }: Changes = {}): Promise<string> {
  const payload = JSON.stringify({ ...logoutToken, ...claims })
  return signed(payload, { alg: 'RS256', kid: 'snk_1', typ: 'logout+jwt', ...header }, key)
}

async function verified(claims: Claims = {}) {
  return verifyLogoutToken(await token({ claims }), checks)
}

async function refused(text: string) {
  await expect(verifyLogoutToken(text, checks)).rejects.toMatchObject({
    code: 'logout_token_invalid',
    status: 400,
  })
}
