import { describe, it, vi } from 'vitest'
import { useVirtualTime } from '../support/virtual-time.ts'
import { attacker, elliptic, jwk, published, publishedKid, rsaPair } from './provider/keys.ts'
import type { AnswerLie, Lies } from './provider/lies.ts'
import { hmac, rsa } from './provider/signatures.ts'
import { subject } from './provider/tokens.ts'
import {
  expectRefused,
  expectSignedIn,
  type HarmlessLie,
  marker,
  type RefusedLie,
} from './support/refusal.ts'

// A set that names the token's key serves for ten minutes by `Date`, right or wrong.
useVirtualTime()
const forget = () => void vi.setSystemTime(Date.now() + 600_001)

const honest = () => jwk(published.publicKey)
const secret = Buffer.from(`${marker} is the secret of this set`)
const weak = rsaPair(1024)
const veryWeak = rsaPair(512)

function set(...keys: readonly unknown[]): { readonly lies: { readonly keys: AnswerLie } } {
  return { lies: { keys: { members: { keys } } } }
}

/** The set, and a token signed with the key of it that has the id. */
function signedBy(
  keys: readonly unknown[],
  idToken: Lies['idToken'] & {},
): { readonly lies: Lies } {
  return { lies: { ...set(...keys).lies, idToken } }
}

const refused: readonly RefusedLie[] = [
  { lie: 'no key', ...set() },
  { lie: 'no list', lies: { keys: { members: { keys: undefined } } } },
  { lie: 'a list that is null', lies: { keys: { members: { keys: null } } } },
  { lie: 'an object for the list', lies: { keys: { members: { keys: { 0: honest() } } } } },
  { lie: 'texts for keys', ...set(marker) },
  { lie: 'null for a key', ...set(null, honest()) },
  { lie: 'the key of an attacker in place of the right one', ...set(jwk(attacker.publicKey)) },
  { lie: 'only a key of another id', ...set(jwk(published.publicKey, { kid: marker })) },
  { lie: 'a key without its modulus', ...set(jwk(published.publicKey, { n: undefined })) },
  { lie: 'a key with an empty modulus', ...set(jwk(published.publicKey, { n: '' })) },
  { lie: 'a modulus that is a number', ...set(jwk(published.publicKey, { n: 42 })) },
  { lie: 'another kind of key', ...set(jwk(published.publicKey, { kty: 'EC' })) },
  { lie: 'no kind of key', ...set(jwk(published.publicKey, { kty: undefined })) },
  { lie: 'a key for encryption', ...set(jwk(published.publicKey, { use: 'enc' })) },
  { lie: 'a key for another algorithm', ...set(jwk(published.publicKey, { alg: 'RS512' })) },
  { lie: 'a key that may not verify', ...set(jwk(published.publicKey, { key_ops: ['encrypt'] })) },
  {
    lie: 'a symmetric key that signed the token',
    ...signedBy([{ kty: 'oct', kid: publishedKid, k: secret.toString('base64url') }], {
      header: { alg: 'HS256' },
      sign: hmac(secret),
    }),
  },
  {
    lie: 'a symmetric key that claims to be for RS256',
    ...set({
      kty: 'oct',
      kid: publishedKid,
      alg: 'RS256',
      use: 'sig',
      k: secret.toString('base64url'),
    }),
  },
  {
    lie: 'an elliptic key under the right id',
    ...set(jwk(elliptic.publicKey, { alg: undefined })),
  },
  {
    lie: 'a key of 1024 bits that signed the token',
    ...signedBy([jwk(weak.publicKey)], { sign: rsa(weak.privateKey) }),
  },
  {
    lie: 'a key of 512 bits that signed the token',
    ...signedBy([jwk(veryWeak.publicKey)], { sign: rsa(veryWeak.privateKey) }),
  },
  { lie: 'two keys of one id', ...set(jwk(attacker.publicKey), honest()) },
  { lie: 'two keys of one id, the right one first', ...set(honest(), jwk(attacker.publicKey)) },
  {
    lie: 'the key of an attacker beside the right one, for a token of the attacker',
    ...signedBy([honest(), jwk(attacker.publicKey)], { sign: rsa(attacker.privateKey) }),
  },
  {
    lie: 'a private key in place of the public one',
    ...set({ ...published.privateKey.export({ format: 'jwk' }), kid: publishedKid, use: 'sig' }),
  },
  {
    lie: 'the key only as a certificate',
    ...set({ kty: 'RSA', kid: publishedKid, use: 'sig', x5c: [marker] }),
  },
  {
    lie: 'the key only at an address',
    ...set({ kty: 'RSA', kid: publishedKid, use: 'sig', x5u: `https://${marker}.example` }),
  },
]

const many = Array.from({ length: 600 }, (_, index) => ({
  kty: 'RSA',
  kid: `key_${index}`,
  use: 'sig',
  n: 'AQAB',
  e: 'AQAB',
}))

const harmless: readonly HarmlessLie[] = [
  { lie: 'hundreds of other keys', ...set(...many, honest()) },
  { lie: 'a key without alg', ...set(jwk(published.publicKey, { alg: undefined })) },
  { lie: 'a key without use', ...set(jwk(published.publicKey, { use: undefined })) },
  { lie: 'a key of a kind nobody knows', ...set({ kty: marker, kid: 'new' }, honest()) },
  { lie: 'members of its own', ...set(jwk(published.publicKey, { ext: true, [marker]: {} })) },
].map((row) => ({ ...row, isWarm: false, principal: { user: { id: subject } } }))

describe('a key set signs nobody in that has', () => {
  // A key that is not there may have been published since, so the set is loaded once more.
  it.each(refused)('$lie', (row) =>
    expectRefused({ ...row, isWarm: false, mayAsk: ['/keys'], forget }),
  )
})

describe('a key set is as good with', () => {
  it.each(harmless)('$lie', expectSignedIn)
})
