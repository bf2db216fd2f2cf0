import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { LeaseRequest, TokenStore } from '../../../src/lib/state/store.ts'
import { entry } from '../identities.ts'
import type { Create } from './store-contract.ts'

const hourMs = 3_600_000

/** What every token store promises. */
export function describeTokenStore(name: string, create: Create): void {
  describe(`the token store of ${name}`, () => describeEntries(create))
  describe(`the leases on tokens in ${name}`, () => {
    describeLeases(create)
    describeLostAnswers(create)
    describeVersions(create)
  })
}

/** What only a store can promise that several processes share. */
export function describeSharedLeases(name: string, create: Create): void {
  describe(`the shared leases on tokens in ${name}`, () => {
    it.each([-1, 1])('run by its own clock, with a process %i h ahead', async (hours) => {
      const { store, other } = await create()
      await store.tokenStore.lease('1', request({ leaseMs: 60_000 }))
      onTestFinished(() => void vi.useRealTimers())
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * hourMs })
      const answer = await other.tokenStore.lease('1', request({ owner: 'ahead' }))
      expect(answer).toEqual({ status: 'busy', leftMs: expect.any(Number) })
      expectJustBelow(answer.status === 'busy' ? answer.leftMs : 0, 60_000)
      await store.tokenStore.endLease('1', 'me', { isAnswered: false })
      const { triedMsAgo } = await grantedBy(other.tokenStore, request({ owner: 'ahead' }))
      expectJustAbove(triedMsAgo, 0)
    })
  })
}

function describeEntries(create: Create): void {
  it('keeps the tokens of each session whole', async () => {
    const { store, other, now } = await create()
    const one = entry({ sealed: `1.a.${'Zoë "🚀"\\'.repeat(500)}` })
    const two = entry({ version: 7 })
    await store.tokenStore.put('1', one, now() + hourMs)
    await store.tokenStore.put('2', two, now() + hourMs)
    expect(await other.tokenStore.get('1')).toEqual(one)
    expect(await other.tokenStore.get('2')).toEqual(two)
  })

  it('keeps the latest tokens of a session', async () => {
    const { store, now } = await create()
    await store.tokenStore.put('1', entry({ version: 3 }), now() + hourMs)
    await store.tokenStore.put('1', entry({ sealed: 'new' }), now() + hourMs)
    expect(await store.tokenStore.get('1')).toEqual(entry({ sealed: 'new' }))
  })

  it('forgets tokens when their session ends, and no sooner', async () => {
    const { store, now, pass } = await create()
    await store.tokenStore.put('1', entry(), now() + 100)
    await store.tokenStore.put('2', entry(), now() + hourMs)
    await pass(100)
    expect(await store.tokenStore.get('1')).toBeUndefined()
    expect(await store.tokenStore.get('2')).toEqual(entry())
  })

  it('forgets what is removed, and knows no other session', async () => {
    const { store, other, now } = await create()
    await store.tokenStore.put('1', entry(), now() + hourMs)
    await store.tokenStore.put('2', entry(), now() + hourMs)
    await other.tokenStore.remove('1')
    await other.tokenStore.remove('never')
    expect(await store.tokenStore.get('1')).toBeUndefined()
    expect(await store.tokenStore.get('2')).toEqual(entry())
    expect(await store.tokenStore.get('constructor')).toBeUndefined()
  })

  it('replaces the tokens that have the expected version, and their end', async () => {
    const { store, other, now, pass } = await create()
    const [first, second] = [entry({ version: 1 }), entry({ version: 2, sealed: 'renewed' })]
    // Time enough for a slow machine to replace them.
    await store.tokenStore.put('1', first, now() + 1000)
    expect(await other.tokenStore.replace('1', second, now() + hourMs, 1)).toBe('replaced')
    await pass(1000)
    expect(await store.tokenStore.get('1')).toEqual(second)
    expect(await other.tokenStore.replace('1', first, now() + 100, 2)).toBe('replaced')
    await pass(100)
    expect(await store.tokenStore.get('1')).toBeUndefined()
  })

  it.each([0, 2])(
    'leaves tokens of version 1 alone where version %s is expected',
    async (expected) => {
      const { store, other, now } = await create()
      await store.tokenStore.put('1', entry({ version: 1 }), now() + hourMs)
      const planted = entry({ version: 9, sealed: 'planted' })
      expect(await other.tokenStore.replace('1', planted, now() + hourMs, expected)).toBe('changed')
      expect(await store.tokenStore.get('1')).toEqual(entry({ version: 1 }))
    },
  )

  it.each<[string, (tokenStore: TokenStore, now: number) => Promise<void>]>([
    ['there never were', async () => {}],
    [
      'were removed',
      async (tokenStore, now) => {
        await tokenStore.put('1', entry(), now + hourMs)
        await tokenStore.remove('1')
      },
    ],
    ['have ended', (tokenStore, now) => tokenStore.put('1', entry(), now + 50)],
  ])('brings back no tokens that %s', async (_why, lose) => {
    const { store, other, now, pass } = await create()
    await lose(other.tokenStore, now())
    await pass(50)
    expect(await store.tokenStore.replace('1', entry(), now() + hourMs, 0)).toBe('gone')
    expect(await store.tokenStore.get('1')).toBeUndefined()
  })

  it('lets one of many replace a version at once, wherever they ask', async () => {
    const { store, other, now } = await create()
    await store.tokenStore.put('1', entry(), now() + hourMs)
    const writes = Array.from({ length: 40 }, (_, at) =>
      (at % 2 ? store : other).tokenStore.replace(
        '1',
        entry({ version: 1, sealed: `by ${at}` }),
        now() + hourMs,
        0,
      ),
    )
    const outcomes = await Promise.all(writes)
    expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(39)
    const winner = outcomes.indexOf('replaced')
    expect((await store.tokenStore.get('1'))?.sealed).toBe(`by ${winner}`)
  })

  it('writes nothing after tokens were removed while they were replaced', async () => {
    const { store, other, now } = await create()
    await store.tokenStore.put('1', entry(), now() + hourMs)
    await Promise.all([
      ...Array.from({ length: 10 }, (_, at) =>
        store.tokenStore.replace('1', entry({ version: at + 1 }), now() + hourMs, at),
      ),
      other.tokenStore.remove('1'),
    ])
    expect(await store.tokenStore.get('1')).toBeUndefined()
  })
}

