import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { remoteKeySet } from '../../../src/lib/oidc/key-sets.ts'
import { type KnownKey, knownKeys } from '../../../src/lib/oidc/known-keys.ts'
import { verifySigned, verifyWithoutWaiting } from '../../../src/lib/oidc/token.ts'
import {
  answerWith,
  issuer,
  jwk,
  keyPairs,
  now,
  nowSeconds,
  published,
  signed,
  tampered,
} from './tokens.ts'

const { rsa, foreign } = keyPairs()
const claims = { iss: issuer, sub: 'usr_1', iat: nowSeconds, exp: nowSeconds + 3600 }
const token = (header: object = {}) =>
  signed(JSON.stringify(claims), { alg: 'RS256', kid: 'snk_1', ...header }, rsa.privateKey)

// jose asks `Date` how old its copy is.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now }))
afterEach(() => vi.useRealTimers())

describe('a key that has verified a token', () => {
  it('verifies the next one without waiting, and none before', async () => {
    const checks = await loaded()
    const one = await token()
    expect(verifyWithoutWaiting(one, checks)).toBeUndefined()
    await verifySigned(one, checks)
    expect(verifyWithoutWaiting(one, checks)).toEqual(claims)
  })

  it('is looked up again once its set is ten minutes old', async () => {
    const checks = await loaded()
    const one = await token()
    await verifySigned(one, checks)
    vi.setSystemTime(now + 599_999)
    expect(verifyWithoutWaiting(one, checks)).toEqual(claims)
    vi.setSystemTime(now + 600_000)
    expect(verifyWithoutWaiting(one, checks)).toBeUndefined()
  })

  it('is looked up again once its set was loaded again, also in the same millisecond', async () => {
    const sets = [
      [jwk(rsa.publicKey, 'snk_1')],
      [jwk(foreign.publicKey, 'snk_1'), jwk(rsa.publicKey, 'snk_2')],
    ]
    const keys = remoteKeySet(
      new URL(`${issuer}/keys`),
      async () => answerWith({ keys: sets.length > 1 ? sets.shift() : sets[0] }),
      { cooldownMs: 0 },
    )
    await keys.ready!()
    const checks = { keys, issuer, clock: () => now }
    const one = await token()
    await verifySigned(one, checks)
    await verifySigned(await token({ kid: 'snk_2' }), checks)
    await expect(verifySigned(one, checks)).rejects.toThrow('signature')
  })

  it('is not known by a header that no valid token had', async () => {
    const checks = await loaded()
    await verifySigned(await token(), checks)
    const forged = tampered(await token({ x: 1 }), 2)
    await expect(verifySigned(forged, checks)).rejects.toThrow('signature')
    expect(verifyWithoutWaiting(await token({ x: 1 }), checks)).toBeUndefined()
  })

  it.each([1, 2] as const)('verifies no token whose part %d was changed', async (part) => {
    const checks = await loaded()
    await verifySigned(await token(), checks)
    const changed = tampered(await token(), part)
    expect(() => verifyWithoutWaiting(changed, checks)).toThrow('signature')
  })

  it('verifies no token that another key signed', async () => {
    const checks = await loaded()
    await verifySigned(await token(), checks)
    const header = { alg: 'RS256', kid: 'snk_1' }
    const forged = await signed(JSON.stringify(claims), header, foreign.privateKey)
    expect(() => verifyWithoutWaiting(forged, checks)).toThrow('signature')
  })

  it('verifies no token of another type, although the header is known', async () => {
    const checks = await loaded()
    const logout = await token({ typ: 'logout+jwt' })
    await verifySigned(logout, { ...checks, types: ['logout+jwt'] })
    expect(() => verifyWithoutWaiting(logout, { ...checks, types: ['at+jwt'] })).toThrow(/typ/)
  })
})

describe('known keys', () => {
  const key = (sent: string) => ({ sent }) as KnownKey
  const [first, second] = [{}, {}]

  it('are forgotten once the set is loaded again', () => {
    let load: object | undefined = first
    const known = knownKeys(() => load)
    known.keep(key('a'), first)
    expect(known.get('a')).toBeDefined()
    load = second
    expect(known.get('a')).toBeUndefined()
    known.keep(key('b'), second)
    expect(known.get('a')).toBeUndefined()
    expect(known.get('b')).toBeDefined()
  })

  it('are not those of a set that was replaced while it was asked', () => {
    const known = knownKeys(() => second)
    known.keep(key('a'), first)
    known.keep(key('b'), undefined)
    expect([known.get('a'), known.get('b')]).toEqual([undefined, undefined])
  })

  it('are none while the set has to be loaded again', () => {
    let load: object | undefined = first
    const known = knownKeys(() => load)
    known.keep(key('a'), first)
    load = undefined
    expect(known.get('a')).toBeUndefined()
    known.keep(key('b'), undefined)
    expect(known.get('b')).toBeUndefined()
  })

  it('are the last eight, each once', () => {
    const known = knownKeys(() => first)
    for (const sent of 'abcdefgh') known.keep(key(sent), first)
    for (let count = 0; count < 9; count += 1) known.keep(key('a'), first)
    expect(known.get('b')).toBeDefined()
    known.keep(key('i'), first)
    expect(known.get('b')).toBeUndefined()
    expect(known.get('a')).toBeDefined()
  })
})

/** The checks of a token, with a set that was loaded, and knows no key by a header yet. */
async function loaded() {
  const keys = published(jwk(rsa.publicKey, 'snk_1'))
  await keys.ready!()
  return { keys, issuer, clock: () => now }
}
