import { describe, expect, it } from 'vitest'
import {
  type AccessTokenChecks,
  type Grants,
  readGrants,
  verifyAccessToken,
} from '../../../src/lib/oidc/access-token.ts'
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

const { rsa, ec, foreign } = keyPairs()
const keys = published(jwk(rsa.publicKey, 'snk_1'), jwk(ec.publicKey, 'snk_ec'))
const nothing: Grants = { roles: [], permissions: [], scopes: [], claims: {} }

describe('readGrants', () => {
  it('reads what the access token of this sign-in grants', async () => {
    expect(await grants({ claims: { plan: 'team' } })).toEqual({
      organizationId: 'org_1',
      roles: ['admin', 'member'],
      permissions: ['projects:read'],
      scopes: ['openid', 'email'],
      issuedAt: expect.any(Number),
      claims: expect.objectContaining({ iss: issuer, plan: 'team' }),
    })
  })

  it.each(['opaque', 'tkn_1234', 'a.b', 'a.b.c.d', ''])(
    'takes the opaque token %j, which grants nothing',
    async (token) => {
      expect(await readGrants(token, checks)).toEqual(nothing)
    },
  )

  it('takes a token of single sign-on, which has neither organization nor roles', async () => {
    const bare = { oid: undefined, roles: undefined, permissions: undefined, scope: undefined }
    const issuedAt = Math.floor(now / 1000) * 1000
    expect(await grants({ claims: { ...bare, iat: issuedAt / 1000 } })).toEqual({
      ...nothing,
      issuedAt,
      claims: expect.any(Object),
    })
  })

  describe('verifies a token like any other', () => {
    it.each([0, 1, 2] as const)('refuses a change in part %d', async (part) => {
      await refused(tampered(await accessToken(), part))
    })

    it.each<[string, Changes]>([
      ['another key', { key: foreign.privateKey }],
      ['an unknown key id', { header: { kid: 'snk_2' } }],
      ['RS384', { header: { alg: 'RS384' } }],
      ['ES256', { header: { alg: 'ES256', kid: 'snk_ec' }, key: ec.privateKey }],
      ['a key of its own in the header', { header: { jwk: jwk(rsa.publicKey, 'snk_1') } }],
      ['the type of a logout token', { header: { typ: 'logout+jwt' } }],
      ['another issuer', { claims: { iss: `${issuer}/` } }],
      ['no issuer', { claims: { iss: undefined } }],
      ['an end half a minute ago', { claims: { exp: nowSeconds - 30 } }],
      ['no end', { claims: { exp: undefined } }],
      ['a beginning in the future', { claims: { nbf: nowSeconds + 31 } }],
      ['an old iat', { claims: { iat: nowSeconds - 601 } }],
      ['no iat', { claims: { iat: undefined } }],
      ['no subject', { claims: { sub: undefined } }],
      ['a payload that is a list', { payload: '[]' }],
    ])('refuses %s', async (_case, changes) => {
      await refused(await accessToken(changes))
    })

    it('refuses three parts that are no token', async () => {
      await refused('a.b.c')
    })
  })

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'jwt', undefined])(
    'takes the type %j',
    async (typ) => {
      expect((await grants({ header: { typ } })).roles).toEqual(['admin', 'member'])
      const shown = verifyAccessToken(await accessToken({ header: { typ } }), checks)
      await expect(shown).resolves.toMatchObject({ sub: subject })
    },
  )

  it.each(['id+jwt', 'logout+jwt', 'at+jwt2', '', 'application/jwt'])(
    'refuses the type %j',
    async (typ) => {
      const token = await accessToken({ header: { typ } })
      await refused(token)
      await expect(verifyAccessToken(token, checks)).rejects.toMatchObject({
        code: 'access_token_invalid',
      })
    },
  )

  describe('belongs to this sign-in', () => {
    it.each([
      ['another user', 'conn_1;00u-alan'],
      ['a user whose name begins like ours', `${subject}1`],
    ])('refuses the token of %s', async (_case, sub) => {
      await refused(await accessToken({ claims: { sub } }))
    })

    it.each<[string, Record<string, unknown>]>([
      ['our client_id, whatever the audience', { client_id: clientId, aud: 'https://api.example' }],
      ['our client_id and no audience', { client_id: clientId, aud: undefined }],
      ['our audience and no client_id', { client_id: undefined, aud: clientId }],
      [
        'us among the audiences and no client_id',
        { client_id: undefined, aud: ['https://api.example', clientId] },
      ],
    ])('takes a token with %s', async (_case, claims) => {
      expect((await grants({ claims })).roles).toEqual(['admin', 'member'])
    })

    it.each<[string, Record<string, unknown>]>([
      ['another client', { client_id: 'skc_2', aud: 'skc_2' }],
      ['another client for our audience', { client_id: 'skc_2', aud: [clientId] }],
      ['nobody', { client_id: undefined, aud: undefined }],
      ['a list of clients', { client_id: [clientId], aud: undefined }],
      ['a client whose id begins like ours', { client_id: `${clientId}1`, aud: undefined }],
    ])('refuses a token that was issued to %s', async (_case, claims) => {
      await refused(await accessToken({ claims }))
    })
  })

  describe('is no token of another kind', () => {
    it.each([
      ['nonce', 'an ID token'],
      ['at_hash', 'an ID token'],
      ['c_hash', 'an ID token'],
      ['events', 'a logout token'],
    ])('refuses one with %s, as %s has it', async (name) => {
      await refused(await accessToken({ claims: { [name]: 'anything' } }))
      await refused(await accessToken({ claims: { [name]: null } }))
    })
  })

  describe('grants nothing by a value of another type', () => {
    it.each([
      ['a text', 'admin'],
      ['an object', { admin: true }],
      ['a list with a number', ['admin', 1]],
      ['a list in a list', [['admin']]],
      ['an object that looks like a list', { 0: 'admin', length: 1 }],
      ['true', true],
      ['null', null],
    ])('%s', async (_case, value) => {
      expect((await grants({ claims: { roles: value } })).roles).toEqual([])
      expect((await grants({ claims: { permissions: value } })).permissions).toEqual([])
      const scopes = { scope: undefined, scopes: value }
      expect((await grants({ claims: scopes })).scopes).toEqual([])
    })

    it.each([[['openid']], 5, { openid: true }])('scope %j', async (scope) => {
      expect((await grants({ claims: { scope } })).scopes).toEqual([])
    })

    it.each([5, ['org_1'], { id: 'org_1' }, true])(
      'but refuses the organization %j, which cannot be compared',
      async (oid) => {
        await refused(await accessToken({ claims: { oid } }))
      },
    )

    it.each([null, ''])('takes the organization %j for none', async (oid) => {
      expect(await grants({ claims: { oid } })).not.toHaveProperty('organizationId')
    })
  })

  it('reads the scopes of a list, and those of a text however it is spaced', async () => {
    const list = { scope: undefined, scopes: ['org:read', 'org:write'] }
    expect((await grants({ claims: list })).scopes).toEqual(['org:read', 'org:write'])
    expect((await grants({ claims: { scope: ' openid  email ' } })).scopes).toEqual([
      'openid',
      'email',
    ])
  })

  it('grants nothing by a member called __proto__', async () => {
    const payload = JSON.stringify({ ...validClaims, roles: undefined }).replace(
      /}$/,
      ',"__proto__":{"roles":["admin"]}}',
    )
    expect((await grants({ payload })).roles).toEqual([])
    expect(({} as { roles?: unknown }).roles).toBeUndefined()
  })
})

const validClaims = {
  iss: issuer,
  aud: clientId,
  client_id: clientId,
  sub: subject,
  oid: 'org_1',
  jti: 'tkn_1',
  iat: nowSeconds,
  nbf: nowSeconds,
  exp: nowSeconds + 300,
  roles: ['admin', 'member'],
  permissions: ['projects:read'],
  scope: 'openid email',
}

const checks: AccessTokenChecks = { keys, issuer, clientId, subject, clock: () => now }

function accessToken({
  claims,
  header,
  payload,
  key = rsa.privateKey,
}: Changes = {}): Promise<string> {
  return signed(
    payload ?? JSON.stringify({ ...validClaims, ...claims }),
    { alg: 'RS256', kid: 'snk_1', typ: 'JWT', ...header },
    key,
  )
}

async function grants(changes: Changes): Promise<Grants> {
  return readGrants(await accessToken(changes), checks)
}

async function refused(token: string): Promise<void> {
  await expect(readGrants(token, checks)).rejects.toMatchObject({
    name: 'LoginError',
    code: 'access_token_invalid',
  })
}
