import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { Mark } from '../../../src/lib/state/store.ts'
import { now, settableClock, tokens } from '../identities.ts'

describe('marks', () => {
  it('are there at once, locally and for whoever asks since when', async () => {
    const { marks } = store()
    await marks.write([mark({ key: 'a' }), mark({ key: 'b' })])
    expect(marks.local!.get('a')).toEqual(mark({ key: 'a' }))
    expect((await marks.since()).marks).toEqual([mark({ key: 'a' }), mark({ key: 'b' })])
  })

  it('are kept until they expire', async () => {
    const { marks, at } = store()
    await marks.write([mark({ expiresAt: now + 1000 })])
    at(now + 999)
    expect(marks.local!.get('session:1')).toBeDefined()
    at(now + 1000)
    expect(marks.local!.get('session:1')).toBeUndefined()
    expect((await marks.since()).marks).toEqual([])
  })

  it('never go back to an earlier moment or an earlier end', async () => {
    const { marks } = store()
    await marks.write([mark({ notBefore: now, expiresAt: now + 1000 })])
    await marks.write([mark({ notBefore: now - 1000, expiresAt: now + 2000 })])
    expect(marks.local!.get('session:1')).toEqual(mark({ notBefore: now, expiresAt: now + 2000 }))
    await marks.write([mark({ notBefore: now + 1, expiresAt: now + 1 })])
    expect(marks.local!.get('session:1')).toEqual(
      mark({ notBefore: now + 1, expiresAt: now + 2000 }),
    )
  })
})

describe('single use', () => {
  it('is granted to the first and to nobody after', async () => {
    const { singleUse } = store()
    const claims = [1, 2, 3].map(() => singleUse.claim('transaction:1', now + 1000))
    expect(await Promise.all(claims)).toEqual([true, false, false])
    expect(await singleUse.claim('transaction:2', now + 1000)).toBe(true)
  })

  it('is remembered until its end', async () => {
    const { singleUse, at } = store()
    await singleUse.claim('transaction:1', now + 1000)
    at(now + 999)
    expect(await singleUse.claim('transaction:1', now + 5000)).toBe(false)
    at(now + 1000)
    expect(await singleUse.claim('transaction:1', now + 5000)).toBe(true)
  })
})

describe('the vault', () => {
  it('keeps the tokens of each session until it ends', async () => {
    const { vault, at } = store()
    await vault.put('1', tokens({ accessToken: 'one' }), now + 1000)
    await vault.put('2', tokens({ accessToken: 'two' }), now + 2000)
    expect(await vault.get('1')).toEqual(tokens({ accessToken: 'one' }))
    at(now + 1000)
    expect(await vault.get('1')).toBeUndefined()
    expect(await vault.get('2')).toEqual(tokens({ accessToken: 'two' }))
  })

  it('forgets what is removed, and knows no other session', async () => {
    const { vault } = store()
    await vault.put('1', tokens(), now + 1000)
    await vault.remove('1')
    expect(await vault.get('1')).toBeUndefined()
    expect(await vault.get('constructor')).toBeUndefined()
  })

  it('keeps those of ten thousand sessions, the latest ones', async () => {
    const { vault } = store()
    for (let index = 0; index < 10_001; index += 1) {
      await vault.put(String(index), tokens(), now + 1000)
    }
    expect(await vault.get('0')).toBeUndefined()
    expect(await vault.get('1')).toBeDefined()
    expect(await vault.get('10000')).toBeDefined()
  })
})

describe('two stores', () => {
  it('share nothing', async () => {
    const [one, other] = [store(), store()]
    await one.marks.write([mark({})])
    await one.vault.put('1', tokens(), now + 1000)
    expect(other.marks.local!.get('session:1')).toBeUndefined()
    expect(await other.vault.get('1')).toBeUndefined()
    expect(await other.singleUse.claim('x', now + 1000)).toBe(true)
  })
})

function store() {
  const { clock, at } = settableClock()
  return { ...memoryStore({ clock }), at }
}

function mark(changes: Partial<Mark>): Mark {
  return { key: 'session:1', notBefore: now, expiresAt: now + 1000, ...changes }
}
