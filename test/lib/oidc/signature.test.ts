import { generateKeyPairSync, sign } from 'node:crypto'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { verifySigned } from '../../../src/lib/oidc/token.ts'
import { type Random, seededRandom } from '../../support/random.ts'
import { issuer, jwk, keyPairs, now, nowSeconds, published, signed, tampered } from './tokens.ts'

const { rsa, ec, foreign } = keyPairs()
/** Its signatures have 512 characters in base64url, and none to spare. */
const long = generateKeyPairSync('rsa', { modulusLength: 3072 })
const set = [jwk(rsa.publicKey, 'snk_1'), jwk(ec.publicKey, 'snk_2'), jwk(long.publicKey, 'snk_3')]
const keys = published(...set)
const claims = { iss: issuer, sub: 'usr_1', iat: nowSeconds, exp: nowSeconds + 60 }
const header = { alg: 'RS256', kid: 'snk_1', typ: 'JWT' }
const token = await signed(JSON.stringify(claims), header, rsa.privateKey)

const verify = (one: string) => verifySigned(one, { keys, issuer, clock: () => now })
/** By a set that knows no key by the header of an earlier token, so it looks each one up. */
const lookUpAndVerify = (one: string) =>
  verifySigned(one, { keys: (...wanted) => keys(...wanted), issuer, clock: () => now })

function byJose(one: string) {
  return jwtVerify(one, createLocalJWKSet({ keys: set } as JSONWebKeySet), {
    algorithms: ['RS256'],
    issuer,
    requiredClaims: ['exp', 'iat'],
    clockTolerance: 30,
    currentDate: new Date(now),
  })
}

describe('the signature of a token', () => {
  it('is accepted from a published key', async () => {
    expect(await verify(token)).toEqual(claims)
  })

  it.each([0, 1, 2] as const)('does not hold once part %d was changed', async (part) => {
    await expect(verify(tampered(token, part))).rejects.toThrow()
  })

  it.each([0, 1, 2])('does not hold for another spelling of part %d', async (part) => {
    // Each has the same last byte, which is what a conversion to bytes may keep.
    for (const added of [0x100, 0x2000, 0xff00]) {
      const parts = token.split('.')
      const code = parts[part]!.charCodeAt(4) + added
      parts[part] = parts[part]!.slice(0, 4) + String.fromCharCode(code) + parts[part]!.slice(5)
      await expect(verify(parts.join('.')), String(added)).rejects.toThrow()
    }
  })

  it('does not hold with another key than the one that the token names', async () => {
    const forged = await signed(JSON.stringify(claims), header, foreign.privateKey)
    await expect(verify(forged)).rejects.toThrow(errors.JWSSignatureVerificationFailed)
  })

  it('is refused from a key of less than 2048 bits', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const weak = published(jwk(short.publicKey, 'snk_1'))
    const [encodedHeader, payload] = token.split('.')
    const input = `${encodedHeader}.${payload}`
    const signature = sign('RSA-SHA256', Buffer.from(input), short.privateKey).toString('base64url')
    const checks = { keys: weak, issuer, clock: () => now }
    await expect(verifySigned(`${input}.${signature}`, checks)).rejects.toThrow(/2048/)
  })

  it.each(['none', 'HS256', 'ES256', 'PS256', 'RS512', 'rs256', undefined, 256])(
    'is not looked at if the token names the algorithm %s, and no key is looked up',
    async (alg) => {
      const encoded = Buffer.from(JSON.stringify({ ...header, alg })).toString('base64url')
      const renamed = [encoded, ...token.split('.').slice(1)].join('.')
      const asked: unknown[] = []
      const watched = (...given: Parameters<typeof keys>) => {
        asked.push(given)
        return keys(...given)
      }
      const checks = { keys: watched, issuer, clock: () => now }
      await expect(verifySigned(renamed, checks)).rejects.toThrow(
        /the header has no alg|the alg of the header is/,
      )
      expect(asked).toEqual([])
    },
  )

  it.each([
    ['2048', 'snk_1', rsa],
    ['3072', 'snk_3', long],
  ] as const)(
    'of %s bits is judged as jose judges it, whatever is changed',
    async (_bits, kid, pair) => {
      const random = seededRandom(19)
      const token = await signed(JSON.stringify(claims), { ...header, kid }, pair.privateKey)
      const outcomes = { accepted: 0, refused: 0 }
      for (let round = 0; round < 3000; round += 1) {
        const changed = mutated(token, random)
        const [ours, lookedUp, jose] = await Promise.all([
          isAccepted(verify(changed)),
          isAccepted(lookUpAndVerify(changed)),
          isAccepted(byJose(changed)),
        ])
        expect([ours, lookedUp], changed).toEqual([jose, jose])
        outcomes[ours ? 'accepted' : 'refused'] += 1
      }
      expect(outcomes.refused).toBeGreaterThan(1000)
      expect(outcomes.accepted).toBeGreaterThan(10)
    },
  )
})

function isAccepted(verified: Promise<unknown>): Promise<boolean> {
  return verified.then(
    () => true,
    () => false,
  )
}

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.']

type Change = (one: string, at: number, character: string) => string

const changes: readonly Change[] = [
  (one) => one,
  (one, at) => one.slice(0, at) + one.slice(at + 1),
  (one, at, character) => one.slice(0, at) + character + one.slice(at + 1),
  (one, at, character) => one.slice(0, at) + character + one.slice(at),
  (one, at) => one.slice(at),
  (one, at) => one.slice(0, at),
  // The last character of a part has bits that nobody reads.
  (one, _at, character) => one.slice(0, -1) + character,
  (one, _at, character) => one + character,
]

function mutated(one: string, random: Random): string {
  return random.pick(changes)(one, random.integer(one.length), random.pick(alphabet))
}
