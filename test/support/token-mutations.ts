import { constants, createHmac, type KeyObject, sign } from 'node:crypto'
import type { Random } from './random.ts'

/** A good token, and what it takes to make others like it. */
export interface GoodToken {
  readonly token: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** The published key it is signed with. */
  readonly key: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  /** Another good token under the same key, for another sign-in. */
  readonly other: string
}

/** A token that is not the good one any more. */
export interface Mutated {
  readonly what: string
  readonly token: string
  readonly fate: Fate
}

/**
 * What must become of a token: nobody is signed in; the `same` person in every respect; the same
 * but for the `fields` that a member is about; or, for another spelling of the same bytes, either
 * the same or nobody.
 */
export type Fate = 'refused' | 'same' | 'harmless' | { readonly fields: readonly string[] }

type Maker = (good: GoodToken, random: Random) => Mutated

/**
 * Members that do not decide, and the fields of the profile that they are about: the rest of what
 * `profileOf` in src/lib/oidc/claims.ts reads.
 */
const informing: Readonly<Record<string, readonly string[]>> = {
  email: ['email', 'emailVerified'],
  email_verified: ['emailVerified'],
  sid: ['sid'],
  auth_time: ['authenticatedAt'],
  ...Object.fromEntries(
    [
      'name',
      'given_name',
      'family_name',
      'preferred_username',
      'picture',
      'locale',
      'zoneinfo',
      'phone_number',
      'profile',
      'xuid',
    ].map((name) => [name, ['claims']]),
  ),
}

/**
 * Members of an ID token that the kit ignores: neither `verifyIdToken` nor `profileOf` reads them.
 * Roles and the like are the access token's to give.
 */
const ignored: readonly string[] = [
  'jti',
  'acr',
  'updated_at',
  'client_id',
  'org_id',
  'organization_id',
  'tenant',
  'roles',
  'role',
  'permissions',
  'scope',
  'scopes',
  'isAdmin',
  'user',
  'sessionId',
  'startedAt',
  'absoluteExpiresAt',
  'v',
  'constructor',
  '__proto__',
  'toString',
]

/** Members that decide, each with values that it must not have. */
const deciding: Readonly<Record<string, readonly unknown[]>> = {
  iss: ['https://evil.example', 'https://acme.scalekit.com/', 'https://ACME.scalekit.com'],
  aud: ['skc_2', ['skc_1', 'skc_2'], ['skc_2'], 'skc_1 ', 'SKC_1'],
  azp: ['skc_2', 'skc_1 '],
  exp: [0, 1, -1, 1_600_000_000, '9999999999'],
  iat: [0, -1, 1_600_000_000, 9_999_999_999, String(Math.floor(Date.now() / 1000))],
  nbf: [9_999_999_999, '0', null, [], {}],
  nonce: ['A'.repeat(43), 'undefined'],
  sub: ['usr_grace', 'usr_ada ', 'USR_ADA', 'a'.repeat(256)],
  at_hash: ['AAAAAAAAAAAAAAAAAAAAAA'],
  c_hash: ['AAAAAAAAAAAAAAAAAAAAAA'],
  oid: ['org_2', 'org_1 ', 'ORG_1'],
  amr: [['conn_2'], ['pwd'], 'conn_1', ['conn_1 '], [['conn_1']]],
  events: [{}, 'a', { 'http://schemas.openid.net/event/backchannel-logout': {} }],
}

/** Those of them that a token has to have; the others are checked where they are there. */
const required = ['iss', 'aud', 'exp', 'iat', 'nonce', 'sub', 'oid', 'amr']
const optional = ['azp', 'at_hash', 'c_hash', 'nbf']

/** Wrong for every member that decides, as each is a text, a number or a list of texts. */
const wrongTypes: readonly unknown[] = [null, true, false, 0, '', [], {}, [null], { a: 1 }, -0.5]

/** Anything at all. */
const anything: readonly unknown[] = [...wrongTypes, 'evil', 'a'.repeat(300), [1], 1e308, ['admin']]

/** Header members that bring a key along, ask for more than is done, or say it is something else. */
const refusedHeaders: Readonly<Record<string, readonly unknown[]>> = {
  alg: [
    'none',
    'None',
    '',
    'RS384',
    'RS512',
    'PS256',
    'ES256',
    'EdDSA',
    'rs256',
    null,
    1,
    ['RS256'],
  ],
  kid: ['another', 'rsa ', 'RSA', '__proto__', '../rsa', null, 1],
  typ: ['at+jwt', 'logout+jwt', 'JWS', '', 'secevent+jwt'],
  jwk: [{ kty: 'RSA' }, null],
  jku: ['https://evil.example/keys', ''],
  x5u: ['https://evil.example/cert'],
  x5c: [['MIIB']],
  crit: [['exp'], ['b64'], [], 'b64'],
  b64: [false, true],
  zip: ['DEF'],
}

/** What else an RSA key can sign with. */
const otherAlgorithms: Readonly<Record<string, { hash: string; padding: number }>> = {
  RS384: { hash: 'sha384', padding: constants.RSA_PKCS1_PADDING },
  RS512: { hash: 'sha512', padding: constants.RSA_PKCS1_PADDING },
  PS256: { hash: 'sha256', padding: constants.RSA_PKCS1_PSS_PADDING },
}

const ignoredHeaders = ['cty', 'x5t', 'iss', 'nonce', 'foo', '__proto__', 'constructor']

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const anyCharacter = `${alphabet}+/=.~ \t\n%\u0000\u00e9\u2028"`

