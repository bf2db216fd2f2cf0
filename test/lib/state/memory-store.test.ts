import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { Mark } from '../../../src/lib/state/store.ts'
import { now, settableClock, tokens } from '../identities.ts'
import { describeStore } from './store-contract.ts'

describeStore('one process', async () => {
  const { clock, at } = settableClock()
  const one = memoryStore({ clock })
  return { store: one, other: one, now: clock, pass: async (ms) => at(clock() + ms) }
})

describe('the marks of one process', () => {
  it('are there at once and until they expire, without asking', async () => {
    const { marks, at } = store()
    await marks.write([mark({ expiresAt: now + 1000 })])
    at(now + 999)
    expect(marks.local!.get('session:1')).toEqual(mark({ expiresAt: now + 1000 }))
    at(now + 1000)
    expect(marks.local!.get('session:1')).toBeUndefined()
  })

  it('are one for each key, which never goes back', async () => {
    const { marks } = store()
    await marks.write([mark({ notBefore: now, expiresAt: now + 1000 })])
    await marks.write([mark({ notBefore: now - 1000, expiresAt: now + 2000 })])
    expect(marks.local!.get('session:1')).toEqual(mark({ notBefore: now, expiresAt: now + 2000 }))
    await marks.write([mark({ notBefore: now + 1, expiresAt: now + 1 })])
    expect((await marks.since()).marks).toEqual([
      mark({ notBefore: now + 1, expiresAt: now + 2000 }),
    ])
  })
})

describe('the vault of one process', () => {
  it('keeps the tokens of ten thousand sessions, the latest ones', async () => {
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
