import { decodeJwt } from 'jose'
import { expect } from 'vitest'
import type { Emulator } from '../../../../src/testing.ts'
import {
  authorizeUrl,
  type Changes,
  claimsFor,
  codeFor,
  postToken,
  redirectOf,
  refreshParams,
  tokenParams,
  tokensFor,
} from '../application.ts'
import { emulate } from '../emulate.ts'
import { acmeId } from '../rest/api.ts'
import { type Behaviour, behaviour } from './behaviour.ts'

const acme = { organization_id: acmeId }
const withoutPkce = { ...acme, code_challenge: undefined, code_challenge_method: undefined }
const callback = 'http://localhost:3000/callback'

export const signInBehaviours: readonly Behaviour[] = [
  behaviour('PKCE is optional for web applications', 'as documented', async () => {
    expect(await errorAt(await emulate(), withoutPkce)).toBeUndefined()
    expect(await errorAt(await emulate({ enforcePkce: true }), withoutPkce)).toBe('invalid_request')
  }),
  behaviour('A code that was asked for with PKCE needs its verifier', 'as documented', async () => {
    const emulator = await emulate()
    const code = await codeFor(emulator, acme)
    const params = tokenParams(emulator, code, { code_verifier: undefined })
    expect((await postToken(emulator, params)).body.error).toBe('invalid_grant')
  }),
  behaviour('Codes work once', 'as documented', async () => {
    const emulator = await emulate()
    const { code } = await tokensFor(emulator, acme)
    expect((await postToken(emulator, tokenParams(emulator, code))).status).toBe(400)
  }),
  behaviour('Codes live for about ten minutes', 'as documented', async () => {
    expect(await statusAfter(599)).toBe(200)
    expect(await statusAfter(600)).toBe(400)
  }),
  behaviour('Redirect URIs are compared exactly', 'as documented', async () => {
    const emulator = await emulate()
    for (const redirect_uri of [`${callback}/`, `${callback}?a=b`, callback.toUpperCase()]) {
      expect((await redirectOf(authorizeUrl(emulator, { ...acme, redirect_uri }))).status).toBe(400)
    }
  }),
  behaviour('Redirect URIs may have a wildcard or a template', 'as documented', async () => {
    const emulator = await emulate({ redirectUris: ['https://*.app.example/callback'] })
    const statusAt = async (redirect_uri: string) =>
      (await redirectOf(authorizeUrl(emulator, { ...acme, redirect_uri }))).status
    expect(await statusAt('https://a.app.example/callback')).toBe(200)
    expect(await statusAt('https://a.b.app.example/callback')).toBe(400)
  }),
  behaviour('`organization_id` takes ids of Scalekit', 'as documented', async () => {
    const error = await errorAt(await emulate(), { organization_id: 'acme' })
    expect(error).toBe('invalid_organization_id')
  }),
  behaviour('A `domain` is compared with the whole domain', 'as documented', async () => {
    const emulator = await emulate({ product: 'sso' })
    const at = (domain: string) => errorAt(emulator, { organization_id: undefined, domain })
    expect(await at('acme.example')).toBeUndefined()
    expect(await at('mail.acme.example')).toEqual(expect.any(String))
  }),
  behaviour(
    'A request that names no organization is refused in Modular SSO, and asks for an email address in full-stack mode',
    'as documented',
    async () => {
      const none = { organization_id: undefined }
      expect(await errorAt(await emulate({ product: 'sso' }), none)).toBe(
        'invalid_connection_selector',
      )
      expect(await errorAt(await emulate(), none)).toBeUndefined()
    },
  ),
  behaviour('A hosted sign-in asks for a password or a one-time code', 'laxer', async () => {
    const page = await (await fetch(authorizeUrl(await emulate(), acme))).text()
    expect(page).toContain('there is no password')
  }),
  behaviour('Access tokens have organization, roles and permissions', 'as documented', async () => {
    const { accessToken } = await claimsFor(await emulate(), acme)
    expect(accessToken).toMatchObject({
      oid: acmeId,
      roles: ['admin'],
      permissions: expect.arrayContaining(['projects:read']),
      sid: expect.stringMatching(/^ses_/),
    })
  }),
  behaviour(
    'Access tokens of Modular SSO have none of these, and there is no refresh token',
    'as documented',
    async () => {
      const emulator = await emulate({ product: 'sso' })
      const tokens = await tokensFor(emulator, { ...acme, scope: 'openid offline_access' })
      const claims = decodeJwt(tokens.access_token)
      expect(Object.keys(claims)).not.toContain('oid')
      expect(Object.keys(claims)).not.toContain('roles')
      expect(tokens).not.toHaveProperty('refresh_token')
    },
  ),
  behaviour('Refresh tokens work once', 'as documented', async () => {
    const { emulator, refresh } = await refreshable()
    expect(await refresh()).toBe(200)
    emulator.advance(31)
    expect(await refresh()).toBe(400)
    expect(emulator.requests.at(-1)?.status).toBe(400)
  }),
  behaviour(
    'Sessions end when they are idle, and after a while at the latest',
    'as documented',
    async () => {
      const { emulator, refresh } = await refreshable()
      emulator.advance(7 * 86_400)
      expect(await refresh()).toBe(400)
    },
  ),
  behaviour('No revocation of tokens', 'laxer', async () => {
    const statusWith = async (tokenRevocation: boolean) => {
      const emulator = await emulate({ tokenRevocation })
      const { clientId, clientSecret } = emulator.options
      const params = { client_id: clientId, client_secret: clientSecret, token: 'rt_1' }
      const body = new URLSearchParams(params)
      return (await fetch(`${emulator.url}/revoke`, { method: 'POST', body })).status
    }
    expect([await statusWith(true), await statusWith(false)]).toEqual([200, 501])
  }),
  behaviour(
    'A sign-in from a company’s portal brings a token that is good for five minutes',
    'as documented',
    async () => {
      const location = new URL(await (await emulate()).idpInitiatedLogin('ada@acme.example'))
      const { exp, iat } = decodeJwt(location.searchParams.get('idp_initiated_login')!)
      expect(exp! - iat!).toBe(300)
    },
  ),
  behaviour('A sign-out ends at a registered address only', 'as documented', async () => {
    const { url } = await emulate()
    const out = (uri: string) => redirectOf(`${url}/oidc/logout?post_logout_redirect_uri=${uri}`)
    expect((await out('https://evil.example/')).status).toBe(400)
  }),
]

/** The error that an authorization request ends with at once. */
async function errorAt(emulator: Emulator, changes: Changes): Promise<string | undefined> {
  return (await redirectOf(authorizeUrl(emulator, changes))).params.error
}

/** What the token endpoint answers when a code is so many seconds old. */
async function statusAfter(seconds: number): Promise<number> {
  const now = Date.now()
  const emulator = await emulate({ clock: () => now })
  const code = await codeFor(emulator, acme)
  emulator.advance(seconds)
  return (await postToken(emulator, tokenParams(emulator, code))).status
}

async function refreshable() {
  const emulator = await emulate()
  const scope = 'openid offline_access'
  const { refresh_token } = await tokensFor(emulator, { ...acme, scope })
  const params = refreshParams(emulator, refresh_token)
  return { emulator, refresh: async () => (await postToken(emulator, params)).status }
}
