import { describe, expect, it } from 'vitest'
import { type IdTokenChecks, verifyIdToken } from '../../../src/lib/oidc/id-token.ts'
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
const rsaJwk = jwk(rsa.publicKey, 'snk_1')
const ecJwk = jwk(ec.publicKey, 'snk_ec')
const keys = published(rsaJwk, ecJwk)

// The example of OpenID Connect Core 1.0, appendix A.6.
const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
const atHash = '77QmUPtjPfzWtF2AnpK9RQ'
const code = 'Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk'
const cHash = 'LDktKdoQak3Pk0cnXxCltA'

describe('verifyIdToken', () => {
  it('answers the claims of a token that keeps every rule', async () => {
    await expect(verified({})).resolves.toMatchObject({ sub: subject, oid: 'org_1', iss: issuer })
  })

  describe('the signature (rule 6)', () => {
    it.each([0, 1, 2] as const)('refuses a change in part %d', async (part) => {
      await refused(tampered(await idToken(), part))
    })

    it('refuses another key under the same key id', async () => {
      await refused(idToken({ key: foreign.privateKey }))
    })

    it.each([
      ['an unknown key id', 'snk_2'],
      ['a key id in another case', 'SNK_1'],
      ['a number for a key id', 1],
      ['the name of something every object has', '__proto__'],
    ])('refuses %s', async (_case, kid) => {
      await refused(idToken({ header: { kid } }))
    })

    it('needs no key id while one key is published', async () => {
      const token = await idToken({ header: { kid: undefined } })
      await expect(verifyIdToken(token, checks({ keys: published(rsaJwk) }))).resolves.toBeTruthy()
    })

    it('refuses a token without key id when two keys are published', async () => {
      const other = jwk(foreign.publicKey, 'snk_2')
      const token = idToken({ header: { kid: undefined } })
      await refused(token, { keys: published(rsaJwk, other) })
    })

    it('refuses a key that is published for encryption', async () => {
      await refused(idToken(), { keys: published({ ...rsaJwk, use: 'enc' }) })
    })

    it.each([
      ['nothing', ''],
      ['two parts', 'e30.e30'],
      ['four parts', 'e30.e30.e30.e30'],
      ['three empty parts', '..'],
      ['something else', 'not a token'],
    ])('refuses %s', async (_case, token) => {
      await refused(token)
    })
  })

  describe('the algorithm (rule 7)', () => {
    it.each(['none', 'None', 'NONE'])('refuses %s, without a signature', async (alg) => {
      const [, payload] = (await idToken()).split('.')
      const header = Buffer.from(JSON.stringify({ alg, kid: 'snk_1', typ: 'JWT' }))
      await refused(`${header.toString('base64url')}.${payload}.`)
    })

    it('refuses HS256 signed with the text of the public key', async () => {
      for (const type of ['spki', 'pkcs1'] as const) {
        const pem = rsa.publicKey.export({ type, format: 'pem' })
        await refused(idToken({ header: { alg: 'HS256' }, key: Buffer.from(pem) }))
      }
    })

    it.each(['RS384', 'RS512', 'PS256'])('refuses %s by the published key', async (alg) => {
      await refused(idToken({ header: { alg } }))
    })

    it('refuses ES256 by a published key', async () => {
      await refused(idToken({ header: { alg: 'ES256', kid: 'snk_ec' }, key: ec.privateKey }))
    })
  })

  describe('the header', () => {
    it.each<[string, unknown]>([
      ['jwk', rsaJwk],
      ['jku', `${issuer}/keys`],
      ['x5u', `${issuer}/certificate`],
      ['x5c', ['MIIB']],
      ['b64', true],
      ['zip', 'DEF'],
    ])('refuses %s, even beside a right signature', async (name, value) => {
      await refused(idToken({ header: { [name]: value } }))
    })

    it('refuses what it does not understand and must', async () => {
      await refused(idToken({ header: { crit: ['urn:x'], 'urn:x': true } }))
      await refused(idToken({ header: { crit: ['b64'], b64: true } }))
    })

    it.each(['logout+jwt', 'at+jwt', 'application/at+jwt', 'secevent+jwt', '', 'JWT2'])(
      'refuses the type %j',
      async (typ) => {
        await refused(idToken({ header: { typ } }))
      },
    )

    it.each(['JWT', 'jwt', undefined])('takes the type %j', async (typ) => {
      await expect(verified({ header: { typ } })).resolves.toBeTruthy()
    })

    it('refuses a type that is no text', async () => {
      await refused(idToken({ header: { typ: 5 } }))
      await refused(idToken({ header: { typ: null } }))
    })
  })

  describe('iss (rule 2)', () => {
    it.each([
      ['another', 'https://globex.scalekit.com'],
      ['with a slash at its end', `${issuer}/`],
      ['in capital letters', 'https://ACME.scalekit.com'],
      ['with http', 'http://acme.scalekit.com'],
      ['a list', [issuer]],
      ['missing', undefined],
    ])('is refused when it is %s', async (_case, iss) => {
      await refused(idToken({ claims: { iss } }))
    })
  })

  describe('aud and azp (rules 3 to 5)', () => {
    it.each([
      ['another', 'skc_2'],
      ['missing', undefined],
      ['null', null],
      ['an empty list', []],
      ['a list without us', ['skc_2']],
      ['a list with somebody else', [clientId, 'skc_2']],
      ['a list with somebody else first', ['skc_2', clientId]],
      ['a list in a list', [[clientId]]],
      ['an object', { [clientId]: true }],
      ['longer than ours', `${clientId}1`],
    ])('aud is refused when it is %s', async (_case, aud) => {
      await refused(idToken({ claims: { aud } }))
    })

    it('aud may be a list of us alone', async () => {
      await expect(verified({ claims: { aud: [clientId] } })).resolves.toBeTruthy()
    })

    it.each([
      ['another', 'skc_2'],
      ['empty', ''],
      ['a list', [clientId]],
      ['null', null],
    ])('azp is refused when it is %s', async (_case, azp) => {
      await refused(idToken({ claims: { azp } }))
    })

    it('azp may be us, or missing', async () => {
      await expect(verified({ claims: { azp: clientId } })).resolves.toBeTruthy()
      await expect(verified({ claims: { azp: undefined } })).resolves.toBeTruthy()
    })
  })

  describe('time (rules 9 and 10)', () => {
    it.each([
      ['ahead by minutes', 600_000 + 1000],
      ['ahead by hours', 36_000_000],
      ['behind', -61_000],
    ])('names our clock where it is %s', async (_case, offMs) => {
      const verification = verifyIdToken(await idToken(), checks({ clock: () => now + offMs }))
      await expect(verification).rejects.toMatchObject({
        hint: clocksDiffer(Math.abs(offMs) / 1000),
      })
    })

    it('names our clock where the token is not valid yet, and for nothing else', async () => {
      const early = verified({ claims: { nbf: nowSeconds + 31 } })
      await expect(early).rejects.toMatchObject({ hint: clocksDiffer(31) })
      const foreign = verified({ claims: { nonce: 'another' } })
      await expect(foreign).rejects.not.toHaveProperty('hint')
    })

    it.each<[string, Record<string, unknown>]>([
      ['exp half a minute ago', { exp: nowSeconds - 30 }],
      ['exp missing', { exp: undefined }],
      ['exp in a text', { exp: String(nowSeconds + 300) }],
      ['exp null', { exp: null }],
      ['nbf more than half a minute ahead', { nbf: nowSeconds + 31 }],
      ['nbf in a text', { nbf: String(nowSeconds) }],
      ['iat missing', { iat: undefined }],
      ['iat in a text', { iat: String(nowSeconds) }],
      ['iat null', { iat: null }],
      ['iat more than ten minutes ago', { iat: nowSeconds - 601 }],
      ['iat more than a minute ahead', { iat: nowSeconds + 61 }],
      ['iat in milliseconds', { iat: now }],
      ['iat at the beginning of time', { iat: 0 }],
    ])('refuses %s', async (_case, claims) => {
      await refused(idToken({ claims }))
    })

    it.each<[string, Record<string, unknown>]>([
      ['exp less than half a minute ago', { exp: nowSeconds - 29 }],
      ['nbf half a minute ahead', { nbf: nowSeconds + 30 }],
      ['iat ten minutes ago', { iat: nowSeconds - 600 }],
      ['iat a minute ahead', { iat: nowSeconds + 60 }],
    ])('takes %s, since clocks differ', async (_case, claims) => {
      await expect(verified({ claims })).resolves.toBeTruthy()
    })

    it.each(['1e999', '-1e999'])('refuses the iat %s, which is no moment', async (iat) => {
      const payload = JSON.stringify(validClaims).replace(/"iat":\d+/, `"iat":${iat}`)
      await refused(idToken({ payload }))
    })
  })

  describe('sub (rule of section 2)', () => {
    it.each([
      ['missing', undefined],
      ['empty', ''],
      ['256 characters', 'a'.repeat(256)],
      ['a number', 5],
      ['null', null],
      ['a list', ['usr_1']],
    ])('is refused when it is %s', async (_case, sub) => {
      await refused(idToken({ claims: { sub } }))
    })

    it.each(['a', 'a'.repeat(255)])('may have 1 to 255 characters', async (sub) => {
      await expect(verified({ claims: { sub } })).resolves.toMatchObject({ sub })
    })
  })

  describe('nonce (rule 11)', () => {
    it.each([
      ['missing', undefined],
      ['another', 'nonce-of-somebody-else'],
      ['empty', ''],
      ['a number', 5],
      ['a list', ['nonce-of-this-sign-in']],
      ['null', null],
      ['longer than ours', 'nonce-of-this-sign-in '],
    ])('is refused when it is %s', async (_case, nonce) => {
      await refused(idToken({ claims: { nonce } }))
    })
  })

  describe.each([
    ['at_hash', atHash, cHash],
    ['c_hash', cHash, atHash],
  ])('%s (section 3.1.3.8, 3.3.2.11)', (name, right, another) => {
    it('is taken when it is right, or missing', async () => {
      await expect(verified({ claims: { [name]: right } })).resolves.toBeTruthy()
      await expect(verified({ claims: { [name]: undefined } })).resolves.toBeTruthy()
    })

    it.each([
      ['another', another],
      ['with padding', `${right}==`],
      ['a number', 5],
      ['a list', [right]],
      ['empty', ''],
      ['null', null],
    ])('is refused when it is %s', async (_case, hash) => {
      await refused(idToken({ claims: { [name]: hash } }))
    })
  })

  describe('the kind', () => {
    it('refuses a token with events, as logout tokens have', async () => {
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
      await refused(idToken({ claims: { events } }))
      await refused(idToken({ claims: { events: null } }))
    })

    it('refuses an access token', async () => {
      const { nonce, ...claims } = validClaims
      await refused(
        idToken({ payload: JSON.stringify({ ...claims, jti: 'tkn_1', client_id: clientId }) }),
      )
    })
  })

  describe('the payload', () => {
    it.each(['[]', 'null', '"text"', '5', '', '{', '{"sub":'])('refuses %j', async (payload) => {
      await refused(idToken({ payload }))
    })

    it('refuses bytes that are no UTF-8', async () => {
      const payload = JSON.stringify({ ...validClaims, name: '\xff' })
      await refused(idToken({ payload: Buffer.from(payload, 'latin1') }))
      await expect(verified({ payload: Buffer.from(payload, 'utf8') })).resolves.toBeTruthy()
    })

    it('reads a member that is there twice as its last value, everywhere', async () => {
      const payload = JSON.stringify(validClaims).replace(/}$/, ',"sub":"usr_last"}')
      await expect(verified({ payload })).resolves.toMatchObject({ sub: 'usr_last' })
      await refused(idToken({ payload: payload.replace(/}$/, ',"nonce":"another"}') }))
    })

    it('changes no other object by a member called __proto__', async () => {
      const payload = JSON.stringify(validClaims).replace(
        /}$/,
        ',"__proto__":{"polluted":true,"oid":"org_2"},"constructor":{"prototype":{"polluted":true}}}',
      )
      const claims = await verified({ payload })
      expect(claims.oid).toBe('org_1')
      expect(claims.polluted).toBeUndefined()
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    })

    it('takes nothing that is missing from a member called __proto__', async () => {
      const { nonce, ...claims } = validClaims
      const payload = JSON.stringify(claims).replace(/}$/, `,"__proto__":{"nonce":"${nonce}"}}`)
      await refused(idToken({ payload }))
    })
  })

  describe('the time of authentication (rule 13)', () => {
    const authenticatedSince = now - 360_000
    const at = (authTime: unknown) => idToken({ claims: { auth_time: authTime } })

    it.each([
      ['the earliest moment', nowSeconds - 360],
      ['a minute ahead', nowSeconds + 60],
      ['no auth_time', undefined],
    ])('accepts %s', async (_case, authTime) => {
      const claims = await verifyIdToken(await at(authTime), checks({ authenticatedSince }))
      expect(claims.auth_time).toBe(authTime)
    })

    it('refuses what is earlier, and names the option', async () => {
      const verification = verifyIdToken(await at(nowSeconds - 361), checks({ authenticatedSince }))
      await expect(verification).rejects.toMatchObject({
        name: 'LoginError',
        code: 'login_too_old',
        hint: expect.stringContaining('`login.maxAgeSeconds`'),
      })
    })

    it.each([
      ['a string', String(nowSeconds)],
      ['null', null],
      ['an array', [nowSeconds]],
      ['more than a minute ahead', nowSeconds + 61],
      ['milliseconds', now],
    ])('refuses %s', async (_case, authTime) => {
      await refused(at(authTime), { authenticatedSince })
    })

    it('is not checked where no max_age was sent', async () => {
      await expect(verified({ claims: { auth_time: 1 } })).resolves.toBeTruthy()
    })
  })

  it('keeps the token out of its error', async () => {
    const token = await idToken({
      claims: { nonce: 'planted-nonce', email: 'planted@acme.example' },
    })
    const error = (await verifyIdToken(token, checks()).catch((thrown) => thrown)) as Error
    const shown = `${error.stack} ${(error.cause as Error).stack}`
    for (const planted of ['planted', token.split('.')[1]!, token.split('.')[2]!]) {
      expect(shown).not.toContain(planted)
    }
  })
})

