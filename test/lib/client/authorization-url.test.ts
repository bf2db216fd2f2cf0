import { ScalekitClient as Sdk } from '@scalekit-sdk/node'
import { describe, expect, it } from 'vitest'
import type { AuthorizationUrlOptions } from '../../../src/client.ts'
import { clientOf } from './clients.ts'

const options = {
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'planted_client_secret',
}
const redirectUri = 'https://app.example/callback?from=acme'
const client = clientOf(options)
const sdk = new Sdk(options.environmentUrl, options.clientId, options.clientSecret)

describe('getAuthorizationUrl', () => {
  it('answers a text at once, without a call', () => {
    const offline = clientOf(options, {
      fetch: () => expect.unreachable('nobody is to be called'),
    })
    expect(offline.getAuthorizationUrl('https://app.example/callback')).toBe(
      'https://acme.scalekit.com/oauth/authorize?scope=openid+profile+email&response_type=code&client_id=skc_1&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback',
    )
  })

  it.each(['https://acme.scalekit.com', 'https://acme.scalekit.com/'])(
    'does not mind how %s ends',
    (environmentUrl) => {
      const url = clientOf({ ...options, environmentUrl }).getAuthorizationUrl(redirectUri)
      expect(url).toMatch(/^https:\/\/acme\.scalekit\.com\/oauth\/authorize\?/)
    },
  )

  it.each<[string, Parameters<Sdk['getAuthorizationUrl']>[1]]>([
    ['nothing', undefined],
    ['no option', {}],
    ['an organization', { organizationId: 'org_1' }],
    ['a connection', { connectionId: 'conn_1' }],
    ['a domain', { domainHint: 'acme.example' }],
    ['a provider', { provider: 'google' }],
    ['a login hint', { loginHint: 'ada+lovelace@acme.example' }],
    ['a state of any characters', { state: 'a b&c=d#e%20\u00e9' }],
    ['scopes', { scopes: ['openid', 'offline_access'] }],
    ['a nonce and a prompt', { nonce: 'the-nonce', prompt: 'login' }],
    ['PKCE', { codeChallenge: 'the-challenge', codeChallengeMethod: 'S256' }],
    ['what is empty', { state: '', nonce: '', organizationId: '' }],
    [
      'everything at once',
      {
        organizationId: 'org_1',
        connectionId: 'conn_1',
        provider: 'google',
        domainHint: 'acme.example',
        loginHint: 'ada@acme.example',
        state: 's',
        nonce: 'n',
        prompt: 'create',
        codeChallenge: 'c',
        codeChallengeMethod: 'S256',
      },
    ],
  ])('means the same request as @scalekit-sdk/node with %s', (_case, given) => {
    expect(meaning(client.getAuthorizationUrl(redirectUri, given))).toEqual(
      meaning(sdk.getAuthorizationUrl(redirectUri, given)),
    )
  })

  it.each<[string, AuthorizationUrlOptions, Record<string, string>]>([
    ['domain', { domain: 'a.example' }, { domain: 'a.example', domain_hint: 'a.example' }],
    ['maxAge', { maxAge: 300 }, { max_age: '300' }],
    ['maxAge 0', { maxAge: 0 }, { max_age: '0' }],
    ['acrValues', { acrValues: ['one', 'two'] }, { acr_values: 'one two' }],
    ['uiLocales', { uiLocales: ['de', 'en'] }, { ui_locales: 'de en' }],
    ['a list of prompts', { prompt: ['login', 'consent'] }, { prompt: 'login consent' }],
    ['what is in snake_case', { screen_hint: 'signup' }, { screen_hint: 'signup' }],
    ['a challenge', { codeChallenge: 'c' }, { code_challenge: 'c', code_challenge_method: 'S256' }],
  ])('sends %s', (_case, given, params) => {
    const sent = meaning(client.getAuthorizationUrl(redirectUri, given)).params
    expect(sent).toMatchObject(params)
    expect(Object.keys(sent)).toHaveLength(4 + Object.keys(params).length)
  })

  it('takes scopes as a text, too', () => {
    const url = client.getAuthorizationUrl(redirectUri, { scope: 'openid invoices' })
    expect(meaning(url).params.scope).toBe('openid invoices')
  })

  it('lets no option stand for what makes the request', () => {
    const given = {
      clientId: 'another',
      client_id: 'another',
      redirectUri: 'https://evil.example',
      redirect_uri: 'https://evil.example',
      responseType: 'token',
      response_type: 'token',
    }
    expect(meaning(client.getAuthorizationUrl(redirectUri, given))).toEqual(
      meaning(client.getAuthorizationUrl(redirectUri)),
    )
  })

  it.each([
    '/callback',
    'app.example/callback',
    '',
    ' https://app.example/callback',
    'https://app.example/callback#here',
    'https://',
    undefined,
    null,
    ['https://app.example/callback'],
    {},
  ])('refuses %j for a redirect URI', (given) => {
    expect(() => client.getAuthorizationUrl(given as string)).toThrow(
      expect.objectContaining({ code: 'redirect_uri_invalid', status: 500 }),
    )
  })

  it('takes the redirect URI of a native application', () => {
    const { params } = meaning(client.getAuthorizationUrl('com.example.app:/callback'))
    expect(params.redirect_uri).toBe('com.example.app:/callback')
  })
})

describe('getLogoutUrl', () => {
  const logout = {
    idTokenHint: 'the.id.token',
    postLogoutRedirectUri: 'https://app.example/?a=b&c',
    state: 'the state',
  }

  it.each<[string, Partial<typeof logout> | undefined]>([
    ['nothing', undefined],
    ['all of it', logout],
    ['a hint', { idTokenHint: 'the.id.token' }],
    ['what is empty', { idTokenHint: '', postLogoutRedirectUri: '', state: '' }],
  ])('means the same as @scalekit-sdk/node with %s, and says who asks', (_case, given) => {
    const { endpoint, params } = meaning(sdk.getLogoutUrl(given))
    expect(meaning(client.getLogoutUrl(given))).toEqual({
      endpoint,
      params: { ...params, client_id: 'skc_1' },
    })
  })

  it('takes what Scalekit’s documentation writes: two texts', () => {
    const { idTokenHint, postLogoutRedirectUri } = logout
    expect(client.getLogoutUrl(idTokenHint, postLogoutRedirectUri)).toBe(
      client.getLogoutUrl({ idTokenHint, postLogoutRedirectUri }),
    )
    expect(client.getLogoutUrl(idTokenHint)).toBe(client.getLogoutUrl({ idTokenHint }))
  })
})

/** Where a URL leads and what it says, in whatever order. */
function meaning(text: string) {
  const { origin, pathname, searchParams } = new URL(text)
  const params = Object.fromEntries(searchParams)
  expect(searchParams.size).toBe(Object.keys(params).length)
  return { endpoint: origin + pathname, params }
}
