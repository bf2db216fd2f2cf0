import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { boundedStore } from '../../../src/lib/state/bounded-store.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { StateStore } from '../../../src/lib/state/store.ts'
import { now, tokens } from '../identities.ts'

const never = () => new Promise<never>(() => {})

/** A store on the other side of a broken network. */
const hanging: StateStore = {
  marks: { write: never, since: never },
  singleUse: { claim: never },
  vault: { put: never, get: never, remove: never },
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('boundedStore', () => {
  it.each<[string, (store: StateStore) => Promise<unknown>]>([
    ['marks.write', ({ marks }) => marks.write([])],
    ['marks.since', ({ marks }) => marks.since()],
    ['singleUse.claim', ({ singleUse }) => singleUse.claim('key', now)],
    ['vault.put', ({ vault }) => vault.put('id', tokens(), now)],
    ['vault.get', ({ vault }) => vault.get('id')],
    ['vault.remove', ({ vault }) => vault.remove('id')],
  ])('ends a call of %s that hangs', async (_name, call) => {
    const outcome = expect(call(boundedStore(hanging))).rejects.toThrow('did not answer')
    await vi.advanceTimersByTimeAsync(2000)
    await outcome
  })

  it('passes everything on to a store that answers', async () => {
    const clock = () => now
    const store = memoryStore({ clock })
    const bounded = boundedStore(store)
    const mark = { key: 'session:1', notBefore: now, expiresAt: now + 1000 }
    await bounded.marks.write([mark])
    expect((await bounded.marks.since()).marks).toEqual([mark])
    expect(bounded.marks.local?.get('session:1')).toEqual(mark)
    expect(await bounded.singleUse.claim('key', now + 1)).toBe(true)
    expect(await store.singleUse.claim('key', now + 1)).toBe(false)
    await bounded.vault.put('id', tokens(), now + 1000)
    expect(await bounded.vault.get('id')).toEqual(tokens())
    await bounded.vault.remove('id')
    expect(await store.vault.get('id')).toBeUndefined()
  })

  it('wakes whoever subscribed, and only where the store can', () => {
    const stop = vi.fn()
    const subscribe = vi.fn(() => stop)
    const { marks } = boundedStore({ ...hanging, marks: { ...hanging.marks, subscribe } })
    expect(marks.subscribe?.(never)).toBe(stop)
    expect(boundedStore(hanging).marks.subscribe).toBeUndefined()
  })
})