const validClaims = {
  iss: issuer,
  aud: clientId,
  azp: clientId,
  sub: subject,
  oid: 'org_1',
  nonce: 'nonce-of-this-sign-in',
  iat: nowSeconds,
  exp: nowSeconds + 300,
  at_hash: atHash,
  c_hash: cHash,
}

function idToken({ claims, header, payload, key = rsa.privateKey }: Changes = {}): Promise<string> {
  return signed(
    payload ?? JSON.stringify({ ...validClaims, ...claims }),
    { alg: 'RS256', kid: 'snk_1', typ: 'JWT', ...header },
    key,
  )
}

function checks(changes: Partial<IdTokenChecks> = {}): IdTokenChecks {
  const { nonce } = validClaims
  return { keys, issuer, clientId, nonce, accessToken, code, clock: () => now, ...changes }
}

async function verified(changes: Changes) {
  return verifyIdToken(await idToken(changes), checks())
}

async function refused(
  token: string | Promise<string>,
  changes: Partial<IdTokenChecks> = {},
): Promise<void> {
  await expect(verifyIdToken(await token, checks(changes))).rejects.toMatchObject({
    name: 'LoginError',
    code: 'id_token_invalid',
  })
}

function clocksDiffer(seconds: number): string {
  return `This machine’s clock and Scalekit’s differ by about ${seconds} seconds: check NTP.`
}
