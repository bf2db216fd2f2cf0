import { describe, expect, it } from 'vitest'
import type { ScalekitClient } from '../../../src/client.ts'
import * as faults from '../../hostile/provider/faults.ts'
import { useStandingTime, useVirtualTime } from '../../support/virtual-time.ts'
import { emulateClient } from './emulated-client.ts'
import { expectNoSecret, failureOf } from './failures.ts'
import {
  broken,
  clientId,
  clientSecret,
  inTurn,
  json,
  newToken,
  ok,
  type Reply,
  startApi,
  text,
  tokenNumber,
} from './hostile-api.ts'

const hourMs = 3_600_000

describe('the access token', () => {
  useStandingTime()

  it('is asked for with the first call, by the client credentials', async () => {
    const api = await startApi({})
    const client = api.client()
    expect(api.tokenCalls).toEqual([])
    await ask(client)
    expect(api.tokenCalls.map(({ method, token }) => [method, token])).toEqual([
      ['POST', undefined],
    ])
    expect(Object.fromEntries(new URLSearchParams(api.tokenCalls[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    expect(api.calls.map(({ token }) => token)).toEqual([tokenNumber(1)])
  })

  it('is asked for once, however many calls need it', async () => {
    const api = await startApi({})
    await askTogether(api.client(), 500)
    expect([api.tokenCalls.length, api.calls.length]).toEqual([1, 500])
  })

  it('is asked for once again when it has ended, however many calls need it', async () => {
    let now = Date.now()
    const api = await startApi({})
    const client = api.client({ clock: () => now })
    await ask(client)
    now += hourMs
    await askTogether(client, 500)
    expect([api.tokenCalls.length, api.calls.length]).toEqual([2, 501])
  })

  it.each([
    ['half a minute before its end', 3600, 3570],
    ['in the last tenth of a short life', 100, 90],
  ])('is renewed %s', async (_case, lifetime, renewedAfter) => {
    let now = Date.now()
    const api = await startApi({ token: lasting(lifetime) })
    const client = api.client({ clock: () => now })
    await ask(client)
    now += renewedAfter * 1000 - 1
    await ask(client)
    expect(api.tokenCalls).toHaveLength(1)
    now += 1
    await ask(client)
    expect(api.tokenCalls).toHaveLength(2)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text that is no number', 'soon'],
  ])('that says %s of its life is taken for five minutes', async (_case, lifetime) => {
    let now = Date.now()
    const api = await startApi({ token: lasting(lifetime) })
    const client = api.client({ clock: () => now })
    await ask(client)
    now += 260_000
    await ask(client)
    expect(api.tokenCalls).toHaveLength(1)
    now += 40_000
    await ask(client)
    expect(api.tokenCalls).toHaveLength(2)
  })

  it.each([0, -3600, 1])(
    'that lasts %d seconds is not asked for with every call',
    async (lifetime) => {
      let now = Date.now()
      const api = await startApi({ token: lasting(lifetime) })
      const client = api.client({ clock: () => now })
      await askTogether(client, 50)
      await ask(client)
      expect(api.tokenCalls).toHaveLength(1)
      now += 1000
      await askTogether(client, 50)
      expect(api.tokenCalls).toHaveLength(2)
    },
  )

  it('that says it lasts for ever is renewed after a day', async () => {
    let now = Date.now()
    const api = await startApi({ token: lasting(1e12) })
    const client = api.client({ clock: () => now })
    await ask(client)
    now += 24 * hourMs
    await ask(client)
    expect(api.tokenCalls).toHaveLength(2)
  })

  it.each([hourMs, -hourMs])('outlives a clock that is %d ms off', async (offMs) => {
    const api = await startApi({})
    const client = api.client({ clock: () => Date.now() + offMs })
    for (let count = 0; count < 5; count += 1) await ask(client)
    expect(api.tokenCalls).toHaveLength(1)
  })

  it.each([hourMs, -hourMs])(
    'is asked for once more at most when the clock jumps by %d ms',
    async (jump) => {
      let offMs = 0
      const api = await startApi({})
      const client = api.client({ clock: () => Date.now() + offMs })
      await ask(client)
      offMs = jump
      await askTogether(client, 100)
      expect(api.tokenCalls.length).toBeLessThanOrEqual(2)
    },
  )

  it.each(['bearer', 'Bearer', 'BEARER'])('may be of the type %s', async (type) => {
    const api = await startApi({ token: json(200, { access_token: 't', token_type: type }) })
    await ask(api.client())
    expect(api.calls[0]?.token).toBe('t')
  })
})

describe('a refused access token', () => {
  useVirtualTime()

  it('is renewed once, and the call is made again', async () => {
    const api = await startApi({ api: inTurn(unauthenticated, ok) })
    await api.client().organization.createOrganization('Acme')
    expect(api.tokenCalls).toHaveLength(2)
    expect(api.calls.map(({ token }) => token)).toEqual([tokenNumber(1), tokenNumber(2)])
  })

  it('is an error when the next one is refused, too', async () => {
    const api = await startApi({ api: unauthenticated })
    const error = await failureOf(ask(api.client()))
    expect(error).toMatchObject({
      code: 'api_unauthenticated',
      status: 401,
      grpcCode: 16,
      errorCode: 'UNAUTHENTICATED',
      isRetryable: false,
    })
    expect(error.message).toContain('Token empty')
    expect([api.tokenCalls.length, api.calls.length]).toEqual([2, 2])
    expectNoSecret(error)
  })

  it('is renewed once for a call, whatever happens to it in between', async () => {
    const api = await startApi({ api: inTurn(unauthenticated, json(503, {}), unauthenticated) })
    expect((await failureOf(ask(api.client()))).code).toBe('api_unauthenticated')
    expect([api.tokenCalls.length, api.calls.length]).toEqual([2, 3])
  })

  it('is no reason to ask again for long where no other is to be had', async () => {
    const renewals: Reply = (res, call) => (call.count === 1 ? newToken : json(503, {}))(res, call)
    const api = await startApi({ api: unauthenticated, token: renewals })
    expect(await failureOf(ask(api.client()))).toMatchObject({ status: 503, isRetryable: true })
    expect([api.tokenCalls.length, api.calls.length]).toEqual([1 + 3, 1])
  })

  it('is renewed once for all whose calls it was refused for', async () => {
    const api = await startApi({
      api: (res, call) => (call.token === tokenNumber(1) ? unauthenticated : ok)(res, call),
    })
    await askTogether(api.client(), 300)
    expect(api.tokenCalls).toHaveLength(2)
  })

  it('is renewed once for all of them, even if the next one is refused, too', async () => {
    const api = await startApi({ api: unauthenticated })
    const client = api.client()
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => ask(client)))
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true)
    expect([api.tokenCalls.length, api.calls.length]).toEqual([2, 100])
  })

  it('is renewed when the emulator ends it between two calls', async () => {
    const { emulator, client } = await emulateClient()
    await ask(client)
    emulator.advance(86_400)
    await ask(client)
    const tokens = emulator.requests.filter(({ path }) => path === '/oauth/token')
    expect(tokens).toHaveLength(2)
  })
})

describe.concurrent('a token endpoint', () => {
  useVirtualTime()

  const limits = { timeoutMs: 1000, totalTimeoutMs: 4500 }

  it.each<[string, Reply, string]>([
    ['an error of another kind', json(400, { error: 'invalid_scope' }), 'invalid_scope'],
    ['that it knows us not', json(401, { error: 'invalid_client' }), 'invalid_client'],
  ])('that says %s is not asked again', async (_case, token, errorCode) => {
    const api = await startApi({ token })
    const error = await failureOf(ask(api.client()))
    expect(error).toMatchObject({ code: 'api_unauthenticated', errorCode, isRetryable: false })
    expect(error.hint).toContain('client secret')
    expect([api.tokenCalls.length, api.calls.length]).toEqual([1, 0])
  })

  it.each<[string, Reply]>([
    ['no token', json(200, { token_type: 'Bearer', expires_in: 3600 })],
    ['an empty token', json(200, { access_token: '', token_type: 'Bearer' })],
    ['a token that is a number', json(200, { access_token: 7, token_type: 'Bearer' })],
    [
      'a token that would break the header',
      json(200, { access_token: 'a\r\nx: y', token_type: 'Bearer' }),
    ],
    ['a token with a space in it', json(200, { access_token: 'a b', token_type: 'Bearer' })],
    ['a token of another type', json(200, { access_token: 't', token_type: 'DPoP' })],
    ['a token of no type', json(200, { access_token: 't' })],
  ])('that answers %s gives none', async (_case, token) => {
    const api = await startApi({ token })
    expect(await failureOf(ask(api.client()))).toMatchObject({ code: 'api_answer_invalid' })
    expect([api.tokenCalls.length, api.calls.length]).toEqual([1, 0])
  })

  it.each<[string, Reply, string, number]>([
    ['a page', text(200, '<html>', { 'content-type': 'text/html' }), 'api_answer_invalid', 3],
    ['nothing', text(200, ''), 'api_answer_invalid', 3],
    ['an array', json(200, []), 'api_answer_invalid', 3],
    ['429', json(429, {}), 'api_resource_exhausted', 3],
    ['500', json(500, { error: 'server_error' }), 'api_internal', 3],
    ['503 as a page', text(503, '<html>'), 'api_unavailable', 3],
    ['a redirect', broken(faults.redirect(307)), 'api_answer_invalid', 1],
    ['a reset', broken(faults.reset), 'api_unavailable', 3],
    ['half a body', broken(faults.closedInBody), 'api_unavailable', 3],
    ['nothing, for ever', broken(faults.hang), 'api_deadline_exceeded', 3],
    ['half a body, and then nothing', broken(faults.hangInBody), 'api_deadline_exceeded', 3],
  ])('that answers %s is asked so often for all who wait', async (_case, token, code, times) => {
    const api = await startApi({ token })
    const client = api.client(limits)
    const began = performance.now()
    const calls = Array.from({ length: 100 }, () => failureOf(ask(client)))
    const errors = await Promise.all(calls)
    expect(performance.now() - began).toBeLessThan(limits.totalTimeoutMs + 1000)
    expect(new Set(errors.map((error) => error.code))).toEqual(new Set([code]))
    expect([api.tokenCalls.length, api.calls.length]).toEqual([times, 0])
    expect(api.trapped).toEqual([])
    for (const error of errors) expectNoSecret(error)
  })

  it('that fails for a moment stops no call', async () => {
    const api = await startApi({ token: inTurn(json(503, {}), broken(faults.hang), newToken) })
    await ask(api.client(limits))
    expect([api.tokenCalls.length, api.calls.length]).toEqual([3, 1])
  })

  it('is asked again by the next call after it failed', async () => {
    const api = await startApi({ token: inTurn(json(400, { error: 'invalid_client' }), newToken) })
    const client = api.client()
    await failureOf(ask(client))
    await ask(client)
    expect(api.tokenCalls).toHaveLength(2)
  })

  it('may take its time without holding up whoever has less', async () => {
    const api = await startApi({ token: broken(faults.hang) })
    const client = api.client({ timeoutMs: 1000 })
    const patient = failureOf(ask(client))
    const began = performance.now()
    const hasty = client.organization.getOrganization('org_1', { timeoutMs: 50 })
    expect(await failureOf(hasty)).toMatchObject({ code: 'api_deadline_exceeded' })
    expect(performance.now() - began).toBeLessThan(500)
    expect(await patient).toMatchObject({ code: 'api_deadline_exceeded' })
  })

  it('repeats the secret to nobody', async () => {
    const said = `the secret ${clientSecret} is wrong`
    for (const status of [400, 401, 403, 500]) {
      for (const error of ['invalid_client', said]) {
        const body = { error, error_description: said, message: said }
        const api = await startApi({ token: json(status, body) })
        expectNoSecret(await failureOf(ask(api.client(limits))))
      }
    }
  })
})

describe('a client', () => {
  it('shows its secret and its token to nobody', async () => {
    const api = await startApi({})
    const client = api.client()
    await ask(client)
    expectNoSecret(client)
  })
})

const unauthenticated: Reply = json(401, {
  code: 16,
  message: 'Token empty',
  details: [
    {
      '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
      error_code: 'UNAUTHENTICATED',
    },
  ],
})

function lasting(lifetime: unknown): Reply {
  return (res, call) => {
    const answer = { access_token: tokenNumber(call.count), token_type: 'bearer' }
    json(200, { ...answer, expires_in: lifetime })(res, call)
  }
}

function ask({ organization }: ScalekitClient): Promise<unknown> {
  return organization.listOrganization()
}

function askTogether(client: ScalekitClient, count: number): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, () => ask(client)))
}
