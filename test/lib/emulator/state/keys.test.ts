import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { tokensFor } from '../application.ts'

let emulator: Emulator
afterEach(() => emulator.close())

describe('keys', () => {
  it('are public RSA keys of 2048 bits for RS256', async () => {
    emulator = await startEmulator()
    const { keys } = await keySet()
    expect(keys).toEqual([
      {
        use: 'sig',
        kty: 'RSA',
        kid: expect.stringMatching(/^snk_\d{18}$/),
        alg: 'RS256',
        n: expect.stringMatching(/^[\w-]{342}$/),
        e: 'AQAB',
      },
    ])
  })

  it('verify the tokens that are issued', async () => {
    emulator = await startEmulator()
    const { id_token, access_token } = await tokensFor(emulator)
    const keys = createLocalJWKSet(await keySet())
    for (const token of [id_token, access_token]) {
      await expect(jwtVerify(token, keys)).resolves.toBeTruthy()
    }
  })
})

describe('rotateKeys', () => {
  it('signs with a new key and keeps the old one published', async () => {
    emulator = await startEmulator()
    const before = await tokensFor(emulator)
    emulator.rotateKeys()
    const after = await tokensFor(emulator)
    expect(kidOf(after.id_token)).not.toBe(kidOf(before.id_token))
    const keys = createLocalJWKSet(await keySet())
    for (const { id_token } of [before, after]) {
      await expect(jwtVerify(id_token, keys)).resolves.toBeTruthy()
    }
  })

  it('withdraws the old keys when there is to be no overlap', async () => {
    emulator = await startEmulator()
    const before = await tokensFor(emulator)
    emulator.rotateKeys({ overlap: false })
    const { keys } = await keySet()
    expect(keys.map(({ kid }) => kid)).toEqual([kidOf((await tokensFor(emulator)).id_token)])
    await expect(jwtVerify(before.id_token, createLocalJWKSet({ keys }))).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    })
  })
})

async function keySet(): Promise<JSONWebKeySet> {
  const answer = await fetch(`${emulator.url}/keys`)
  return (await answer.json()) as JSONWebKeySet
}

function kidOf(token: string): string | undefined {
  return decodeProtectedHeader(token).kid
}
