import { ScalekitClient as Sdk } from '@scalekit-sdk/node'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Emulator, EmulatorSeed } from '../../../src/testing.ts'
import { postToken, tokensFor } from '../emulator/application.ts'
import { emulate } from '../emulator/emulate.ts'
import { apiOf } from '../emulator/rest/api.ts'
import { clientOf } from './clients.ts'

const week = 7 * 86_400

describe('validateToken', () => {
  it('answers the claims that @scalekit-sdk/node answers', async () => {
    const { emulator, client, tokens } = await scene()
    const claims = await client.validateToken(tokens.access_token)
    expect(claims).toEqual(await sdkOf(emulator).validateToken(tokens.access_token))
    expect(claims).toMatchObject({ oid: 'org_69615647365005430', roles: ['admin'] })
  })

  it('takes the access tokens of Modular SSO, and of the application itself', async () => {
    const { client, tokens } = await scene({ product: 'sso' })
    await expect(client.validateToken(tokens.access_token)).resolves.toBeTruthy()
    const machine = await clientToken(await emulate())
    await expect(machine.client.validateToken(machine.token)).resolves.toMatchObject({
      scopes: [],
    })
  })

  it('takes a token until it ends, however long that is', async () => {
    let now = Date.now()
    const seed = { lifetimes: { accessTokenSeconds: week }, clock: () => now }
    const emulator = await emulate(seed)
    const { access_token } = await tokensFor(emulator)
    const client = clientOf(emulator.options, { clock: () => now })
    now += week * 1000
    await expect(client.validateToken(access_token)).resolves.toBeTruthy()
    now += 31_000
    await expect(client.validateToken(access_token)).rejects.toMatchObject(refused)
  })

  it('refuses a token of the future', async () => {
    const { emulator, client } = await scene()
    emulator.advance(120)
    const { access_token } = await tokensFor(emulator)
    await expect(client.validateToken(access_token)).rejects.toMatchObject(refused)
  })

  it('refuses every other kind of token, which @scalekit-sdk/node takes', async () => {
    const { emulator, client, tokens } = await scene()
    const others = [tokens.id_token, await idpToken(emulator)]
    for (const token of others) {
      await expect(sdkOf(emulator).validateToken(token)).resolves.toBeTruthy()
      await expect(client.validateToken(token)).rejects.toMatchObject(refused)
      await expect(client.validateToken(token, here(emulator))).rejects.toMatchObject(refused)
    }
  })

  it.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of another client', { client_id: 'skc_another' }],
    ['of no client', { client_id: null }],
    ['of a client that is no text', { client_id: [] }],
    ['without a name of its own', { jti: null }],
    ['with an empty name of its own', { jti: '' }],
    ['without a subject', { sub: null }],
    ['without an end', { exp: null }],
    ['without a beginning', { iat: null }],
    ['that is not good yet', { nbf: 4_000_000_000 }],
    ['that has ended', { exp: 1_700_000_000 }],
    ['that ends never', { exp: 'never' }],
    ['with a nonce', { nonce: 'the-nonce' }],
    ['with at_hash', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['with c_hash', { c_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    [
      'that is a logout token',
      { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    ],
  ])('refuses a token %s', async (_case, accessToken) => {
    const { emulator, client } = await scene()
    emulator.fail({ accessToken })
    const { access_token } = await tokensFor(emulator)
    await expect(client.validateToken(access_token)).rejects.toMatchObject(refused)
    await expect(client.validateAccessToken(access_token)).resolves.toBe(false)
  })

  it('takes a token of another client for the audience that is asked for', async () => {
    const { emulator, client } = await scene()
    emulator.fail({ accessToken: { client_id: 'm2morg_1', aud: ['res_1', 'res_2'] } })
    const { access_token } = await tokensFor(emulator)
    await expect(client.validateToken(access_token)).rejects.toMatchObject(refused)
    for (const audience of ['res_1', ['res_3', 'res_2']]) {
      await expect(client.validateToken(access_token, { audience })).resolves.toBeTruthy()
    }
    for (const audience of ['res_3', [], '', ['RES_1']]) {
      const result = client.validateToken(access_token, { audience })
      await expect(result).rejects.toMatchObject(refused)
    }
  })

  it('takes the token of an organization’s own client when told to', async () => {
    const { emulator, client } = await scene()
    const token = await organizationToken(emulator)
    await expect(client.validateToken(token)).rejects.toMatchObject(refused)
    const options = { organizationClients: true, requiredScopes: ['invoices:read'] }
    await expect(client.validateToken(token, options)).resolves.toMatchObject({
      client_id: expect.stringMatching(/^m2morg_/),
      oid: 'org_69615647365005430',
    })
    await expect(client.validateAccessToken(token, { organizationClients: true })).resolves.toBe(
      true,
    )
  })

  it('takes the one with an audience for that audience alone', async () => {
    const { emulator, client } = await scene()
    const audience = 'https://api.app.example'
    const token = await organizationToken(emulator, { audience: [audience] })
    const options = { organizationClients: true }
    await expect(client.validateToken(token, options)).rejects.toMatchObject(refused)
    await expect(client.validateToken(token, { ...options, audience })).resolves.toBeTruthy()
  })

  it.each<[string, Record<string, unknown>]>([
    ['of another client of the environment', { client_id: 'skc_another' }],
    ['of a person who came by such a client', { client_id: 'm2morg_1', sub: 'usr_1', aud: null }],
    ['of such a client without an organization', { ...machine, oid: null }],
    ['of such a client of an organization without a name', { ...machine, oid: '' }],
    ['of a client whose id begins alike', { ...machine, client_id: 'm2m_1', sub: 'm2m_1' }],
  ])('refuses a token %s, though told to take those', async (_case, accessToken) => {
    const { emulator, client } = await scene()
    emulator.fail({ accessToken })
    const { access_token } = await tokensFor(emulator)
    const options = { organizationClients: true }
    await expect(client.validateToken(access_token, options)).rejects.toMatchObject(refused)
  })

  it('fails with 401 and a challenge', async () => {
    const { client } = await scene()
    await expect(client.validateToken('a.b.c')).rejects.toMatchObject({
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    })
  })

  it('takes a token of one of the issuers that are asked for', async () => {
    const { emulator, client } = await scene()
    const iss = `${emulator.url}/resources/res_1`
    emulator.fail({ accessToken: { iss } })
    const { access_token } = await tokensFor(emulator)
    for (const issuer of [iss, [emulator.url, iss]]) {
      await expect(client.validateToken(access_token, { issuer })).resolves.toBeTruthy()
    }
    for (const issuer of [`${iss}/`, [], emulator.url]) {
      const result = client.validateToken(access_token, { issuer })
      await expect(result).rejects.toMatchObject(refused)
    }
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['people’s tokens', { scope: 'openid invoices' }, 'openid'],
    ['machines’ tokens', { scope: null, scopes: ['openid', 'invoices'] }, 'openid'],
  ])('compares the scopes of %s', async (_case, accessToken, granted) => {
    const { emulator, client } = await scene()
    emulator.fail({ accessToken })
    const { access_token } = await tokensFor(emulator)
    const options = { requiredScopes: [granted, 'invoices'] }
    await expect(client.validateToken(access_token, options)).resolves.toBeTruthy()
    const more = { requiredScopes: [granted, 'payments'] }
    await expect(client.validateToken(access_token, more)).rejects.toMatchObject({
      name: 'AccessError',
      code: 'insufficient_scope',
    })
    await expect(client.validateAccessToken(access_token, more)).resolves.toBe(false)
  })

  it.each([undefined, null, '', 'opaque', 'a.b.c', 5, {}, ['a.b.c']])(
    'refuses %j',
    async (token) => {
      const { client } = await scene()
      await expect(client.validateToken(token as string)).rejects.toMatchObject(refused)
      await expect(client.validateAccessToken(token as string)).resolves.toBe(false)
    },
  )

  it('asks for the keys once in half a minute, however many made-up keys are named', async () => {
    const { emulator, client, tokens } = await scene()
    await client.validateToken(tokens.access_token)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 29_000 })
    onTestFinished(() => void vi.useRealTimers())
    const made = Array.from({ length: 100 }, (_, kid) => withKid(tokens.access_token, `snk_${kid}`))
    const results = await Promise.all(made.map((token) => client.validateAccessToken(token)))
    expect(results).not.toContain(true)
    await expect(client.validateToken(tokens.access_token)).resolves.toBeTruthy()
    expect(emulator.requests.filter(({ path }) => path === '/keys')).toHaveLength(1)
  })
})

