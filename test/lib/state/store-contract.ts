import { describe, expect, it } from 'vitest'
import { joinMarks } from '../../../src/lib/state/mark.ts'
import type { Mark, Marks, StateStore } from '../../../src/lib/state/store.ts'
import { tokens } from '../identities.ts'

const hourMs = 3_600_000

/** A store to ask, and a way to let time pass for it. */
export interface StoreUnderTest {
  readonly store: StateStore
  /** The store as another process of the same application has it. */
  readonly other: StateStore
  now(): number
  pass(ms: number): Promise<void>
}

type Create = () => Promise<StoreUnderTest>

/** What every store promises, its ledger left out. */
export function describeStore(name: string, create: Create): void {
  describe(`the marks of ${name}`, () => describeMarks(create))
  describe(`single use in ${name}`, () => describeSingleUse(create))
  describe(`the vault of ${name}`, () => describeVault(create))
}

/** What only a store can promise that several processes share. */
export function describeSharedMarks(name: string, create: Create): void {
  describe(`the shared marks of ${name}`, () => {
    it('are answered after a cursor in the order they were written, and not again', async () => {
      const { store, other, now } = await create()
      const written = ['a', 'b', 'c', 'd'].map((key) => mark(now(), { key }))
      await store.marks.write(written.slice(0, 1))
      const { cursor } = await other.marks.since()
      await store.marks.write(written.slice(1, 3))
      await store.marks.write(written.slice(3))
      const answer = await other.marks.since(cursor)
      expect(answer.marks).toEqual(written.slice(1))
      expect((await other.marks.since(answer.cursor)).marks).toEqual([])
    })

    it('all reach whoever asks while many write at once', async () => {
      const { store, other, now } = await create()
      const keys = Array.from({ length: 60 }, (_, at) => `session:${at}`)
      const heard = new Set<string>()
      let cursor: string | undefined
      const listen = async () => {
        const answer = await store.marks.since(cursor)
        for (const { key } of answer.marks) heard.add(key)
        cursor = answer.cursor
      }
      const writes = Promise.all(
        keys.map((key, at) => (at % 2 ? store : other).marks.write([mark(now(), { key })])),
      )
      for (let isWriting = true; isWriting; ) {
        isWriting = await Promise.race([writes.then(() => false), listen().then(() => true)])
      }
      await listen()
      expect([...heard].sort()).toEqual([...keys].sort())
    })

    it('are held by the store alone', async () => {
      expect((await create()).store.marks.local).toBeUndefined()
    })
  })
}

function describeMarks(create: Create): void {
  it('written by one process are known to another', async () => {
    const { store, other, now } = await create()
    const written = [mark(now(), { key: 'a' }), mark(now(), { key: 'sub:conn_1;Zoë "🚀"' })]
    await store.marks.write(written)
    expect(await known(other.marks)).toEqual(written)
  })

  it('reach whoever asked before there was one', async () => {
    const { store, other, now } = await create()
    const { marks, cursor } = await other.marks.since()
    expect(marks).toEqual([])
    const written = mark(now())
    await store.marks.write([written])
    expect(await known(other.marks, cursor)).toEqual([written])
  })

  it('may be none', async () => {
    const { store } = await create()
    await store.marks.write([])
    expect((await store.marks.since()).marks).toEqual([])
  })

  it('are forgotten when they have expired, and no sooner', async () => {
    const { store, now, pass } = await create()
    const start = now()
    const [brief, lasting] = [
      mark(start, { key: 'brief', expiresAt: start + 100 }),
      mark(start, { key: 'lasting' }),
    ]
    await store.marks.write([brief, lasting])
    await pass(100)
    expect(await known(store.marks)).toEqual([lasting])
  })

  it('never go back to an earlier moment or an earlier end', async () => {
    const { store, now } = await create()
    const start = now()
    const end = start + hourMs
    await store.marks.write([mark(start)])
    await store.marks.write([mark(start, { notBefore: start - 1000, expiresAt: end + 1000 })])
    expect(await known(store.marks)).toEqual([mark(start, { expiresAt: end + 1000 })])
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

function describeVault(create: Create): void {
  it('keeps the tokens of each session whole', async () => {
    const { store, other, now } = await create()
    const one = tokens({ accessToken: 'one', refreshToken: 'r', accessTokenExpiresAt: now() })
    const two = tokens({ accessToken: 'two' })
    await store.vault.put('1', one, now() + hourMs)
    await store.vault.put('2', two, now() + hourMs)
    expect(await other.vault.get('1')).toEqual(one)
    expect(await other.vault.get('2')).toEqual(two)
  })

  it('keeps the latest tokens of a session', async () => {
    const { store, now } = await create()
    await store.vault.put('1', tokens({ refreshToken: 'old' }), now() + hourMs)
    await store.vault.put('1', tokens({ accessToken: 'new' }), now() + hourMs)
    expect(await store.vault.get('1')).toEqual(tokens({ accessToken: 'new' }))
  })

  it('forgets tokens when their session ends, and no sooner', async () => {
    const { store, now, pass } = await create()
    await store.vault.put('1', tokens(), now() + 100)
    await store.vault.put('2', tokens(), now() + hourMs)
    await pass(100)
    expect(await store.vault.get('1')).toBeUndefined()
    expect(await store.vault.get('2')).toEqual(tokens())
  })

  it('forgets what is removed, and knows no other session', async () => {
    const { store, other, now } = await create()
    await store.vault.put('1', tokens(), now() + hourMs)
    await store.vault.put('2', tokens(), now() + hourMs)
    await other.vault.remove('1')
    await other.vault.remove('never')
    expect(await store.vault.get('1')).toBeUndefined()
    expect(await store.vault.get('2')).toEqual(tokens())
    expect(await store.vault.get('constructor')).toBeUndefined()
  })
}

/** What a copy of the marks knows after asking, one mark for each key. */
async function known(marks: Marks, cursor?: string): Promise<Mark[]> {
  const copy = new Map<string, Mark>()
  for (const added of (await marks.since(cursor)).marks) {
    copy.set(added.key, joinMarks(copy.get(added.key), added))
  }
  return [...copy.values()]
}

/** A mark for this moment that lasts an hour, with any part replaced. */
function mark(now: number, changes: Partial<Mark> = {}): Mark {
  return { key: 'session:1', notBefore: now, expiresAt: now + hourMs, ...changes }
}
