import { describe, expect, it } from 'vitest'
import { joinRevocations } from '../../../src/lib/state/join-revocations.ts'
import type { Revocation, Revocations, StateStore } from '../../../src/lib/state/store.ts'
import { describeTokenStore } from './token-store-contract.ts'

const hourMs = 3_600_000

/** A store to ask, and a way to let time pass for it. */
export interface StoreUnderTest {
  readonly store: StateStore
  /** The store as another process of the same application has it. */
  readonly other: StateStore
  now(): number
  pass(ms: number): Promise<void>
}

export type Create = () => Promise<StoreUnderTest>

/** What every store promises, its ledger left out. */
export function describeStore(name: string, create: Create): void {
  describe(`the revocations of ${name}`, () => describeRevocations(create))
  describe(`single use in ${name}`, () => describeSingleUse(create))
  describeTokenStore(name, create)
  describe(`the aliases of ${name}`, () => describeAliases(create))
}

/** What only a store can promise that several processes share. */
export function describeSharedRevocations(name: string, create: Create): void {
  describe(`the shared revocations of ${name}`, () => {
    it('are answered after a cursor in the order they were written, and not again', async () => {
      const { store, other, now } = await create()
      const written = ['a', 'b', 'c', 'd'].map((key) => revocation(now(), { key }))
      await store.revocations.write(written.slice(0, 1))
      const { cursor } = await other.revocations.since()
      await store.revocations.write(written.slice(1, 3))
      await store.revocations.write(written.slice(3))
      const answer = await other.revocations.since(cursor)
      expect(answer.revocations).toEqual(written.slice(1))
      expect((await other.revocations.since(answer.cursor)).revocations).toEqual([])
    })

    it('all reach whoever asks while many write at once', async () => {
      const { store, other, now } = await create()
      const keys = Array.from({ length: 60 }, (_, at) => `session:${at}`)
      const heard = new Set<string>()
      let cursor: string | undefined
      const listen = async () => {
        const answer = await store.revocations.since(cursor)
        for (const { key } of answer.revocations) heard.add(key)
        cursor = answer.cursor
      }
      const writes = Promise.all(
        keys.map((key, at) =>
          (at % 2 ? store : other).revocations.write([revocation(now(), { key })]),
        ),
      )
      for (let isWriting = true; isWriting; ) {
        isWriting = await Promise.race([writes.then(() => false), listen().then(() => true)])
      }
      await listen()
      expect([...heard].sort()).toEqual([...keys].sort())
    })

    it('are held by the store alone', async () => {
      expect((await create()).store.revocations.local).toBeUndefined()
    })
  })
}

function describeRevocations(create: Create): void {
  it('written by one process are known to another', async () => {
    const { store, other, now } = await create()
    const written = [
      revocation(now(), { key: 'a' }),
      revocation(now(), { key: 'sub:conn_1;Zoë "🚀"' }),
    ]
    await store.revocations.write(written)
    expect(await known(other.revocations)).toEqual(written)
  })

  it('reach whoever asked before there was one', async () => {
    const { store, other, now } = await create()
    const { revocations, cursor } = await other.revocations.since()
    expect(revocations).toEqual([])
    const written = revocation(now())
    await store.revocations.write([written])
    expect(await known(other.revocations, cursor)).toEqual([written])
  })

  it('of one key by different clocks are kept beside each other', async () => {
    const { store, other, now } = await create()
    const written = [
      revocation(now(), { clock: 'scalekit' }),
      revocation(now() - 300_000, { clock: 'store' }),
      revocation(now() - 60_000),
    ]
    await store.revocations.write(written)
    expect(await known(other.revocations)).toEqual(written)
  })

  it('are answered with the time of the store', async () => {
    const { store, now } = await create()
    const before = now()
    const ofEmpty = (await store.revocations.since()).now
    await store.revocations.write([revocation(now())])
    const { cursor, now: ofOne } = await store.revocations.since()
    const ofNews = (await store.revocations.since(cursor)).now
    // Redis leaves out the part of a millisecond, so its clock may seem one behind.
    const times = [before - 1, ofEmpty, ofOne, ofNews, now() + 1]
    expect(times).toEqual(times.toSorted((one, other) => one - other))
  })

  it('may be none', async () => {
    const { store } = await create()
    await store.revocations.write([])
    expect((await store.revocations.since()).revocations).toEqual([])
  })

  it('are forgotten when they have expired, and no sooner', async () => {
    const { store, now, pass } = await create()
    const start = now()
    const [brief, lasting] = [
      revocation(start, { key: 'brief', expiresAt: start + 100 }),
      revocation(start, { key: 'lasting' }),
    ]
    await store.revocations.write([brief, lasting])
    await pass(100)
    expect(await known(store.revocations)).toEqual([lasting])
  })

  it('never go back to an earlier moment or an earlier end', async () => {
    const { store, now } = await create()
    const start = now()
    const end = start + hourMs
    await store.revocations.write([revocation(start)])
    await store.revocations.write([
      revocation(start, { notBefore: start - 1000, expiresAt: end + 1000 }),
    ])
    expect(await known(store.revocations)).toEqual([revocation(start, { expiresAt: end + 1000 })])
  })
}

