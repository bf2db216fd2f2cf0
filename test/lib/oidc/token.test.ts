import { errors } from 'jose'
import { describe, expect, it } from 'vitest'
import { ScalekitError } from '../../../src/lib/ground/errors.ts'
import { remoteKeySet } from '../../../src/lib/oidc/key-sets.ts'
import { verificationFailure, verifyToken } from '../../../src/lib/oidc/token.ts'
import type { Answer } from '../../../src/lib/outgoing/transport.ts'
import {
  clientId,
  issuer,
  jwk,
  keyPairs,
  now,
  nowSeconds,
  published,
  signed,
  subject,
} from './tokens.ts'

const { rsa } = keyPairs()
const keys = published(jwk(rsa.publicKey, 'snk_1'))

// What is refused in every kind of token is told by id-token.test.ts, rule by rule.
describe('verifyToken', () => {
  it('answers the claims as they were signed', async () => {
    const checks = { keys, issuer, clock: () => now }
    expect(await verifyToken(await token(), checks)).toEqual(validClaims)
  })

  it('asks for an audience only where one is expected', async () => {
    const checks = { keys, issuer, clock: () => now }
    await expect(
      verifyToken(await token(), { ...checks, audience: clientId }),
    ).resolves.toBeTruthy()
    await expect(verifyToken(await token(), { ...checks, audience: 'skc_2' })).rejects.toThrow()
  })

  it.each(['==', '\r\n', ' ', '+', '.'])('refuses a token that ends with %j', async (end) => {
    const checks = { keys, issuer, clock: () => now }
    await expect(verifyToken((await token()) + end, checks)).rejects.toThrow()
  })

  it.each([' ', '\n'])('refuses a token with %j inside its signature', async (inside) => {
    const checks = { keys, issuer, clock: () => now }
    const signed = await token()
    const spelled = signed.slice(0, -9) + inside + signed.slice(-9)
    await expect(verifyToken(spelled, checks)).rejects.toThrow()
  })

  it('takes the time from the clock it is given', async () => {
    const at = (moment: number) =>
      token().then((signed) => verifyToken(signed, { keys, issuer, clock: () => moment }))
    await expect(at(now + 329_000)).resolves.toBeTruthy()
    await expect(at(now + 330_000)).rejects.toThrow()
    await expect(at(now - 61_000)).rejects.toThrow()
  })
})

describe('verificationFailure', () => {
  it.each<[string, Answer]>([
    ['answer an error', answer(500, '')],
    ['are no JSON', answer(200, '<!doctype html>')],
    ['are no set', answer(200, '[]')],
  ])('is the provider’s when the keys %s', async (_case, given) => {
    const broken = remoteKeySet(new URL(`${issuer}/keys`), async () => given)
    const checks = { keys: broken, issuer, clock: () => now }
    const cause = await verifyToken(await token(), checks).catch((error) => error)
    expect(verificationFailure(cause, 'id_token_invalid', 'refused')).toMatchObject({
      code: 'provider_failed',
      status: 502,
      cause,
    })
  })

  it('is ours as it was when the provider cannot be reached', async () => {
    const down = new ScalekitError('provider_unavailable', 'down')
    const unreachable = remoteKeySet(new URL(`${issuer}/keys`), async () => {
      throw down
    })
    const checks = { keys: unreachable, issuer, clock: () => now }
    const cause = await verifyToken(await token(), checks).catch((error) => error)
    expect(verificationFailure(cause, 'id_token_invalid', 'refused')).toBe(down)
  })

  it.each([
    ['a rule of ours', new Error('iat is not recent')],
    ['a rule of the library', new errors.JWSSignatureVerificationFailed()],
    ['an unknown key', new errors.JWKSNoMatchingKey()],
    ['something unexpected', 'a text'],
  ])('is the token’s when it breaks %s', (_case, cause) => {
    expect(verificationFailure(cause, 'id_token_invalid', 'refused')).toMatchObject({
      name: 'LoginError',
      code: 'id_token_invalid',
      status: 400,
      message: 'refused',
      cause,
    })
  })
})

const validClaims = {
  iss: issuer,
  aud: clientId,
  sub: subject,
  iat: nowSeconds,
  exp: nowSeconds + 300,
}

function token(): Promise<string> {
  const header = { alg: 'RS256', kid: 'snk_1', typ: 'JWT' }
  return signed(JSON.stringify(validClaims), header, rsa.privateKey)
}

function answer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }
}
