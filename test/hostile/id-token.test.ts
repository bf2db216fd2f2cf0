import { describe, expect, it } from 'vitest'
import { useVirtualTime } from '../support/virtual-time.ts'
import { attacker, elliptic, jwk, published, publishedPem } from './provider/keys.ts'
import type { Changes, Lies, TokenLie } from './provider/lies.ts'
import { clientSecret } from './provider/provider.ts'
import { ecdsa, hmac, pss, rsa, type Signer, unsigned } from './provider/signatures.ts'
import {
  clientId,
  connectionId,
  externalOrganizationId,
  halfHash,
  organizationId,
  subject,
} from './provider/tokens.ts'
import {
  expectRefused,
  expectSignedIn,
  type HarmlessLie,
  marker,
  type RefusedLie,
} from './support/refusal.ts'
import { inScene, signIn } from './support/scene.ts'

useVirtualTime()

const now = () => Math.floor(Date.now() / 1000)

function claims(changes: Changes): { readonly lies: Lies } {
  return { lies: { idToken: { claims: changes } } }
}

function made(idToken: TokenLie): { readonly lies: Lies } {
  return { lies: { idToken } }
}

/** A header that says more or less than it should, over a signature that is right. */
function header(changes: Changes): { readonly lies: Lies } {
  return made({ header: changes })
}

function algorithm(alg: unknown, sign: Signer = unsigned): { readonly lies: Lies } {
  return made({ header: { alg }, sign })
}

function finished(finish: TokenLie['finish'] & {}): { readonly lies: Lies } {
  return made({ finish })
}

/** Signs with the attacker's key and offers that very key in the header. */
function offered(parameter: object): { readonly lies: Lies } {
  return made({ header: { ...parameter }, sign: rsa(attacker.privateKey) })
}

const flip = (text: string, at: number) =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

const part = (token: string, index: number) => token.split('.')[index] ?? ''
const dot = (token: string) => token.indexOf('.')

const forgedSignatures: readonly RefusedLie[] = [
  { lie: 'a flipped signature', ...finished((token) => flip(token, token.length - 20)) },
  { lie: 'a flipped payload', ...finished((token) => flip(token, dot(token) + 30)) },
  {
    lie: 'a flipped header',
    ...finished((token) => flip(token, dot(token) - 10)),
    mayAsk: ['/keys'],
  },
  {
    lie: 'the key of an attacker under the right key id',
    ...made({ sign: rsa(attacker.privateKey) }),
  },
  { lie: 'the key of an attacker in jwk', ...offered({ jwk: jwk(attacker.publicKey) }) },
  { lie: 'the key of an attacker in jku', ...offered({ jku: `https://${marker}.example/keys` }) },
  { lie: 'the key of an attacker in x5u', ...offered({ x5u: `https://${marker}.example/x5u` }) },
  { lie: 'the key of an attacker in x5c', ...offered({ x5c: [marker] }) },
  ...['none', 'None', 'NONE', 'nOnE', 'none ', ''].map((alg) => ({
    lie: `no signature, with the algorithm ${JSON.stringify(alg)}`,
    ...algorithm(alg),
  })),
  ...[undefined, null, 1, [], ['RS256'], {}].map((alg) => ({
    lie: `the algorithm ${JSON.stringify(alg)}`,
    ...algorithm(alg, rsa(published.privateKey)),
  })),
  { lie: 'no signature under the right algorithm', ...made({ sign: unsigned }) },
  { lie: 'HS256 with the published PEM as the secret', ...algorithm('HS256', hmac(publishedPem)) },
  {
    lie: 'HS256 with the published DER as the secret',
    ...algorithm('HS256', hmac(published.publicKey.export({ type: 'spki', format: 'der' }))),
  },
  {
    lie: 'HS256 with the published JWK as the secret',
    ...algorithm('HS256', hmac(JSON.stringify(jwk(published.publicKey)))),
  },
  { lie: 'HS256 with the client secret', ...algorithm('HS256', hmac(clientSecret)) },
  { lie: 'HS256 with the empty secret', ...algorithm('HS256', hmac('')) },
  { lie: 'RS384 under the right key', ...algorithm('RS384', rsa(published.privateKey, 'sha384')) },
  { lie: 'RS512 under the right key', ...algorithm('RS512', rsa(published.privateKey, 'sha512')) },
  { lie: 'PS256 under the right key', ...algorithm('PS256', pss(published.privateKey)) },
  { lie: 'RS256 that was signed by PS256', ...made({ sign: pss(published.privateKey) }) },
  { lie: 'ES256 under the published RSA key', ...algorithm('ES256', ecdsa(elliptic.privateKey)) },
  allowed('ES256', jwk(elliptic.publicKey, { alg: undefined }), ecdsa(elliptic.privateKey)),
  allowed('PS256', jwk(published.publicKey, { alg: undefined }), pss(published.privateKey)),
  allowed(
    'RS512',
    jwk(published.publicKey, { alg: undefined }),
    rsa(published.privateKey, 'sha512'),
  ),
]