function describeSingleUse(create: Create): void {
  it('is granted to one of many who ask at once, wherever they ask', async () => {
    const { store, other, now } = await create()
    const claims = Array.from({ length: 40 }, (_, at) =>
      (at % 2 ? store : other).singleUse.claim('transaction:1', now() + hourMs),
    )
    expect((await Promise.all(claims)).filter((isFirst) => isFirst)).toHaveLength(1)
  })

  it('keeps keys apart', async () => {
    const { store, now } = await create()
    for (const key of ['a', 'A', 'a ', 'a:b', '__proto__', 'constructor', "it's", '{a}']) {
      expect(await store.singleUse.claim(key, now() + hourMs)).toBe(true)
    }
  })

  it('is remembered until its end, and not for longer', async () => {
    const { store, now, pass } = await create()
    await store.singleUse.claim('brief', now() + 100)
    await store.singleUse.claim('lasting', now() + hourMs)
    expect(await store.singleUse.claim('lasting', now() + 100)).toBe(false)
    await pass(100)
    expect(await store.singleUse.claim('brief', now() + 100)).toBe(true)
    expect(await store.singleUse.claim('lasting', now() + hourMs)).toBe(false)
  })
}

function describeAliases(create: Create): void {
  it('are found in another process, under every key they were added to', async () => {
    const { store, other, now } = await create()
    const expiresAt = now() + hourMs
    const zoe = 'zoë+"🚀"@acme.example'
    await store.aliases.add([
      { key: 'user:1', value: 'ada@acme.example', expiresAt },
      { key: 'user:1', value: zoe, expiresAt },
      { key: 'user:2', value: 'ada@acme.example', expiresAt },
    ])
    expect((await other.aliases.find(['user:1'])).toSorted()).toEqual(['ada@acme.example', zoe])
    expect(await other.aliases.find(['user:2', 'user:3'])).toEqual(['ada@acme.example'])
    expect((await other.aliases.find(['user:2', 'user:1'])).toSorted()).toEqual([
      'ada@acme.example',
      zoe,
    ])
    expect(await other.aliases.find(['user:', 'constructor'])).toEqual([])
    expect(await other.aliases.find([])).toEqual([])
  })

  it('may be none, or one twice', async () => {
    const { store, now } = await create()
    await store.aliases.add([])
    const twice = { key: 'user:1', value: 'ada', expiresAt: now() + hourMs }
    await store.aliases.add([twice, twice])
    expect(await store.aliases.find(['user:1'])).toEqual(['ada'])
  })

  it('are forgotten when they expire, and no sooner', async () => {
    const { store, now, pass } = await create()
    const [brief, lasting] = [now() + 100, now() + hourMs]
    await store.aliases.add([
      { key: 'user:1', value: 'lasting', expiresAt: lasting },
      { key: 'user:1', value: 'brief', expiresAt: brief },
      { key: 'user:2', value: 'brief', expiresAt: brief },
    ])
    await pass(100)
    expect(await store.aliases.find(['user:1', 'user:2'])).toEqual(['lasting'])
  })

  it('keep the later of two ends, in whatever order they come', async () => {
    const { store, now, pass } = await create()
    const [brief, lasting] = [now() + 100, now() + hourMs]
    await store.aliases.add([{ key: 'user:1', value: 'a', expiresAt: lasting }])
    await store.aliases.add([{ key: 'user:1', value: 'a', expiresAt: brief }])
    await store.aliases.add([{ key: 'user:1', value: 'b', expiresAt: brief }])
    await store.aliases.add([{ key: 'user:1', value: 'b', expiresAt: lasting }])
    await pass(100)
    expect((await store.aliases.find(['user:1'])).toSorted()).toEqual(['a', 'b'])
  })

  it('are all there after many processes added them at once', async () => {
    const { store, other, now } = await create()
    const values = Array.from({ length: 30 }, (_, at) => `value ${at}`)
    const expiresAt = now() + hourMs
    const added = values.map((value) => ({ key: 'user:1', value, expiresAt }))
    await Promise.all([
      ...added.map((alias) => store.aliases.add([alias])),
      store.aliases.add(added),
      other.aliases.add(added.toReversed()),
    ])
    expect((await other.aliases.find(['user:1'])).toSorted()).toEqual(values.toSorted())
  })
}

/** What a copy of the revocations knows after asking, one revocation for each key and clock. */
async function known(revocations: Revocations, cursor?: string): Promise<Revocation[]> {
  const copy = new Map<string, readonly Revocation[]>()
  for (const added of (await revocations.since(cursor)).revocations) {
    copy.set(added.key, joinRevocations(copy.get(added.key), added))
  }
  return [...copy.values()].flat()
}

/** A revocation for this moment that lasts an hour, with any part replaced. */
function revocation(now: number, changes: Partial<Revocation> = {}): Revocation {
  return { key: 'session:1', notBefore: now, expiresAt: now + hourMs, ...changes }
}