function describeLeases(create: Create): void {
  it('are granted to one caller at a time, wherever the others ask', async () => {
    const { store, other } = await create()
    const asked = Array.from({ length: 40 }, (_, at) =>
      (at % 2 ? store : other).tokenStore.lease('1', request({ owner: `owner ${at}` })),
    )
    const answers = await Promise.all(asked)
    expect(answers.filter(({ status }) => status === 'granted')).toEqual([{ status: 'granted' }])
    expect(answers.filter(({ status }) => status === 'busy')).toHaveLength(39)
  })

  it('are one for each session', async () => {
    const { store } = await create()
    for (const sessionId of ['a', 'A', 'a:b', '__proto__', 'constructor', "it's", '{a}']) {
      expect(await store.tokenStore.lease(sessionId, request())).toEqual({ status: 'granted' })
    }
  })

  it('tell others for how long they run at most', async () => {
    const { store, other } = await create()
    await store.tokenStore.lease('1', request({ leaseMs: hourMs }))
    const answer = await other.tokenStore.lease('1', request({ owner: 'another' }))
    expect(answer).toEqual({ status: 'busy', leftMs: expect.any(Number) })
    expectJustBelow(answer.status === 'busy' ? answer.leftMs : 0, hourMs)
  })

  it('are not granted twice to one owner', async () => {
    const { store } = await create()
    await store.tokenStore.lease('1', request())
    expect((await store.tokenStore.lease('1', request())).status).toBe('busy')
  })

  it('are free again when their owner ends them', async () => {
    const { store, other } = await create()
    await store.tokenStore.lease('1', request())
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    const next = await other.tokenStore.lease('1', request({ owner: 'another' }))
    expect(next).toEqual({ status: 'granted' })
  })

  it('stay when another owner says that they have ended', async () => {
    const { store, other } = await create()
    await store.tokenStore.lease('1', request())
    await other.tokenStore.endLease('1', 'another', { isAnswered: false, quietMs: hourMs })
    await other.tokenStore.endLease('2', 'another', { isAnswered: false, quietMs: hourMs })
    expect((await other.tokenStore.lease('1', request())).status).toBe('busy')
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    expect(await other.tokenStore.lease('1', request())).toEqual({ status: 'granted' })
  })

  it('stay when an owner ends its own once more', async () => {
    const { store } = await create()
    await store.tokenStore.lease('1', request())
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    await store.tokenStore.lease('1', request({ owner: 'another' }))
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    expect((await store.tokenStore.lease('1', request())).status).toBe('busy')
  })

  it('run out, and no sooner', async () => {
    const { store, other, pass } = await create()
    await store.tokenStore.lease('1', request({ leaseMs: 100 }))
    await store.tokenStore.lease('2', request({ leaseMs: hourMs }))
    await pass(100)
    expect((await other.tokenStore.lease('1', request())).status).toBe('granted')
    expect((await other.tokenStore.lease('2', request())).status).toBe('busy')
  })

  it('are granted to nobody during a quiet time, and to one of many after it', async () => {
    const { store, other, pass } = await create()
    await store.tokenStore.lease('1', request())
    await store.tokenStore.endLease('1', 'me', { isAnswered: true, quietMs: 100 })
    await store.tokenStore.lease('2', request())
    await store.tokenStore.endLease('2', 'me', { isAnswered: true, quietMs: hourMs })
    const answer = await other.tokenStore.lease('2', request())
    expect(answer).toEqual({ status: 'quiet', leftMs: expect.any(Number) })
    expectJustBelow(answer.status === 'quiet' ? answer.leftMs : 0, hourMs)
    await pass(100)
    const asked = Array.from({ length: 10 }, (_, at) =>
      (at % 2 ? store : other).tokenStore.lease('1', request({ owner: `owner ${at}` })),
    )
    const answers = await Promise.all(asked)
    expect(answers.filter(({ status }) => status === 'granted')).toEqual([{ status: 'granted' }])
    expect((await store.tokenStore.lease('2', request())).status).toBe('quiet')
  })

  it('need no tokens, and outlast their removal', async () => {
    const { store, now } = await create()
    await store.tokenStore.put('1', entry(), now() + hourMs)
    expect(await store.tokenStore.lease('1', request())).toEqual({ status: 'granted' })
    await store.tokenStore.remove('1')
    expect((await store.tokenStore.lease('1', request())).status).toBe('busy')
  })
}

