import type { CryptoKey, JWTHeaderParameters } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ScalekitError } from '../../../src/lib/ground/errors.ts'
import { type KeySetOptions, remoteKeySet } from '../../../src/lib/oidc/key-sets.ts'
import type { Answer } from '../../../src/lib/outgoing/transport.ts'
import { issuer, jwk, keyPairs } from './tokens.ts'

const { rsa, foreign } = keyPairs()
const first = jwk(rsa.publicKey, 'snk_1')
const second = jwk(foreign.publicKey, 'snk_2')
const down = new ScalekitError('provider_unavailable', 'down')

// jose asks `Date` how old its copy is.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

describe('remoteKeySet', () => {
  it('loads when first needed, once for all who wait', async () => {
    const { find, loads } = provider()
    expect(loads()).toBe(0)
    await Promise.all(Array.from({ length: 50 }, () => find('snk_1')))
    await find('snk_1')
    expect(loads()).toBe(1)
  })

  it('finds a key that was published after the last load, a second later', async () => {
    const { find, publish, later } = provider()
    await find('snk_1')
    publish(first, second)
    await expect(find('snk_2')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    later(1000)
    await expect(find('snk_2')).resolves.toBeTruthy()
  })

  it('waits for the next load that is allowed, for a token of the provider itself', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] })
    const { find, publish, loads } = provider({ waits: true })
    await find('snk_1')
    publish(first, second)
    const found = find('snk_2')
    await vi.advanceTimersByTimeAsync(999)
    expect(loads()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    await expect(found).resolves.toBeTruthy()
    const missing = expect(find('snk_3')).rejects.toMatchObject(noKey)
    await vi.advanceTimersByTimeAsync(1000)
    await missing
    expect(loads()).toBe(3)
  })

  it('loads at most once a second for key ids that nobody knows', async () => {
    const { find, loads, later } = provider()
    await find('snk_1')
    later(1000)
    for (let index = 0; index < 100; index += 1) {
      await expect(find(`unknown_${index}`)).rejects.toThrow()
    }
    expect(loads()).toBe(2)
  })

  it('loads for an unknown key id when a second has passed, and no sooner', async () => {
    const { find, loads, later } = provider()
    await find('snk_1')
    later(999)
    await expect(find('unknown')).rejects.toThrow()
    expect(loads()).toBe(1)
    later(1)
    await expect(find('unknown')).rejects.toThrow()
    expect(loads()).toBe(2)
  })

  it('lets go of a key that was withdrawn, after ten minutes', async () => {
    const { find, publish, later } = provider()
    await find('snk_1')
    publish(second)
    later(599_999)
    await expect(find('snk_1')).resolves.toBeTruthy()
    later(1)
    await expect(find('snk_1')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  describe('when its provider fails', () => {
    it.each<[string, Answer | ScalekitError]>([
      ['cannot be reached', down],
      ['answers 500', answer(500, '')],
      ['redirects', answer(307, '')],
      ['answers a page', answer(200, '<!doctype html>')],
      ['answers something else', answer(200, '{"keys":{}}')],
      ['breaks off', answer(200, '{"keys":[{"kty":')],
    ])('and %s, serves what it knew for an hour', async (_case, failure) => {
      const { find, fail, later } = provider()
      await find('snk_1')
      fail(failure)
      later(3_599_999)
      await expect(find('snk_1')).resolves.toBeTruthy()
      later(1)
      await expect(find('snk_1')).rejects.toThrow()
    })

    it('serves no key that a later good set had dropped', async () => {
      const { find, publish, fail, later } = provider()
      await find('snk_1')
      publish(second)
      later(600_000)
      await find('snk_2')
      fail(down)
      later(600_000)
      await expect(find('snk_2')).resolves.toBeTruthy()
      await expect(find('snk_1')).rejects.toBe(down)
    })

    it('says so, and not that the token is at fault, for a key it does not know', async () => {
      const { find, fail, later } = provider()
      await find('snk_1')
      fail(down)
      later(1000)
      await expect(find('snk_2')).rejects.toBe(down)
    })

    it('has nothing to serve when it never knew a key', async () => {
      const { find, fail } = provider()
      fail(down)
      await expect(find('snk_1')).rejects.toBe(down)
    })

    it('is itself again as soon as the provider is', async () => {
      const { find, publish, fail, later } = provider()
      fail(down)
      await expect(find('snk_1')).rejects.toBe(down)
      fail(undefined)
      publish(first, second)
      later(1000)
      await expect(find('snk_2')).resolves.toBeTruthy()
    })
  })
})

describe('remoteKeySet for tokens that visitors send', () => {
  const lane: KeySetOptions = { cooldownMs: 30_000, isForVisitors: true }

  it('waits half a second at most for a load that hangs, if it knows the key', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
    const { find, hang, loads } = provider(lane)
    await find('snk_1')
    await vi.advanceTimersByTimeAsync(600_000)
    const release = hang()
    const found = find('snk_1')
    await vi.advanceTimersByTimeAsync(499)
    await expect(isPending(found)).resolves.toBe(true)
    await vi.advanceTimersByTimeAsync(1)
    await expect(isPending(found)).resolves.toBe(false)
    // Those who come later do not wait for it again.
    await expect(isPending(find('snk_1'))).resolves.toBe(false)
    await expect(isPending(find('snk_2'))).resolves.toBe(true)
    expect(loads()).toBe(2)
    release()
    await expect(find('snk_1')).resolves.toBeTruthy()
    expect(loads()).toBe(2)
  })

  it('takes what that load brings, a withdrawn key as well', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
    const { find, hang, publish, settled } = provider(lane)
    await find('snk_1')
    await vi.advanceTimersByTimeAsync(600_000)
    const release = hang()
    publish(second)
    const found = find('snk_1')
    await vi.advanceTimersByTimeAsync(500)
    await expect(found).resolves.toBeTruthy()
    release()
    await settled()
    await expect(find('snk_1')).rejects.toMatchObject(noKey)
    await expect(find('snk_2')).resolves.toBeTruthy()
  })

  it.each<[string, Answer | ScalekitError]>([
    ['cannot be reached', down],
    ['answers 500', answer(500, '')],
    ['answers a page', answer(200, '<!doctype html>')],
    ['answers something else', answer(200, '{"keys":{}}')],
    ['answers null', answer(200, 'null')],
    ['answers a list of texts', answer(200, '{"keys":["snk_1"]}')],
  ])('is left alone for five seconds when it %s', async (_case, failure) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { find, fail, loads } = provider(lane)
    fail(failure)
    for (let count = 0; count < 10; count += 1) {
      await expect(find('snk_1')).rejects.toThrow()
    }
    expect(loads()).toBe(1)
    vi.advanceTimersByTime(5000)
    fail(undefined)
    await expect(find('snk_1')).resolves.toBeTruthy()
    expect(loads()).toBe(2)
  })
})

