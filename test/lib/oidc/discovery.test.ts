import { describe, expect, it } from 'vitest'
import { ScalekitError } from '../../../src/lib/ground/errors.ts'
import { type Client, discoverOnce } from '../../../src/lib/oidc/discovery.ts'
import { keySets } from '../../../src/lib/oidc/key-sets.ts'
import { refreshTokens } from '../../../src/lib/oidc/refresh.ts'
import type { Send } from '../../../src/lib/outgoing/request.ts'
import type { Answer, Call } from '../../../src/lib/outgoing/transport.ts'
import { eventually } from '../../support/eventually.ts'
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

describe('the document is read again', () => {
  const dayMs = 24 * 3_600_000
  const movedTo = { token_endpoint: `${issuer}/moved/token` }

  /** An environment whose document can change, and whose endpoints can fail. */
  function environment() {
    const parts = { time: now, document: discoveryDocument(), isDown: false, calls: [] as string[] }
    const failing = new Set<string>()
    const send: Send = async ({ path }) => {
      parts.calls.push(path)
      if (path.startsWith('/.well-known/')) {
        if (parts.isDown) throw new ScalekitError('provider_unavailable', 'down')
        return json(200, parts.document)
      }
      if (failing.has(path)) return json(404, {})
      return json(200, { access_token: 'at', token_type: 'bearer' })
    }
    const discover = discoverOnce(client, { send, clock: () => parts.time })
    const reads = () => parts.calls.filter((path) => path.startsWith('/.well-known/')).length
    const refresh = async () => refreshTokens(await discover(), 'a refresh token')
    return Object.assign(parts, { send, failing, discover, reads, refresh })
  }

  it('once a day, by the one that is known meanwhile', async () => {
    const scalekit = environment()
    const { discover, reads } = scalekit
    const first = await discover()
    scalekit.time += dayMs - 1
    await discover()
    expect(reads()).toBe(1)
    scalekit.document = discoveryDocument(movedTo)
    scalekit.time += 1
    expect(await discover()).toBe(first)
    expect(reads()).toBe(2)
    await eventually(async () => expect(await discover()).not.toBe(first))
    expect((await discover()).configuration.serverMetadata()).toMatchObject(movedTo)
    expect(reads()).toBe(2)
  })

  it('and one that cannot be read, or says the same, changes nothing', async () => {
    const scalekit = environment()
    const { discover, reads } = scalekit
    const first = await discover()
    for (const isDown of [true, false]) {
      scalekit.isDown = isDown
      scalekit.time += dayMs
      expect(await discover()).toBe(first)
      // What was begun has ended when a timer is due.
      await new Promise(setImmediate)
      expect(await discover()).toBe(first)
    }
    expect(reads()).toBe(3)
  })

  it('after an endpoint failed twice in a row', async () => {
    const scalekit = environment()
    const { refresh, reads, failing, calls } = scalekit
    await refresh()
    scalekit.time += 60_000
    scalekit.document = discoveryDocument(movedTo)
    failing.add('/oauth/token')
    await expect(refresh()).rejects.toThrow()
    expect(reads()).toBe(1)
    await expect(refresh()).rejects.toThrow()
    expect(reads()).toBe(2)
    await eventually(() => refresh())
    expect(calls.at(-1)).toBe('/moved/token')
  })

  it('but not after a success between two failures', async () => {
    const scalekit = environment()
    const { refresh, reads, failing } = scalekit
    await refresh()
    scalekit.time += 60_000
    for (const isFailing of [true, false, true]) {
      if (isFailing) failing.add('/oauth/token')
      else failing.delete('/oauth/token')
      await refresh().catch(() => {})
    }
    expect(reads()).toBe(1)
  })

  it('at most every ten seconds while an endpoint fails', async () => {
    const scalekit = environment()
    const { refresh, reads, failing } = scalekit
    await refresh()
    scalekit.time += 60_000
    failing.add('/oauth/token')
    for (let count = 0; count < 20; count += 1) await refresh().catch(() => {})
    expect(reads()).toBe(2)
    scalekit.time += 10_000
    for (let count = 0; count < 20; count += 1) await refresh().catch(() => {})
    expect(reads()).toBe(3)
  })

  it('after its keys failed twice', async () => {
    const scalekit = environment()
    const { discover, reads, failing, send } = scalekit
    const provider = await discover()
    scalekit.time += 60_000
    failing.add('/keys')
    const keys = keySets(send, { cooldownMs: 0 })(provider)
    for (let count = 0; count < 2; count += 1) {
      await expect(
        keys({ alg: 'RS256', kid: 'k' }, { payload: '', signature: '' }),
      ).rejects.toThrow()
    }
    expect(reads()).toBe(2)
  })
})
