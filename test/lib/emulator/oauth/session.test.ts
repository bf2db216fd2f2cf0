import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { authorizeUrl, idOf, postToken, redirectOf, tokenParams } from '../application.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

describe('prompt=none', () => {
  it('gives a code of the session the browser is in', async () => {
    const { cookie, code } = await browserSignedIn(emulator)
    const url = authorizeUrl(emulator, { prompt: 'none' })
    const { params } = await redirectOf(url, { cookie })
    expect(params).toEqual({ code: expect.any(String), state: 'the-state' })
    expect(await sessionOf(params.code!)).toBe(await sessionOf(code))
  })

  it('needs no organization to be named', async () => {
    const { cookie } = await browserSignedIn(emulator)
    const url = authorizeUrl(emulator, { prompt: 'none', organization_id: undefined })
    expect((await redirectOf(url, { cookie })).params).toHaveProperty('code')
  })

  it('is login_required for another organization than that of the session', async () => {
    const { cookie } = await browserSignedIn(emulator)
    const url = authorizeUrl(emulator, {
      prompt: 'none',
      organization_id: idOf(emulator, 'globex'),
    })
    expect((await redirectOf(url, { cookie })).params.error).toBe('login_required')
  })

  it('is login_required after the logout', async () => {
    const { cookie } = await browserSignedIn(emulator)
    await fetch(`${emulator.url}/oidc/logout`, { headers: { cookie } })
    const url = authorizeUrl(emulator, { prompt: 'none' })
    expect((await redirectOf(url, { cookie })).params.error).toBe('login_required')
  })

  it('is login_required for a session id that was made up', async () => {
    const { cookie } = await browserSignedIn(emulator)
    const forged = cookie.replace(/\d(?=[^\d]*$)/, (digit) => String((Number(digit) + 1) % 10))
    const url = authorizeUrl(emulator, { prompt: 'none' })
    expect((await redirectOf(url, { cookie: forged })).params.error).toBe('login_required')
  })
})

describe('a request without prompt', () => {
  it('shows the page also to a browser that is signed in', async () => {
    const { cookie } = await browserSignedIn(emulator)
    const answer = await fetch(authorizeUrl(emulator), { headers: { cookie } })
    expect(await answer.text()).toContain('Choose who you are')
  })
})

describe('sso mode', () => {
  it('keeps no session in the browser', async () => {
    const modular = await startEmulator({ product: 'sso' })
    expect((await browserSignedIn(modular)).cookie).toBe('')
    await modular.close()
  })
})

async function browserSignedIn(at: Emulator): Promise<{ cookie: string; code: string }> {
  const page = await (await fetch(authorizeUrl(at))).text()
  const answer = await fetch(`${at.url}/emulator/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      request: /name="request" value="([^"]+)"/.exec(page)![1]!,
      person: at.organizations[0]!.people[0]!.id,
    }),
  })
  const setCookie = answer.headers.get('set-cookie') ?? ''
  if (setCookie) expect(setCookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/)
  const code = new URL(answer.headers.get('location')!).searchParams.get('code')!
  return { cookie: setCookie.split(';')[0]!, code }
}

async function sessionOf(code: string): Promise<unknown> {
  const { body } = await postToken(emulator, tokenParams(emulator, code))
  return decodeJwt(body.id_token).sid
}