function describeLostAnswers(create: Create): void {
  it('tell who takes one over since when its holder may have asked', async () => {
    const { store, other, pass } = await create()
    await store.tokenStore.lease('1', request({ leaseMs: 100 }))
    await pass(150)
    const { triedMsAgo } = await grantedBy(other.tokenStore, request({ owner: 'another' }))
    expectJustAbove(triedMsAgo, 150)
  })

  it('tell the next holder since when an answer may have been lost', async () => {
    const { store, other, pass } = await create()
    await store.tokenStore.lease('1', request())
    await pass(50)
    await store.tokenStore.endLease('1', 'me', { isAnswered: false })
    await pass(50)
    const { triedMsAgo } = await grantedBy(other.tokenStore, request({ owner: 'another' }))
    expectJustAbove(triedMsAgo, 100)
  })

  it('tell of the first attempt, whatever came of later ones', async () => {
    const { store, other, pass } = await create()
    await store.tokenStore.lease('1', request({ leaseMs: 50 }))
    await pass(50)
    await grantedBy(other.tokenStore, request({ owner: 'another' }))
    await other.tokenStore.endLease('1', 'another', { isAnswered: true })
    await grantedBy(store.tokenStore, request())
    await store.tokenStore.endLease('1', 'me', { isAnswered: false, quietMs: 50 })
    await pass(50)
    expectJustAbove((await grantedBy(other.tokenStore, request())).triedMsAgo, 100)
  })

  it('tell of no attempt whose holder had its answer after all', async () => {
    const { store, other, pass } = await create()
    await store.tokenStore.lease('1', request({ leaseMs: 50 }))
    await pass(50)
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    expect(await other.tokenStore.lease('1', request())).toEqual({ status: 'granted' })
  })
}