/** Whether a promise is still pending after what can happen at once has happened. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let isPending = true
  const done = () => {
    isPending = false
  }
  promise.then(done, done)
  await new Promise((resolve) => setImmediate(resolve))
  return isPending
}

/** A provider whose published keys and whose failures the test decides, and a set over it. */
const noKey = { code: 'ERR_JWKS_NO_MATCHING_KEY' }

function provider(options: KeySetOptions = {}) {
  let keys = [first]
  let failure: Answer | ScalekitError | undefined
  let loads = 0
  let hanging: Promise<void> | undefined
  const set = remoteKeySet(
    new URL(`${issuer}/keys`),
    async () => {
      loads += 1
      await hanging
      if (failure instanceof ScalekitError) throw failure
      return failure ?? answer(200, JSON.stringify({ keys }))
    },
    options,
  )
  return {
    find: (kid: string): Promise<CryptoKey> => {
      const header = { alg: 'RS256', kid } satisfies JWTHeaderParameters
      return set(header, { payload: '', signature: '' })
    },
    loads: () => loads,
    publish(...published: object[]) {
      keys = published
    },
    /** From now on a load hangs. Returns what releases it. */
    hang() {
      let release = () => {}
      hanging = new Promise((resolve) => {
        release = resolve
      })
      return () => release()
    },
    settled: () => new Promise((resolve) => setImmediate(resolve)),
    fail(how: Answer | ScalekitError | undefined) {
      failure = how
    },
    later: (ms: number) => vi.setSystemTime(Date.now() + ms),
  }
}

function answer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }
}
