import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { Revocation } from '../../../src/lib/state/store.ts'
import { entry, now, settableClock } from '../identities.ts'
import { describeStore } from './store-contract.ts'

describeStore('one process', async () => {
  const { clock, at } = settableClock()
  const one = memoryStore({ clock })
  return { store: one, other: one, now: clock, pass: async (ms) => at(clock() + ms) }
})

describe('the revocations of one process', () => {
  it('are there at once and until they expire, without asking', async () => {
    const { revocations, at } = store()
    await revocations.write([revocation({ expiresAt: now + 1000 })])
    at(now + 999)
    expect(revocations.local!.get('session:1')).toEqual([revocation({ expiresAt: now + 1000 })])
    at(now + 1000)
    expect(revocations.local!.get('session:1')).toBeUndefined()
  })

  it('are one for each key, which never goes back', async () => {
    const { revocations } = store()
    await revocations.write([revocation({ notBefore: now, expiresAt: now + 1000 })])
    await revocations.write([revocation({ notBefore: now - 1000, expiresAt: now + 2000 })])
    expect(revocations.local!.get('session:1')).toEqual([
      revocation({ notBefore: now, expiresAt: now + 2000 }),
    ])
    await revocations.write([revocation({ notBefore: now + 1, expiresAt: now + 1 })])
    expect((await revocations.since()).revocations).toEqual([
      revocation({ notBefore: now + 1, expiresAt: now + 2000 }),
    ])
  })
})

describe('the token store of one process', () => {
  it('keeps the tokens of ten thousand sessions, the latest ones', async () => {
    const { tokenStore } = store()
    for (let index = 0; index < 10_001; index += 1) {
      await tokenStore.put(String(index), entry(), now + 1000)
    }
    expect(await tokenStore.get('0')).toBeUndefined()
    expect(await tokenStore.get('1')).toBeDefined()
    expect(await tokenStore.get('10000')).toBeDefined()
  })
})

describe('a lease on tokens in one process', () => {
  const asked = { owner: 'me', version: 0, leaseMs: 1000 }

  it('runs until its end, to the millisecond', async () => {
    const { tokenStore, at } = store()
    await tokenStore.lease('1', asked)
    at(now + 999)
    expect(await tokenStore.lease('1', asked)).toEqual({ status: 'busy', leftMs: 1 })
    at(now + 1000)
    expect(await tokenStore.lease('1', asked)).toEqual({ status: 'granted', triedMsAgo: 1000 })
  })

  it('is not granted until a quiet time ends, to the millisecond', async () => {
    const { tokenStore, at } = store()
    await tokenStore.lease('1', asked)
    await tokenStore.endLease('1', 'me', { isAnswered: true, quietMs: 5000 })
    at(now + 4999)
    expect(await tokenStore.lease('1', asked)).toEqual({ status: 'quiet', leftMs: 1 })
    at(now + 5000)
    expect(await tokenStore.lease('1', asked)).toEqual({ status: 'granted' })
  })

  it.each([
    ['that ran out', 1000],
    ['that was ended', 0],
  ])('%s is remembered for ten minutes', async (what, endsAfterMs) => {
    const { tokenStore, at } = store()
    const tenMinutes = 600_000
    for (const sessionId of ['1', '2']) {
      await tokenStore.lease(sessionId, asked)
      if (what === 'that was ended')
        await tokenStore.endLease(sessionId, 'me', { isAnswered: false })
    }
    const last = endsAfterMs + tenMinutes - 1
    at(now + last)
    expect(await tokenStore.lease('1', asked)).toEqual({ status: 'granted', triedMsAgo: last })
    at(now + last + 1)
    expect(await tokenStore.lease('2', asked)).toEqual({ status: 'granted' })
  })
})

describe('two stores', () => {
  it('share nothing', async () => {
    const [one, other] = [store(), store()]
    await one.revocations.write([revocation({})])
    await one.tokenStore.put('1', entry(), now + 1000)
    expect(other.revocations.local!.get('session:1')).toBeUndefined()
    expect(await other.tokenStore.get('1')).toBeUndefined()
    expect(await other.singleUse.claim('x', now + 1000)).toBe(true)
  })
})

describe('a clock that returns no time', () => {
  it('neither undoes a revocation nor lets anything be used twice', async () => {
    const { revocations, singleUse, at } = store()
    await revocations.write([revocation({})])
    expect(await singleUse.claim('x', now + 1000)).toBe(true)
    at(Number.NaN)
    const invalid = expect.objectContaining({ code: 'clock_invalid' })
    expect(() => revocations.local!.get('session:1')).toThrow(invalid)
    await expect(singleUse.claim('x', now + 1000)).rejects.toThrow(invalid)
  })
})

function store() {
  const { clock, at } = settableClock()
  return { ...memoryStore({ clock }), at }
}

function revocation(changes: Partial<Revocation>): Revocation {
  return { key: 'session:1', notBefore: now, expiresAt: now + 1000, ...changes }
}