/** Discovery names the algorithm, and the key that signed is published for any. */
function allowed(alg: string, key: object, sign: Signer): RefusedLie {
  const id_token_signing_alg_values_supported = ['RS256', alg]
  const lies: Lies = {
    discovery: { members: { id_token_signing_alg_values_supported } },
    keys: { members: { keys: [key] } },
    idToken: { header: { alg }, sign },
  }
  const lie = `${alg}, which discovery allows`
  return { lie, lies, isWarm: false, code: 'id_token_invalid', mayAsk: ['/keys'] }
}

/** The honest set with one more key. */
function withKey(other: object): object & Changes {
  return { keys: [jwk(published.publicKey), other] }
}

const malformed: readonly RefusedLie[] = [
  { lie: 'the signature missing', ...finished((token) => token.slice(0, token.lastIndexOf('.'))) },
  { lie: 'the signature cut', ...finished((token) => token.slice(0, -8)) },
  { lie: 'four parts', ...finished((token) => `${token}.AAAA`) },
  { lie: 'five parts', ...finished((token) => `${token}.AAAA.AAAA`) },
  { lie: 'one part', ...finished((token) => part(token, 1)) },
  { lie: 'no header', ...finished((token) => token.slice(dot(token))) },
  { lie: 'no payload', ...finished((token) => `${part(token, 0)}..${part(token, 2)}`) },
  { lie: 'padding', ...finished((token) => `${token}==`) },
  { lie: 'a line break', ...finished((token) => `${token}\r\n`) },
  { lie: 'a space before it', ...finished((token) => ` ${token}`) },
  { lie: 'base64 in place of base64url', ...finished((token) => `${token.slice(0, -4)}+/+/`) },
  {
    lie: 'a JWE of five parts',
    ...finished(() => 'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AA.AA.AA.AA'),
  },
  { lie: 'the general JSON form', ...finished((token) => generalForm(token)) },
  { lie: 'a header that is not JSON', ...finished((token) => `AAAA${token.slice(dot(token))}`) },
  { lie: 'a payload that is an array', ...made({ payload: () => '[]' }) },
  { lie: 'a payload that is null', ...made({ payload: () => 'null' }) },
  { lie: 'a payload that is a text', ...made({ payload: () => `"${marker}"` }) },
  { lie: 'a payload that is not JSON', ...made({ payload: () => marker }) },
  { lie: 'an empty payload', ...made({ payload: () => '' }) },
  {
    lie: 'a payload that is not UTF-8',
    ...made({ payload: () => Buffer.from([0xff, 0xfe, 0x7b]) }),
  },
  { lie: 'no ID token', ...finished(() => undefined) },
  { lie: 'null', ...finished(() => null) },
  { lie: 'an empty text', ...finished(() => '') },
  { lie: 'a number', ...finished(() => 42) },
  { lie: 'a list of tokens', ...finished((token) => [token]) },
  { lie: 'an object', ...finished((token) => ({ token })) },
  { lie: 'the claims themselves', ...finished((_token, said) => said) },
]

function generalForm(token: string): string {
  const signatures = [{ protected: part(token, 0), signature: part(token, 2) }]
  return JSON.stringify({ payload: part(token, 1), signatures })
}