describe('validateAccessToken', () => {
  it('says whether a token is good', async () => {
    const { emulator, client, tokens } = await scene()
    await expect(client.validateAccessToken(tokens.access_token)).resolves.toBe(true)
    await expect(client.validateAccessToken(tokens.id_token)).resolves.toBe(false)
    await expect(sdkOf(emulator).validateAccessToken(tokens.access_token)).resolves.toBe(true)
  })

  it.each([
    ['/.well-known/openid-configuration', { status: 503 }],
    ['/keys', { status: 503 }],
    ['/keys', { reset: true, times: 2 } as const],
  ])('does not say that a good token is bad while %s is down', async (path, rule) => {
    const { emulator, client, tokens } = await scene()
    emulator.fail({ path, ...rule })
    await expect(client.validateAccessToken(tokens.access_token)).rejects.toMatchObject({
      code: expect.stringMatching(/^provider_/),
    })
  })
})

describe('getIdpInitiatedLoginClaims', () => {
  it('answers the claims that @scalekit-sdk/node answers', async () => {
    const { emulator, client } = await scene()
    const token = await idpToken(emulator, { relayState: '/reports' })
    const claims = await client.getIdpInitiatedLoginClaims(token)
    expect(claims).toEqual({
      organization_id: 'org_69615647365005430',
      connection_id: 'conn_69615647365005431',
      login_hint: 'ada@acme.example',
      relay_state: '/reports',
    })
    expect(await sdkOf(emulator).getIdpInitiatedLoginClaims(token)).toMatchObject({ ...claims })
  })

  it('begins a sign-in that ends where it was asked to', async () => {
    const { client, emulator } = await scene()
    const claims = await client.getIdpInitiatedLoginClaims(await idpToken(emulator))
    const url = client.getAuthorizationUrl('http://localhost:3000/callback', {
      connectionId: claims.connection_id,
      organizationId: claims.organization_id,
      loginHint: claims.login_hint,
    })
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject(claims)
  })

  it('refuses every other kind of token, which @scalekit-sdk/node takes', async () => {
    const { emulator, client, tokens } = await scene()
    for (const token of [tokens.access_token, tokens.id_token]) {
      await expect(sdkOf(emulator).getIdpInitiatedLoginClaims(token)).resolves.toBeTruthy()
      await expect(client.getIdpInitiatedLoginClaims(token)).rejects.toMatchObject(notAsked)
    }
  })

  it.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'skc_another' }],
    ['that has ended', { exp: 1_700_000_000 }],
    ['without a connection', { connection_id: null }],
  ])('refuses a token %s', async (_case, idpLogin) => {
    const { emulator, client } = await scene()
    emulator.fail({ idpLogin })
    const token = await idpToken(emulator)
    await expect(client.getIdpInitiatedLoginClaims(token)).rejects.toMatchObject(notAsked)
  })

  it.each([undefined, null, '', 'a.b.c', ['a.b.c'], {}])('refuses %j', async (token) => {
    const { client } = await scene()
    const result = client.getIdpInitiatedLoginClaims(token as string)
    await expect(result).rejects.toMatchObject(notAsked)
  })
})

