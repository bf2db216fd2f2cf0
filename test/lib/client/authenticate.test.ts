import { inspect } from 'node:util'
import { ScalekitClient as Sdk } from '@scalekit-sdk/node'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { scalekitAuth } from '../../../src/index.ts'
import type { Emulator } from '../../../src/testing.ts'
import { codeVerifier, redirectUri } from '../emulator/application.ts'
import { emulate } from '../emulator/emulate.ts'
import { answer, clientOf, codeBy, signedIn } from './clients.ts'

const offline = { scopes: ['openid', 'profile', 'email', 'offline_access'] }

describe('authenticateWithCode', () => {
  it('answers the user, the claims and the tokens', async () => {
    const emulator = await emulate()
    const result = await signedIn(clientOf(emulator.options), offline)
    expect(result).toEqual({
      user: {
        id: expect.stringMatching(/^usr_/),
        email: 'ada@acme.example',
        emailVerified: true,
        name: 'Ada Lovelace',
        givenName: 'Ada',
        familyName: 'Lovelace',
        organizationId: 'org_69615647365005430',
        externalOrganizationId: 'acme',
        connectionId: 'conn_69615647365005431',
        sid: expect.stringMatching(/^ses_/),
      },
      claims: decodeJwt(result.idToken),
      idToken: expect.any(String),
      accessToken: expect.any(String),
      expiresIn: 300,
      refreshToken: expect.stringMatching(/^rt_/),
    })
  })

  it('is a member of the kit, too', async () => {
    const emulator = await emulate()
    const { client } = scalekitAuth({ ...emulator.options, baseUrl: 'http://localhost:3000' })
    const { user } = await signedIn(client)
    expect(user.email).toBe('ada@acme.example')
    await expect(client.organization.getOrganization(user.organizationId!)).resolves.toBeTruthy()
  })

  it('answers no refresh token where none was asked for', async () => {
    const emulator = await emulate()
    expect(await signedIn(clientOf(emulator.options))).not.toHaveProperty('refreshToken')
  })

  it('answers what @scalekit-sdk/node answers, and more of the user', async () => {
    const claims = {
      phone_number: '+15550100',
      phone_number_verified: true,
      picture: 'https://img.example/ada.png',
      profile: 'https://acme.example/ada',
      gender: 'female',
      birthdate: '1815-12-10',
      zoneinfo: 'Europe/London',
      locale: 'en',
      updated_at: 1_700_000_000,
      identities: [{ connection_id: 'conn_1' }],
      metadata: '{"plan":"team"}',
    }
    const ada = { email: 'ada@acme.example', name: 'Ada Lovelace', claims }
    const acme = { displayName: 'Acme', domains: ['acme.example'], people: [ada] }
    const emulator = await emulate({ organizations: [acme], product: 'sso' })
    const client = clientOf(emulator.options)
    const ours = await signedIn(client)
    const theirs = await sdkOf(emulator).authenticateWithCode(await codeBy(client), redirectUri, {
      codeVerifier,
    })
    expect(Object.keys(theirs.user)).toHaveLength(7 + Object.keys(claims).length)
    expect(ours.user).toMatchObject(theirs.user)
    expect(ours.expiresIn).toBe(theirs.expiresIn)
  })

  it('keeps no value of a type that it should not have', async () => {
    const emulator = await emulate()
    emulator.fail({
      idToken: { name: { $ne: '' }, email: ['a@b'], email_verified: 'true', picture: 1, oid: 5 },
    })
    const { user } = await signedIn(clientOf(emulator.options))
    for (const name of ['name', 'email', 'picture', 'organizationId']) {
      expect(user).not.toHaveProperty(name)
    }
    expect(user.emailVerified).toBe(false)
  })

  it('needs neither PKCE nor a nonce where the application sent none', async () => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const code = await codeBy(client, { codeChallenge: undefined, nonce: undefined })
    const { user } = await client.authenticateWithCode(code, redirectUri)
    expect(user.email).toBe('ada@acme.example')
  })

  it('does not compare a nonce that is not given', async () => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const code = await codeBy(client)
    const { user } = await client.authenticateWithCode(code, redirectUri, { codeVerifier })
    expect(user.email).toBe('ada@acme.example')
  })

  it.each<[string, object]>([
    ['another nonce', { nonce: 'another' }],
    ['a nonce that got lost', { nonce: undefined }],
    ['an empty nonce', { nonce: '' }],
    ['a nonce that is no text', { nonce: ['the-nonce'] }],
  ])('refuses %s', async (_case, changes) => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const code = await codeBy(client)
    const result = client.authenticateWithCode(code, redirectUri, { ...answer, ...changes })
    await expect(result).rejects.toMatchObject({ code: 'id_token_invalid' })
  })

  it('refuses a token without a nonce where one was sent', async () => {
    const emulator = await emulate()
    emulator.fail({ idToken: { nonce: null } })
    await expect(signedIn(clientOf(emulator.options))).rejects.toMatchObject({
      code: 'id_token_invalid',
    })
  })

  it('takes a code once', async () => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const code = await codeBy(client)
    await client.authenticateWithCode(code, redirectUri, answer)
    await expect(client.authenticateWithCode(code, redirectUri, answer)).rejects.toMatchObject({
      code: 'code_rejected',
      status: 400,
    })
  })

  it.each<[string, string, object]>([
    ['another verifier', redirectUri, { codeVerifier: 'a'.repeat(43) }],
    ['no verifier', redirectUri, { codeVerifier: undefined }],
    ['another redirect URI', 'http://localhost:3000/other', {}],
    ['a redirect URI with a slash more', `${redirectUri}/`, {}],
  ])('is refused by Scalekit with %s', async (_case, uri, changes) => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const code = await codeBy(client)
    const result = client.authenticateWithCode(code, uri, { ...answer, ...changes })
    await expect(result).rejects.toMatchObject({ code: 'code_rejected' })
  })

  it.each([undefined, '', ['one', 'two'], {}, null])(
    'asks nobody for the code %j',
    async (code) => {
      const emulator = await emulate()
      const client = clientOf(emulator.options)
      await expect(client.authenticateWithCode(code as string, redirectUri)).rejects.toMatchObject({
        code: 'callback_invalid',
      })
      await expect(client.authenticateWithCode('code', '/callback')).rejects.toMatchObject({
        code: 'redirect_uri_invalid',
      })
      expect(emulator.requests).toEqual([])
    },
  )

  it('tells a wrong secret from a wrong code', async () => {
    const emulator = await emulate()
    const code = await codeBy(clientOf(emulator.options))
    const client = clientOf({ ...emulator.options, clientSecret: 'another' })
    await expect(client.authenticateWithCode(code, redirectUri, answer)).rejects.toMatchObject({
      code: 'application_refused',
      status: 502,
    })
  })

  it.each<[string, Parameters<Emulator['fail']>[0], string]>([
    ['resets', { path: '/oauth/token', reset: true, times: 2 }, 'provider_unavailable'],
    ['fails', { path: '/oauth/token', status: 503 }, 'provider_failed'],
    ['issues no ID token', { tokenResponse: { id_token: null } }, 'provider_failed'],
    ['does not say how long', { tokenResponse: { expires_in: null } }, 'provider_failed'],
    ['binds tokens by DPoP', { tokenResponse: { token_type: 'DPoP' } }, 'provider_failed'],
    ['has no keys', { path: '/keys', status: 500 }, 'provider_failed'],
    ['has no discovery', { path: discoveryPath(), status: 500 }, 'provider_failed'],
  ])('asks once for the tokens of a provider that %s', async (_case, rule, code) => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const given = await codeBy(client)
    emulator.fail(rule)
    await expect(client.authenticateWithCode(given, redirectUri, answer)).rejects.toMatchObject({
      code,
    })
    const asked = emulator.requests.filter(({ path }) => path === '/oauth/token')
    // A kept socket that turns out to be closed is replaced once.
    expect(asked.length).toBeLessThanOrEqual('reset' in rule ? 2 : 1)
  })

  it('shows neither code, verifier, secret nor token in what goes wrong', async () => {
    const emulator = await emulate({ clientSecret: 'planted-client-secret' })
    const client = clientOf(emulator.options)
    const code = await codeBy(client)
    const { idToken, accessToken } = await client.authenticateWithCode(code, redirectUri, answer)
    const again = await client.authenticateWithCode(code, redirectUri, answer).catch((e) => e)
    emulator.fail({ idToken: { nonce: 'another' } })
    const refused = await signedIn(client).catch((e) => e)
    const shown = inspect([client, again, refused], { depth: 20, showHidden: true })
    expect(refused.code).toBe('id_token_invalid')
    for (const secret of ['planted-client-secret', code, codeVerifier, idToken, accessToken]) {
      expect(shown).not.toContain(secret)
    }
  })
})

