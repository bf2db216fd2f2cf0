import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { redirectOf, tokensFor } from '../application.ts'

const goOn = 'http://localhost:3000/logout'

let emulator: Emulator
let other: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
  other = await startEmulator()
})
afterAll(() => Promise.all([emulator.close(), other.close()]))

describe.each(['/oidc/logout', '/end_session'])('%s', (path) => {
  const urlFor = (params: Readonly<Record<string, string>>) =>
    `${emulator.url}${path}?${new URLSearchParams(params)}`

  it('goes on to the registered address with the state', async () => {
    const { id_token } = await tokensFor(emulator)
    const params = { id_token_hint: id_token, post_logout_redirect_uri: goOn, state: 'a b' }
    expect(await redirectOf(urlFor(params))).toEqual({
      status: 302,
      to: goOn,
      params: { state: 'a b' },
    })
  })

  it('takes a client id in place of the hint, or neither', async () => {
    const { clientId } = emulator.options
    for (const client of [{ client_id: clientId }, {}]) {
      const { to, params } = await redirectOf(urlFor({ ...client, post_logout_redirect_uri: goOn }))
      expect({ to, params }).toEqual({ to: goOn, params: {} })
    }
  })

  it('shows a page when it is not told where to go on', async () => {
    const answer = await fetch(urlFor({}))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0')
    expect(await answer.text()).toContain('<h1>Signed out</h1>')
  })

  it.each([
    'http://localhost:3000/logout/',
    'http://localhost:3000/Logout',
    'https://localhost:3000/logout',
    'http://localhost:3000/callback',
    'https://evil.example/',
    'javascript:alert(1)',
  ])('does not go on to %s', async (uri) => {
    await expectProblemPage(urlFor({ post_logout_redirect_uri: uri }))
  })

  it('takes a hint that has expired and whose key was withdrawn', async () => {
    const { id_token } = await tokensFor(emulator)
    emulator.advance(10_000)
    emulator.rotateKeys({ overlap: false })
    const params = { id_token_hint: id_token, post_logout_redirect_uri: goOn }
    expect((await redirectOf(urlFor(params))).to).toBe(goOn)
  })

  it('refuses a hint that is not its own ID token', async () => {
    const { id_token, access_token } = await tokensFor(emulator)
    const [header, , signature] = id_token.split('.')
    const payload = Buffer.from('{"sid":"ses_1"}').toString('base64url')
    const foreign = (await tokensFor(other)).id_token
    for (const hint of ['x', access_token, `${header}.${payload}.${signature}`, foreign]) {
      await expectProblemPage(urlFor({ id_token_hint: hint, post_logout_redirect_uri: goOn }))
    }
  })

  it('refuses another client', async () => {
    await expectProblemPage(urlFor({ client_id: 'skc_other', post_logout_redirect_uri: goOn }))
  })

  it('refuses repeated parameters', async () => {
    await expectProblemPage(`${urlFor({ state: 'a' })}&state=b`)
  })
})

describe('a seed', () => {
  it('may say where a logout ends', async () => {
    const seeded = await startEmulator({ postLogoutRedirectUris: ['http://localhost:3000/bye'] })
    const url = `${seeded.url}/oidc/logout?post_logout_redirect_uri=`
    expect((await redirectOf(`${url}http://localhost:3000/bye`)).status).toBe(302)
    await expectProblemPage(url + goOn)
    await seeded.close()
  })

  it('that says nothing has it end beside the callback', async () => {
    const seeded = await startEmulator({ redirectUris: ['http://localhost:3000/auth/callback'] })
    const url = `${seeded.url}/oidc/logout?post_logout_redirect_uri=`
    expect((await redirectOf(`${url}http://localhost:3000/auth/logout`)).status).toBe(302)
    await expectProblemPage(url + goOn)
    await seeded.close()
  })
})

async function expectProblemPage(url: string): Promise<void> {
  const answer = await fetch(url, { redirect: 'manual' })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('<h1>This sign-out cannot be finished</h1>')
}