function describeVersions(create: Create): void {
  it.each(['running', 'lost', 'quiet'] as const)(
    'of a lower version that are %s mean nothing to a higher one',
    async (what) => {
      const { store, other, pass } = await create()
      await store.tokenStore.lease('1', request({ leaseMs: what === 'lost' ? 50 : hourMs }))
      if (what === 'lost') await pass(50)
      const end = { isAnswered: false, quietMs: hourMs }
      if (what === 'quiet') await store.tokenStore.endLease('1', 'me', end)
      const renewed = request({ owner: 'another', version: 1 })
      expect(await other.tokenStore.lease('1', renewed)).toEqual({ status: 'granted' })
      await store.tokenStore.endLease('1', 'me', end)
      expect((await store.tokenStore.lease('1', request({ version: 1 }))).status).toBe('busy')
    },
  )

  it('of a higher version hold for a lower one, which the caller has yet to read', async () => {
    const { store, other } = await create()
    await store.tokenStore.lease('1', request({ version: 1 }))
    expect((await other.tokenStore.lease('1', request({ version: 0 }))).status).toBe('busy')
    await store.tokenStore.endLease('1', 'me', { isAnswered: true, quietMs: hourMs })
    expect((await other.tokenStore.lease('1', request({ version: 0 }))).status).toBe('quiet')
  })

  it.each(['ended', 'lost'])(
    'for a lower version that are %s change nothing about lost answers of the higher one',
    async (what) => {
      const { store, other, pass } = await create()
      await store.tokenStore.lease('1', request({ version: 1 }))
      await store.tokenStore.endLease('1', 'me', { isAnswered: false })
      await pass(50)
      const late = request({ owner: 'late', leaseMs: what === 'lost' ? 50 : hourMs })
      expect(await other.tokenStore.lease('1', late)).toEqual({ status: 'granted' })
      if (what === 'lost') await pass(50)
      else await other.tokenStore.endLease('1', 'late', { isAnswered: true })
      const { triedMsAgo } = await grantedBy(store.tokenStore, request({ version: 1 }))
      expectJustAbove(triedMsAgo, what === 'lost' ? 100 : 50)
    },
  )

  it('for a lower version count as no attempt with the higher one', async () => {
    const { store, other, pass } = await create()
    await store.tokenStore.lease('1', request({ version: 1 }))
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    await other.tokenStore.lease('1', request({ owner: 'late', leaseMs: 50 }))
    await pass(50)
    const next = await store.tokenStore.lease('1', request({ version: 1 }))
    expect(next).toEqual({ status: 'granted' })
  })
}

/** A request of `me` for the tokens of a sign-in, with any part replaced. */
function request(changes: Partial<LeaseRequest> = {}): LeaseRequest {
  return { owner: 'me', version: 0, leaseMs: hourMs, ...changes }
}

async function grantedBy(tokenStore: TokenStore, asked: LeaseRequest) {
  const answer = await tokenStore.lease('1', asked)
  if (answer.status !== 'granted') throw new Error(`The lease is ${answer.status}`)
  return answer
}

/** Redis leaves out the part of a millisecond, and a slow machine takes its time. */
function expectJustAbove(ms: number | undefined, expected: number): void {
  expect(ms).toBeGreaterThanOrEqual(expected - 1)
  expect(ms).toBeLessThan(expected + 20_000)
}

function expectJustBelow(ms: number, expected: number): void {
  expect(ms).toBeLessThanOrEqual(expected)
  expect(ms).toBeGreaterThan(expected - 20_000)
}