describe('refreshAccessToken', () => {
  it('answers new tokens, and an ID token that was verified', async () => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const first = await signedIn(client, offline)
    const second = await client.refreshAccessToken(first.refreshToken!)
    expect(second).toEqual({
      accessToken: expect.any(String),
      expiresIn: 300,
      refreshToken: expect.stringMatching(/^rt_/),
      idToken: expect.any(String),
    })
    expect(second.refreshToken).not.toBe(first.refreshToken)
    await expect(client.validateToken(second.accessToken)).resolves.toMatchObject({
      sub: first.user.id,
    })
  })

  it('answers what @scalekit-sdk/node answers, and more', async () => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const [one, other] = [await signedIn(client, offline), await signedIn(client, offline)]
    const ours = await client.refreshAccessToken(one.refreshToken!)
    const theirs = await sdkOf(emulator).refreshAccessToken(other.refreshToken!)
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(theirs)))
  })

  it('does without an ID token and without a new refresh token', async () => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const { refreshToken } = await signedIn(client, offline)
    emulator.fail({ tokenResponse: { id_token: null, refresh_token: null } })
    expect(await client.refreshAccessToken(refreshToken!)).toEqual({
      accessToken: expect.any(String),
      expiresIn: 300,
    })
  })

  it.each<[string, Record<string, unknown>]>([
    ['of another client', { aud: ['another'] }],
    ['with another party', { azp: 'another' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['about another access token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['that has ended', { exp: 1_700_000_000 }],
    ['that is a logout token', { events: {} }],
  ])('refuses an ID token %s', async (_case, claims) => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const { refreshToken } = await signedIn(client, offline)
    emulator.fail({ idToken: claims })
    await expect(client.refreshAccessToken(refreshToken!)).rejects.toMatchObject({
      code: 'id_token_invalid',
    })
  })

  it.each(['used', 'unknown'])('tells that a refresh token is %s', async (what) => {
    const emulator = await emulate({ refreshGraceSeconds: 0 })
    const client = clientOf(emulator.options)
    const { refreshToken } = await signedIn(client, offline)
    await client.refreshAccessToken(refreshToken!)
    const shown = what === 'used' ? refreshToken! : 'rt_unknown'
    await expect(client.refreshAccessToken(shown)).rejects.toMatchObject({
      name: 'LoginError',
      code: 'refresh_token_rejected',
      status: 401,
    })
  })

  it.each([undefined, '', null, 5])('asks nobody for the refresh token %j', async (token) => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    await expect(client.refreshAccessToken(token as string)).rejects.toMatchObject({
      code: 'refresh_token_rejected',
    })
    expect(emulator.requests).toEqual([])
  })

  it.each<[string, Parameters<Emulator['fail']>[0], string]>([
    ['resets', { path: '/oauth/token', reset: true }, 'provider_unavailable'],
    ['fails', { path: '/oauth/token', status: 503 }, 'provider_failed'],
    [
      'fails in JSON',
      { path: '/oauth/token', status: 500, body: { error: 'server_error' } },
      'provider_failed',
    ],
    [
      'refuses the client',
      { path: '/oauth/token', status: 401, body: { error: 'invalid_client' } },
      'application_refused',
    ],
  ])('leaves the token as good as it was when the provider %s', async (_case, rule, code) => {
    const emulator = await emulate()
    const client = clientOf(emulator.options)
    const { refreshToken } = await signedIn(client, offline)
    emulator.fail(rule)
    await expect(client.refreshAccessToken(refreshToken!)).rejects.toMatchObject({ code })
    await expect(client.refreshAccessToken(refreshToken!)).resolves.toBeTruthy()
  })
})

function sdkOf({ options }: Emulator): Sdk {
  return new Sdk(options.environmentUrl, options.clientId, options.clientSecret)
}

function discoveryPath(): string {
  return '/.well-known/openid-configuration'
}