const headers: readonly RefusedLie[] = [
  { lie: 'an unknown key id', ...header({ kid: marker }), mayAsk: ['/keys'] },
  { lie: 'a key id that is an object', ...header({ kid: { a: marker } }), mayAsk: ['/keys'] },
  { lie: 'the key id __proto__', ...header({ kid: '__proto__' }), mayAsk: ['/keys'] },
  { lie: 'a path for a key id', ...header({ kid: '../../etc/passwd' }), mayAsk: ['/keys'] },
  { lie: 'crit with a name of its own', ...header({ crit: [marker], [marker]: true }) },
  { lie: 'an empty crit', ...header({ crit: [] }) },
  { lie: 'b64 false, as critical', ...header({ b64: false, crit: ['b64'] }) },
  { lie: 'b64 false, quietly', ...header({ b64: false }) },
  { lie: 'a jku beside a right signature', ...header({ jku: `https://${marker}.example` }) },
  { lie: 'a jwk beside a right signature', ...header({ jwk: jwk(attacker.publicKey) }) },
  { lie: 'a compressed payload', ...header({ zip: 'DEF' }) },
  ...['logout+jwt', 'at+jwt', 'application/at+jwt', 'dpop+jwt', 'JOSE', ''].map((typ) => ({
    lie: `the type ${JSON.stringify(typ)}`,
    ...header({ typ }),
  })),
  { lie: 'a type that is a number', ...header({ typ: 1 }) },
  {
    lie: 'no key id, with two keys it could be',
    lies: {
      keys: { members: withKey(jwk(attacker.publicKey, { kid: 'second' })) },
      idToken: { header: { kid: undefined } },
    },
    isWarm: false,
  },
  {
    lie: 'the key id of a key for encryption',
    lies: {
      keys: { members: withKey(jwk(attacker.publicKey, { kid: 'enc', use: 'enc' })) },
      idToken: { header: { kid: 'enc' }, sign: rsa(attacker.privateKey) },
    },
    isWarm: false,
    mayAsk: ['/keys'],
  },
  {
    lie: 'the key id of a key that is for verifying nothing',
    lies: {
      keys: {
        members: withKey(
          jwk(attacker.publicKey, { kid: 'wrap', use: undefined, key_ops: ['wrapKey'] }),
        ),
      },
      idToken: { header: { kid: 'wrap' }, sign: rsa(attacker.privateKey) },
    },
    isWarm: false,
    mayAsk: ['/keys'],
  },
]

const parties: readonly RefusedLie[] = [
  { lie: 'no iss', ...claims({ iss: undefined }) },
  { lie: 'another iss', ...claims({ iss: `https://${marker}.example` }) },
  { lie: 'iss with a slash at its end', ...claims(({ iss }) => ({ iss: `${iss}/` })) },
  { lie: 'iss in capitals', ...claims(({ iss }) => ({ iss: String(iss).toUpperCase() })) },
  {
    lie: 'iss over https',
    ...claims(({ iss }) => ({ iss: String(iss).replace('http', 'https') })),
  },
  { lie: 'iss below a path', ...claims(({ iss }) => ({ iss: `${iss}/resources/res_1` })) },
  { lie: 'a list with the right iss', ...claims(({ iss }) => ({ iss: [iss] })) },
  { lie: 'no aud', ...claims({ aud: undefined }) },
  { lie: 'another aud', ...claims({ aud: marker }) },
  { lie: 'an empty list for aud', ...claims({ aud: [] }) },
  { lie: 'an empty aud', ...claims({ aud: '' }) },
  { lie: 'an object for aud', ...claims({ aud: { [clientId]: true } }) },
  { lie: 'aud with another after us', ...claims({ aud: [clientId, marker], azp: undefined }) },
  { lie: 'aud with another before us', ...claims({ aud: [marker, clientId], azp: undefined }) },
  { lie: 'aud with another, though azp is us', ...claims({ aud: [clientId, marker] }) },
  { lie: 'aud that begins like us', ...claims({ aud: `${clientId}0` }) },
  { lie: 'aud in capitals', ...claims({ aud: clientId.toUpperCase() }) },
  { lie: 'aud nested in a list', ...claims({ aud: [[clientId]] }) },
  { lie: 'another azp', ...claims({ azp: marker }) },
  { lie: 'a list with us for azp', ...claims({ azp: [clientId] }) },
  { lie: 'azp null', ...claims({ azp: null }) },
  { lie: 'no sub', ...claims({ sub: undefined }) },
  { lie: 'sub null', ...claims({ sub: null }) },
  { lie: 'an empty sub', ...claims({ sub: '' }) },
  { lie: 'a sub of 256 characters', ...subjects('a'.repeat(256)) },
  { lie: 'a number for sub', ...claims({ sub: 42 }) },
  { lie: 'a list for sub', ...claims({ sub: [subject] }) },
  { lie: 'an object for sub', ...claims({ sub: { id: subject } }) },
]

/** One subject, in both tokens. */
function subjects(sub: string): { readonly lies: Lies } {
  return { lies: { idToken: { claims: { sub } }, accessToken: { claims: { sub } } } }
}

