import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { tokensFor } from '../application.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ clock: () => 1_800_000_000_000 })
})
afterAll(() => emulator.close())

describe('userinfo', () => {
  it('tells the holder of an access token who the person is, and no organization', async () => {
    const { access_token, id_token } = await tokensFor(emulator)
    const answer = await ask(`Bearer ${access_token}`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      sub: decodeJwt(id_token).sub,
      email: 'ada@acme.example',
      email_verified: true,
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
    })
  })

  it('answers a request without token with a challenge', async () => {
    const answer = await ask()
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each(['access_token', 'id_token'] as const)('refuses a changed or wrong %s', async (name) => {
    const token = (await tokensFor(emulator))[name]
    await expectRefusal(name === 'id_token' ? token : `${token}x`)
  })

  it('refuses an access token from the second it expires', async () => {
    const { access_token } = await tokensFor(emulator)
    emulator.advance(299)
    expect((await ask(`Bearer ${access_token}`)).status).toBe(200)
    emulator.advance(1)
    await expectRefusal(access_token)
  })

  it('refuses an access token of a session that has ended', async () => {
    const { access_token, id_token } = await tokensFor(emulator)
    await fetch(`${emulator.url}/oidc/logout?id_token_hint=${id_token}`)
    await expectRefusal(access_token)
  })
})

function ask(authorization?: string): Promise<Response> {
  return fetch(`${emulator.url}/userinfo`, { headers: authorization ? { authorization } : {} })
}

async function expectRefusal(token: string): Promise<void> {
  const answer = await ask(`Bearer ${token}`)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
}