/** Changes a good token in one way. */
export function mutate(good: GoodToken, random: Random): Mutated {
  const mutated = random.pick(random.pick([spelling, parts, signed]))(good, random)
  return isSameToken(good.token, mutated.token) ? { ...mutated, fate: 'harmless' } : mutated
}

/** A signature is not itself signed, so that other base64 of the same bytes is as good. */
function isSameToken(one: string, other: string): boolean {
  const [first, second] = [one, other].map((token) => {
    const end = token.lastIndexOf('.')
    return { text: token.slice(0, end), signature: Buffer.from(token.slice(end + 1), 'base64url') }
  })
  return first!.text === second!.text && first!.signature.equals(second!.signature)
}

/** Signs exactly these members, whatever the header says the signature is. */
export function signedWith(
  key: KeyObject,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** Changes of the characters, wherever they are. */
const spelling: readonly Maker[] = [
  ({ token }, random) => {
    const at = random.integer(token.length)
    const character = random.pick([...anyCharacter])
    return refused(`${at} is ${character}`, token.slice(0, at) + character + token.slice(at + 1))
  },
  ({ token }, random) => {
    const at = random.integer(token.length + 1)
    const character = random.pick([...anyCharacter])
    return refused(`${character} before ${at}`, token.slice(0, at) + character + token.slice(at))
  },
  ({ token }, random) => {
    const [at, count] = [random.integer(token.length), 1 + random.integer(8)]
    return refused(`${count} gone at ${at}`, token.slice(0, at) + token.slice(at + count))
  },
  ({ token }, random) => {
    const bytes = Buffer.from(token, 'latin1')
    const [at, bit] = [random.integer(bytes.length), random.integer(8)]
    bytes[at]! ^= 1 << bit
    return refused(`bit ${bit} of ${at}`, bytes.toString('latin1'))
  },
  ({ token }, random) => {
    const [one, other] = [random.integer(token.length), random.integer(token.length)]
    const characters = [...token]
    characters[one] = token[other]!
    characters[other] = token[one]!
    return refused(`${one} and ${other} swapped`, characters.join(''))
  },
]

/** Changes of whole parts, of members without a new signature, and of the kind of signature. */
const parts: readonly Maker[] = [
  ({ token, other }, random) => {
    const at = random.integer(3)
    const pieces = token.split('.')
    pieces[at] = other.split('.')[at]!
    return refused(`part ${at} of another token`, pieces.join('.'))
  },
  ({ token }, random) => {
    const pieces = token.split('.')
    const order = Array.from({ length: 1 + random.integer(4) }, () => random.integer(3))
    return refused(`parts ${order}`, order.map((at) => pieces[at]).join('.'))
  },
  ({ header, claims }, random) => {
    const alg = random.pick(['none', 'None', 'NONE', 'nOnE', ''])
    return refused(`alg ${alg}, no signature`, `${encode({ ...header, alg })}.${encode(claims)}.`)
  },
  ({ token, claims }, random) => {
    const name = random.pick([...Object.keys(claims), ...ignored])
    const [first, , last] = token.split('.')
    const changed = { ...claims, [name]: random.pick(anything) }
    return refused(`unsigned ${name}`, `${first}.${encode(changed)}.${last}`)
  },
  ({ header, claims, key }, random) => {
    const alg = random.pick(Object.keys(otherAlgorithms))
    const text = `${encode({ ...header, alg })}.${encode(claims)}`
    const { hash, padding } = otherAlgorithms[alg]!
    const signature = sign(hash, Buffer.from(text), { key: key.privateKey, padding })
    return refused(`really ${alg}`, `${text}.${signature.toString('base64url')}`)
  },
  ({ header, claims, key }, random) => {
    const secret = key.publicKey.export({ type: random.pick(['spki', 'pkcs1']), format: 'pem' })
    const text = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`
    const mac = createHmac('sha256', secret).update(text).digest('base64url')
    return refused('the public key as a secret', `${text}.${mac}`)
  },
]

/** Changes of members under a new signature of the right key. */
const signed: readonly Maker[] = [
  (good, random) => {
    const name = random.pick(Object.keys(deciding))
    const general = name === 'nbf' ? [] : wrongTypes
    return signedAnew(good, name, random.pick([...deciding[name]!, ...general]), 'refused')
  },
  (good, random) => signedAnew(good, random.pick(required), undefined, 'refused'),
  (good, random) => signedAnew(good, random.pick(optional), undefined, 'same'),
  (good, random) => signedAnew(good, random.pick(ignored), random.pick(anything), 'same'),
  (good, random) => {
    const name = random.pick(Object.keys(informing))
    const value = random.pick([undefined, ...anything])
    return signedAnew(good, name, value, { fields: informing[name]! })
  },
  ({ header, claims, key }, random) => {
    const name = random.pick(Object.keys(refusedHeaders))
    const value = random.pick(refusedHeaders[name]!)
    const token = signedWith(key.privateKey, { ...header, [name]: value }, claims)
    return refused(`header ${name}: ${JSON.stringify(value)}`, token)
  },
  ({ header, claims, key }, random) => {
    const [name, value] = [random.pick(ignoredHeaders), random.pick(anything)]
    const token = signedWith(key.privateKey, { ...header, [name]: value }, claims)
    return { what: `header ${name}: ${JSON.stringify(value)}`, token, fate: 'same' }
  },
]

function refused(what: string, token: string): Mutated {
  return { what, token, fate: 'refused' }
}

function signedAnew(
  { header, claims, key }: GoodToken,
  name: string,
  value: unknown,
  fate: Fate,
): Mutated {
  const token = signedWith(key.privateKey, header, { ...claims, [name]: value })
  return { what: `signed ${name}: ${JSON.stringify(value)}`, token, fate }
}