/** What the tokens of an organization's client say. */
const machine = { client_id: 'm2morg_1', sub: 'm2morg_1', oid: 'org_1', aud: null }

const refused = { name: 'LoginError', code: 'access_token_invalid' }
const notAsked = { name: 'LoginError', code: 'idp_login_invalid' }

/** An emulator, a client of it, and the tokens of a sign-in there. */
async function scene(seed?: EmulatorSeed) {
  const emulator = await emulate(seed)
  return { emulator, client: clientOf(emulator.options), tokens: await tokensFor(emulator) }
}

function here({ url, options }: Emulator) {
  return { issuer: url, audience: options.clientId }
}

async function clientToken(emulator: Emulator) {
  const { clientId, clientSecret } = emulator.options
  const answer = await fetch(`${emulator.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  expect(decodeJwt(access_token).sub).toBe(clientId)
  return { client: clientOf(emulator.options), token: access_token }
}

/** A client of Acme's own, made by the API, and a token of it. */
async function organizationToken(emulator: Emulator, details = {}): Promise<string> {
  const api = await apiOf(emulator)
  const { body } = await api('POST /organizations/org_69615647365005430/clients', {
    name: 'Nightly export',
    scopes: ['invoices:read'],
    ...details,
  })
  const { client, plain_secret } = body as { client: { client_id: string }; plain_secret: string }
  const answer = await postToken(
    emulator,
    new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: plain_secret,
    }),
  )
  return answer.body.access_token
}

async function idpToken(emulator: Emulator, options?: { relayState: string }): Promise<string> {
  const url = await emulator.idpInitiatedLogin('ada@acme.example', options)
  return new URL(url).searchParams.get('idp_initiated_login')!
}

function withKid(token: string, kid: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid, typ: 'JWT' }))
  return [header.toString('base64url'), ...token.split('.').slice(1)].join('.')
}

function sdkOf({ options }: Emulator): Sdk {
  return new Sdk(options.environmentUrl, options.clientId, options.clientSecret)
}
