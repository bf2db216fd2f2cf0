import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ada } from './people.ts'
import { personAt } from './person.ts'
import { type SecondProvider, startRotatingProvider, startSecondProvider } from './provider.ts'

const applicationUrl = 'http://127.0.0.1:3000'
const redirectUri = `${applicationUrl}/callback`
const verifier = 'a'.repeat(43)

describe('oidc-provider with refresh tokens', () => {
  it('replaces each by its use, and says what a person may do now', async () => {
    const provider = await rotating()
    const first = await signIn(provider)
    expect(decodeJwt(first.access_token)).toMatchObject({
      roles: ['admin'],
      exp: expect.any(Number),
    })
    provider.allow(ada, { roles: ['member'] })
    const second = await refresh(provider, first.refresh_token)
    expect(second.status).toBe(200)
    expect(second.body.refresh_token).not.toBe(first.refresh_token)
    const { sub, oid, roles, permissions } = decodeJwt(second.body.access_token)
    expect({ roles, permissions }).toEqual({ roles: ['member'], permissions: ada.permissions })
    expect(decodeJwt(second.body.id_token)).toMatchObject({ sub, oid })
    expect((await refresh(provider, second.body.refresh_token)).status).toBe(200)
  })

  it('ends the grant when one is used again, without a grace', async () => {
    const provider = await rotating()
    const first = await signIn(provider)
    const { body: second } = await refresh(provider, first.refresh_token)
    expect((await refresh(provider, first.refresh_token)).body.error).toBe('invalid_grant')
    expect((await refresh(provider, second.refresh_token)).body.error).toBe('invalid_grant')
    const [sent, next] = [first, second].map((tokens) => hashOf(tokens.refresh_token))
    expect(provider.tokenCalls).toEqual([
      { grantType: 'authorization_code' },
      { grantType: 'refresh_token', tokenHash: sent },
      { grantType: 'refresh_token', tokenHash: sent, error: 'invalid_grant' },
      { grantType: 'refresh_token', tokenHash: next, error: 'invalid_grant' },
    ])
  })

  it('revokes one where it is asked to', async () => {
    const provider = await rotating()
    const { refresh_token } = await signIn(provider)
    const revoked = await post(provider, '/revoke', { token: refresh_token })
    expect(revoked.status).toBe(200)
    expect((await refresh(provider, refresh_token)).body.error).toBe('invalid_grant')
  })

  it('issues access tokens for as long as it is told', async () => {
    const provider = await rotating({ accessTokenSeconds: 5 })
    const { exp, iat } = decodeJwt((await signIn(provider)).access_token)
    expect(exp! - iat!).toBe(5)
  })

  it('has none by default', async () => {
    const provider = await startSecondProvider()
    onTestFinished(() => provider.close())
    provider.register(applicationUrl)
    expect(await signIn(provider)).not.toHaveProperty('refresh_token')
  })
})

async function rotating(settings?: Parameters<typeof startRotatingProvider>[0]) {
  const provider = await startRotatingProvider(settings)
  onTestFinished(() => provider.close())
  provider.register(applicationUrl)
  return provider
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly error?: string
}

async function signIn(provider: SecondProvider): Promise<Tokens> {
  const url = new URL('/oauth/authorize', provider.url)
  url.search = new URLSearchParams({
    client_id: provider.options.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid email profile offline_access',
    code_challenge: hashOf(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const back = new URL(await personAt(provider.url).signIn(url, ada.email))
  const { body } = await post(provider, '/oauth/token', {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code')!,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
  return body
}

function refresh(provider: SecondProvider, refreshToken: string) {
  const params = { grant_type: 'refresh_token', refresh_token: refreshToken }
  return post(provider, '/oauth/token', params)
}

async function post(
  { url, options }: SecondProvider,
  path: string,
  params: Readonly<Record<string, string>>,
) {
  const credentials = { client_id: options.clientId, client_secret: options.clientSecret }
  const body = new URLSearchParams({ ...credentials, ...params })
  const answer = await fetch(url + path, { method: 'POST', body })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Tokens }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
