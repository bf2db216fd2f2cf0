import { describe, expect, it } from 'vitest'
import { ScalekitError } from '../../../src/lib/ground/errors.ts'
import { type Client, discoverOnce } from '../../../src/lib/oidc/discovery.ts'
import type { Answer, Call } from '../../../src/lib/outgoing/transport.ts'
import { client, discovered, discoveryDocument, json } from './providers.ts'
import { issuer, now } from './tokens.ts'

describe('discoverOnce', () => {
  it('asks for the one document of the environment, once', async () => {
    const calls: Call[] = []
    const discover = discoverOnce(client, {
      send: async (call) => {
        calls.push(call)
        return json(200, discoveryDocument())
      },
      clock: () => now,
    })
    await Promise.all([discover(), discover()])
    expect(calls.map(({ method, origin, path }) => `${method} ${origin}${path}`)).toEqual([
      `GET ${issuer}/.well-known/openid-configuration`,
    ])
    expect(JSON.stringify(calls)).not.toContain('planted')
  })

  it('finds the keys and where a sign-out goes', async () => {
    const { keysUrl, endSessionUrl } = await discovered()
    expect(keysUrl.href).toBe(`${issuer}/keys`)
    expect(endSessionUrl?.href).toBe(`${issuer}/oidc/logout`)
  })

  it('does without a place to sign out', async () => {
    const document = discoveryDocument({ end_session_endpoint: undefined })
    expect((await discovered(undefined, document)).endSessionUrl).toBeUndefined()
  })

  it.each([
    ['another', 'https://globex.scalekit.com'],
    ['with a slash at its end', `${issuer}/`],
    ['missing', undefined],
    ['no text', 5],
  ])('refuses a document whose issuer is %s', async (_case, value) => {
    await expect(discovered(undefined, discoveryDocument({ issuer: value }))).rejects.toMatchObject(
      { code: 'provider_failed' },
    )
  })

  it.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'end_session_endpoint'])(
    'refuses a document whose %s leads elsewhere',
    async (name) => {
      for (const url of [
        'https://evil.example/keys',
        'http://acme.scalekit.com/keys',
        'https://acme.scalekit.com.evil.example/keys',
        'https://acme.scalekit.com@evil.example/keys',
        'https://acme.scalekit.com:8443/keys',
        'javascript:alert(1)',
        '/keys',
        5,
        null,
      ]) {
        const found = discovered(undefined, discoveryDocument({ [name]: url }))
        await expect(found, String(url)).rejects.toMatchObject({ code: 'provider_failed' })
      }
    },
  )

  it.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri'])(
    'refuses a document without %s',
    async (name) => {
      await expect(
        discovered(undefined, discoveryDocument({ [name]: undefined })),
      ).rejects.toMatchObject({ code: 'provider_failed' })
    },
  )

  it('takes endpoints at the issuer’s origin where that is not the environment’s', async () => {
    const custom: Client = { ...client, environmentUrl: new URL('https://login.acme.example') }
    const found = await discoverOnce(custom, {
      send: async () => json(200, discoveryDocument()),
      clock: () => now,
    })()
    expect(found.keysUrl.origin).toBe(issuer)
  })

  it.each<[string, Answer]>([
    ['an error', json(500, {})],
    ['a redirect', { ...json(302, {}), headers: { location: 'https://evil.example' } }],
    ['a list', json(200, [])],
    ['null', json(200, null)],
    ['a page', { status: 200, headers: {}, body: Buffer.from('<!doctype html>') }],
    ['nothing', { status: 204, headers: {}, body: Buffer.alloc(0) }],
  ])('refuses %s', async (_case, answer) => {
    const discover = discoverOnce(client, { send: async () => answer, clock: () => now })
    await expect(discover()).rejects.toMatchObject({ code: 'provider_failed', status: 502 })
  })

  it('says that the provider cannot be reached, and asks again a second later', async () => {
    let time = now
    let answer: () => Answer = () => {
      throw new ScalekitError('provider_unavailable', 'down')
    }
    const discover = discoverOnce(client, { send: async () => answer(), clock: () => time })
    await expect(discover()).rejects.toMatchObject({ code: 'provider_unavailable' })
    answer = () => json(200, discoveryDocument())
    time += 999
    await expect(discover()).rejects.toMatchObject({ code: 'provider_unavailable' })
    time += 1
    await expect(discover()).resolves.toBeTruthy()
  })
})