const times: readonly RefusedLie[] = [
  { lie: 'no exp', ...claims({ exp: undefined }) },
  { lie: 'exp past the tolerance', ...claims(() => ({ exp: now() - 60 })) },
  { lie: 'exp as a text', ...claims(() => ({ exp: String(now() + 900) })) },
  { lie: 'exp NaN as a text', ...claims({ exp: 'NaN' }) },
  { lie: 'exp null', ...claims({ exp: null }) },
  { lie: 'exp true', ...claims({ exp: true }) },
  { lie: 'exp in a list', ...claims(() => ({ exp: [now() + 900] })) },
  { lie: 'exp 0', ...claims({ exp: 0 }) },
  { lie: 'exp negative', ...claims({ exp: -1 }) },
  { lie: 'no iat', ...claims({ iat: undefined }) },
  { lie: 'iat a week old', ...claims(() => ({ iat: now() - 604_800 })) },
  { lie: 'iat just too old', ...claims(() => ({ iat: now() - 610 })) },
  { lie: 'iat in the future', ...claims(() => ({ iat: now() + 120 })) },
  { lie: 'iat in milliseconds', ...claims({ iat: Date.now() }) },
  { lie: 'iat as a text', ...claims(() => ({ iat: String(now()) })) },
  { lie: 'iat null', ...claims({ iat: null }) },
  { lie: 'nbf in the future', ...claims(() => ({ nbf: now() + 120 })) },
  { lie: 'nbf as a text', ...claims(() => ({ nbf: String(now()) })) },
  { lie: 'auth_time as a text', ...claims(() => ({ auth_time: String(now()) })) },
  { lie: 'auth_time negative', ...claims({ auth_time: -1 }) },
]

const bindings: readonly RefusedLie[] = [
  { lie: 'no nonce', ...claims({ nonce: undefined }) },
  { lie: 'another nonce', ...claims({ nonce: marker }) },
  { lie: 'an empty nonce', ...claims({ nonce: '' }) },
  { lie: 'the nonce of another sign-in', ...claims((_honest, { nonce }) => ({ nonce })) },
  { lie: 'the nonce in a list', ...claims(({ nonce }) => ({ nonce: [nonce] })) },
  { lie: 'the nonce in other case', ...claims(({ nonce }) => ({ nonce: otherCase(nonce) })) },
  {
    lie: 'the beginning of the nonce',
    ...claims(({ nonce }) => ({ nonce: String(nonce).slice(0, -1) })),
  },
  { lie: 'more than the nonce', ...claims(({ nonce }) => ({ nonce: `${nonce}A` })) },
  { lie: 'nonce true', ...claims({ nonce: true }) },
  { lie: 'the at_hash of another access token', ...claims({ at_hash: halfHash(marker) }) },
  {
    lie: 'half of the at_hash',
    ...claims(({ at_hash }) => ({ at_hash: String(at_hash).slice(0, 11) })),
  },
  { lie: 'an empty at_hash', ...claims({ at_hash: '' }) },
  { lie: 'at_hash null', ...claims({ at_hash: null }) },
  { lie: 'the at_hash in a list', ...claims(({ at_hash }) => ({ at_hash: [at_hash] })) },
  {
    lie: 'the c_hash of another code',
    ...claims((_honest, { code }) => ({ c_hash: halfHash(code) })),
  },
  { lie: 'an empty c_hash', ...claims({ c_hash: '' }) },
  { lie: 'the at_hash for a c_hash', ...claims(({ at_hash }) => ({ c_hash: at_hash })) },
  { lie: 'events, as a logout token has', ...claims({ events: { [marker]: {} } }) },
]

