import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { authorizeUrl, type Changes, codeFor, redirectOf, redirectUri } from '../application.ts'
import { emulate } from '../emulate.ts'

const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined }

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

describe('a request whose client or redirect URI is not known', () => {
  it.each<[string, Changes]>([
    ['another client', { client_id: 'skc_other' }],
    ['no client', { client_id: undefined }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['another scheme', { redirect_uri: 'https://localhost:3000/callback' }],
    ['another case in the path', { redirect_uri: 'http://localhost:3000/Callback' }],
    ['another case in the host', { redirect_uri: 'http://LOCALHOST:3000/callback' }],
    ['a trailing slash', { redirect_uri: 'http://localhost:3000/callback/' }],
    ['another port', { redirect_uri: 'http://localhost:3001/callback' }],
    ['another host', { redirect_uri: 'http://127.0.0.1:3000/callback' }],
    ['a query', { redirect_uri: 'http://localhost:3000/callback?next=1' }],
    ['a fragment', { redirect_uri: 'http://localhost:3000/callback#' }],
    ['a path below', { redirect_uri: 'http://localhost:3000/callback/../callback' }],
  ])('is answered with a page and not redirected: %s', async (_case, changes) => {
    await expectProblemPage(authorizeUrl(emulator, changes))
  })

  it.each(['client_id', 'redirect_uri'])('counts a repeated %s as not known', async (name) => {
    const url = new URL(authorizeUrl(emulator))
    url.searchParams.append(name, url.searchParams.get(name)!)
    await expectProblemPage(url.href)
  })

  it('is told what is registered', async () => {
    const url = authorizeUrl(emulator, { redirect_uri: 'http://localhost:3000/Callback' })
    expect(await (await fetch(url)).text()).toContain(
      'http://localhost:3000/Callback is not registered. Registered, to the letter: http://localhost:3000/callback. To register another, use --redirect-uri or startEmulator({ redirectUris }).',
    )
  })
})

describe('a request that is refused', () => {
  it.each<[string, string, Changes]>([
    ['no response_type', 'invalid_request', { response_type: undefined }],
    ['an implicit response', 'unsupported_response_type', { response_type: 'token' }],
    ['a hybrid response', 'unsupported_response_type', { response_type: 'code id_token' }],
    ['a fragment response', 'invalid_request', { response_mode: 'fragment' }],
    ['a form response', 'invalid_request', { response_mode: 'form_post' }],
    ['no scope', 'invalid_scope', { scope: undefined }],
    ['a scope without openid', 'invalid_scope', { scope: 'email profile' }],
    ['an unknown scope', 'invalid_scope', { scope: 'openid everything' }],
    ['no code_challenge', 'invalid_request', { code_challenge: undefined }],
    ['no method', 'invalid_request', { code_challenge_method: undefined }],
    ['the plain method', 'invalid_request', { code_challenge_method: 'plain' }],
    ['the method in lower case', 'invalid_request', { code_challenge_method: 's256' }],
    ['a short challenge', 'invalid_request', { code_challenge: 'a'.repeat(42) }],
    ['a long challenge', 'invalid_request', { code_challenge: 'a'.repeat(44) }],
    ['a padded challenge', 'invalid_request', { code_challenge: `${'a'.repeat(42)}=` }],
    ['an unknown prompt', 'invalid_request', { prompt: 'sometimes' }],
    ['prompt=none with another', 'invalid_request', { prompt: 'none login' }],
    ['prompt=none without a session', 'login_required', { prompt: 'none' }],
  ])('goes back with a code: %s → %s', async (_case, error, changes) => {
    const { status, to, params } = await redirectOf(authorizeUrl(emulator, changes))
    expect({ status, to }).toEqual({ status: 302, to: redirectUri })
    expect(params).toEqual({ error, error_description: expect.any(String), state: 'the-state' })
  })

  it.each(['scope', 'nonce', 'organization_id', 'code_challenge'])(
    'goes back with invalid_request when %s is there twice',
    async (name) => {
      const url = new URL(authorizeUrl(emulator))
      url.searchParams.append(name, url.searchParams.get(name)!)
      const { params } = await redirectOf(url.href)
      expect(params).toMatchObject({ error: 'invalid_request', state: 'the-state' })
    },
  )

  it('gives back none of two states', async () => {
    const { params } = await redirectOf(`${authorizeUrl(emulator)}&state=other`)
    expect(params).toEqual({
      error: 'invalid_request',
      error_description: 'state appears more than once',
    })
  })

  it('goes back without state when it came without', async () => {
    const url = authorizeUrl(emulator, { state: undefined, scope: 'email' })
    expect((await redirectOf(url)).params).not.toHaveProperty('state')
  })
})

describe('a request that is accepted', () => {
  it.each(['login', 'create', 'select_account', 'consent', 'login consent'])(
    'may ask for prompt=%s',
    async (prompt) => {
      expect(await codeFor(emulator, { prompt })).toBeTruthy()
    },
  )

  it('comes back with a code and the state as it was', async () => {
    const state = 'ü &=?#%25+'
    const location = await signInAt(authorizeUrl(emulator, { state }), 'ada@acme.example')
    const { origin, pathname, searchParams } = new URL(location)
    expect(origin + pathname).toBe(redirectUri)
    expect(Object.fromEntries(searchParams)).toEqual({ code: expect.any(String), state })
  })

  it('comes back without state when it came without', async () => {
    const url = authorizeUrl(emulator, { state: undefined })
    const location = await signInAt(url, 'ada@acme.example')
    expect([...new URL(location).searchParams.keys()]).toEqual(['code'])
  })

  it('may come without PKCE, but not with half of it', async () => {
    expect(await codeFor(emulator, withoutPkce)).toBeTruthy()
    const { params } = await redirectOf(authorizeUrl(emulator, { code_challenge: undefined }))
    expect(params.error).toBe('invalid_request')
  })

  it('must not come without PKCE where the seed demands it', async () => {
    const strict = await emulate({ enforcePkce: true })
    const { params } = await redirectOf(authorizeUrl(strict, withoutPkce))
    expect(params).toMatchObject({
      error: 'invalid_request',
      error_description: 'code_challenge is missing, and --enforce-pkce demands it',
    })
  })

  it('may ask for scopes the seed adds', async () => {
    const generous = await startEmulator({ scopes: ['invoices:read'] })
    expect(await codeFor(generous, { scope: 'openid invoices:read' })).toBeTruthy()
    await generous.close()
  })
})

async function expectProblemPage(url: string): Promise<void> {
  const answer = await fetch(url, { redirect: 'manual' })
  expect(answer.status).toBe(400)
  expect(answer.headers.get('location')).toBeNull()
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await answer.text()).toContain('<h1>This sign-in cannot start</h1>')
}