function otherCase(nonce: unknown): string {
  return String(nonce).replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

const pinned: readonly RefusedLie[] = [
  ...[
    { lie: 'another organization', ...claims({ oid: 'org_1' }) },
    { lie: 'no organization', ...claims({ oid: undefined }) },
    { lie: 'an empty organization', ...claims({ oid: '' }) },
    { lie: 'a list with the organization', ...claims({ oid: [organizationId] }) },
    { lie: 'the organization in capitals', ...claims({ oid: organizationId.toUpperCase() }) },
    { lie: 'an organization that begins alike', ...claims({ oid: `${organizationId}0` }) },
  ].map((row) => ({ ...row, loginUrl: `/login?organization_id=${organizationId}` })),
  ...[
    { lie: 'another connection', ...claims({ amr: ['conn_1'] }) },
    {
      lie: 'another connection before the one asked for',
      ...claims({ amr: ['conn_1', connectionId] }),
    },
    { lie: 'the connection as a text', ...claims({ amr: connectionId }) },
    { lie: 'the connection in a list of lists', ...claims({ amr: [[connectionId]] }) },
    { lie: 'no connection', ...claims({ amr: undefined }) },
  ].map((row) => ({ ...row, loginUrl: `/login?connection_id=${connectionId}` })),
  ...[
    { lie: 'another external id', ...claims({ xoid: 'ext_other' }) },
    { lie: 'no external id', ...claims({ xoid: undefined }) },
    { lie: 'the external id in a list', ...claims({ xoid: [externalOrganizationId] }) },
    {
      lie: 'the external id for the organization',
      ...claims({ oid: externalOrganizationId, xoid: undefined }),
    },
  ].map((row) => ({ ...row, loginUrl: `/login?organization_id=${externalOrganizationId}` })),
]

const harmless: readonly HarmlessLie[] = [
  {
    lie: 'no typ in its header',
    ...header({ typ: undefined }),
    principal: { user: { id: subject } },
  },
  { lie: 'typ in small letters', ...header({ typ: 'jwt' }), principal: { user: { id: subject } } },
  {
    lie: 'no key id where one key is published',
    ...header({ kid: undefined }),
    principal: { user: { id: subject } },
  },
  { lie: 'aud as a text', ...claims({ aud: clientId }), principal: { user: { id: subject } } },
  { lie: 'no azp', ...claims({ azp: undefined }), principal: { user: { id: subject } } },
  {
    lie: 'no hashes',
    ...claims({ at_hash: undefined, c_hash: undefined }),
    principal: { user: { id: subject } },
  },
  {
    lie: 'fractions of a second',
    ...claims(() => ({ iat: now() - 0.5, exp: now() + 900.5 })),
    principal: { user: { id: subject } },
  },
  {
    lie: 'an exp in a million years',
    ...claims({ exp: 1e12 }),
    principal: { user: { id: subject } },
  },
  {
    lie: 'a sub of 255 characters',
    ...subjects('a'.repeat(255)),
    principal: { user: { id: 'a'.repeat(255) } },
  },
  {
    lie: 'no email address',
    ...claims({ email: undefined }),
    principal: { user: { id: subject, emailVerified: false } },
  },
  {
    lie: 'email_verified as a text',
    ...claims({ email_verified: 'true' }),
    principal: { user: { emailVerified: false } },
  },
  {
    lie: 'roles, which only an access token grants',
    ...claims({ roles: ['owner'] }),
    principal: { roles: ['member'] },
  },
  {
    lie: 'the email address of somebody else',
    ...claims({ email: 'root@acme.example' }),
    principal: { user: { id: subject } },
  },
  {
    lie: 'members named like those of every object',
    ...made({ payload: (said) => polluting(said) }),
    principal: { roles: ['member'], user: { id: subject } },
  },
]

describe('an ID token is refused with', () => {
  const rows = [
    ...forgedSignatures,
    ...malformed,
    ...headers,
    ...parties,
    ...times,
    ...bindings,
    ...pinned,
  ]
  it.each(rows)('$lie', expectRefused)
})

describe('claims of markup', () => {
  it('stand on no page of ours and in no header', async () => {
    const markup = `<img src=x onerror="alert('${marker}')">\r\nX-Evil: ${marker}`
    await inScene(async (scene) => {
      scene.provider.lie(claims({ email: markup, name: markup, sid: markup }).lies)
      const browser = scene.application.visitor()
      const answers = [
        await signIn(scene, browser),
        await browser.open('/logout', { 'Sec-Fetch-Site': 'cross-site' }),
        await browser.call('/me'),
      ]
      expect(answers.map(({ status }) => status)).toEqual([302, 200, 200])
      const pages = answers.filter(({ headers }) => !/json/.test(`${headers['content-type']}`))
      for (const { text } of pages) expect(text).not.toContain('<img')
      expect(JSON.stringify(answers.map(({ headers }) => headers))).not.toContain(marker)
    })
  })
})

describe('an ID token is as good with', () => {
  it.each(harmless)('$lie', expectSignedIn)
})

/** Written as text, since `JSON.stringify` would lose them. */
function polluting(said: object): string {
  const members =
    '"__proto__":{"polluted":true,"roles":["owner"]},"constructor":{"prototype":{"polluted":true}}'
  return `${JSON.stringify(said).slice(0, -1)},${members}}`
}
