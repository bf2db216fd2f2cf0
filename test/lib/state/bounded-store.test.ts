import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backgroundWork } from '../../../src/lib/ground/background.ts'
import { boundedStore } from '../../../src/lib/state/bounded-store.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { DeadLetter, StateStore } from '../../../src/lib/state/store.ts'
import { entry, now } from '../identities.ts'

const never = () => new Promise<never>(() => {})

/** A store on the other side of a broken network. */
const hanging: StateStore = {
  revocations: { write: never, since: never },
  singleUse: { claim: never },
  tokenStore: {
    put: never,
    get: never,
    replace: never,
    remove: never,
    lease: never,
    endLease: never,
  },
  ledger: {
    claim: never,
    renew: never,
    settle: never,
    release: never,
    putDeadLetter: never,
    getDeadLetter: never,
    deadLetters: never,
    removeDeadLetter: never,
  },
  aliases: { add: never, find: never },
}

const claim = { deliveryId: 'msg_1', bodyHash: 'hash', owner: 'me', leaseMs: 1000 }
const leaseRequest = { owner: 'me', version: 0, leaseMs: 1000 }
const letter: DeadLetter = {
  deliveryId: 'msg_1',
  type: 'x',
  body: '{}',
  reason: 'x',
  failedAt: now,
  attempt: 1,
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('boundedStore', () => {
  it.each<[string, (store: StateStore) => Promise<unknown>]>([
    ['revocations.write', ({ revocations }) => revocations.write([])],
    ['revocations.since', ({ revocations }) => revocations.since()],
    ['singleUse.claim', ({ singleUse }) => singleUse.claim('key', now)],
    ['tokenStore.put', ({ tokenStore }) => tokenStore.put('id', entry(), now)],
    ['tokenStore.get', ({ tokenStore }) => tokenStore.get('id')],
    ['tokenStore.replace', ({ tokenStore }) => tokenStore.replace('id', entry(), now, 0)],
    ['tokenStore.lease', ({ tokenStore }) => tokenStore.lease('id', leaseRequest)],
    [
      'tokenStore.endLease',
      ({ tokenStore }) => tokenStore.endLease('id', 'me', { isAnswered: true }),
    ],
    ['tokenStore.remove', ({ tokenStore }) => tokenStore.remove('id')],
    ['aliases.add', ({ aliases }) => aliases.add([])],
    ['aliases.find', ({ aliases }) => aliases.find([])],
    ['ledger.claim', ({ ledger }) => ledger.claim(claim)],
    ['ledger.renew', ({ ledger }) => ledger.renew('msg_1', 'me', 1000)],
    ['ledger.settle', ({ ledger }) => ledger.settle('msg_1', 'me', 1000)],
    ['ledger.release', ({ ledger }) => ledger.release('msg_1', 'me')],
    ['ledger.putDeadLetter', ({ ledger }) => ledger.putDeadLetter(letter)],
    ['ledger.getDeadLetter', ({ ledger }) => ledger.getDeadLetter('msg_1')],
    ['ledger.removeDeadLetter', ({ ledger }) => ledger.removeDeadLetter('msg_1')],
  ])('ends a call of %s that hangs', async (_name, call) => {
    const outcome = expect(call(boundedStore(hanging))).rejects.toThrow('timed out after')
    await vi.advanceTimersByTimeAsync(2000)
    await outcome
  })

  it('gives a long list its time, and ends one that hangs', async () => {
    const ended = vi.fn()
    void boundedStore(hanging).ledger.deadLetters().catch(ended)
    await vi.advanceTimersByTimeAsync(29_999)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toHaveBeenCalled()
  })

  it('passes everything on to a store that answers', async () => {
    const clock = () => now
    const store = memoryStore({ clock })
    const bounded = boundedStore(store)
    const revocation = { key: 'session:1', notBefore: now, expiresAt: now + 1000 }
    await bounded.revocations.write([revocation])
    expect((await bounded.revocations.since()).revocations).toEqual([revocation])
    expect(bounded.revocations.local?.get('session:1')).toEqual([revocation])
    expect(await bounded.singleUse.claim('key', now + 1)).toBe(true)
    expect(await store.singleUse.claim('key', now + 1)).toBe(false)
    await bounded.tokenStore.put('id', entry(), now + 1000)
    expect(await bounded.tokenStore.get('id')).toEqual(entry())
    expect(await bounded.tokenStore.replace('id', entry({ version: 1 }), now + 1000, 0)).toBe(
      'replaced',
    )
    expect(await store.tokenStore.get('id')).toEqual(entry({ version: 1 }))
    expect(await bounded.tokenStore.lease('id', leaseRequest)).toEqual({ status: 'granted' })
    await bounded.tokenStore.endLease('id', 'me', { isAnswered: true, quietMs: 5 })
    const refused = await bounded.tokenStore.lease('id', leaseRequest)
    expect(refused).toEqual({ status: 'quiet', leftMs: 5 })
    await bounded.aliases.add([{ key: 'a', value: 'b', expiresAt: now + 1 }])
    expect(await bounded.aliases.find(['a'])).toEqual(['b'])
    await bounded.tokenStore.remove('id')
    expect(await store.tokenStore.get('id')).toBeUndefined()
  })

  it('passes on what a ledger is told', async () => {
    const clock = () => now
    const { ledger } = boundedStore(memoryStore({ clock }))
    expect((await ledger.claim(claim)).status).toBe('claimed')
    expect(await ledger.renew('msg_1', 'me', 1000)).toBe(true)
    await ledger.release('msg_1', 'me')
    expect((await ledger.claim(claim)).attempt).toBe(2)
    await ledger.settle('msg_1', 'me', 1000)
    expect((await ledger.claim(claim)).status).toBe('done')
    await ledger.putDeadLetter(letter)
    expect(await ledger.getDeadLetter('msg_1')).toEqual(letter)
    expect(await ledger.deadLetters()).toEqual([letter])
    expect(await ledger.removeDeadLetter('msg_1')).toBe(true)
    expect(ledger.settleIn).toBeUndefined()
  })

  it('gives back a claim that was granted too late', async () => {
    const { ledger } = memoryStore({ clock: () => now })
    const slow: typeof ledger.claim = (given) =>
      new Promise((resolve) => setTimeout(() => resolve(ledger.claim(given)), 3000))
    const bounded = boundedStore({ ...hanging, ledger: { ...ledger, claim: slow } })
    const outcome = expect(bounded.ledger.claim(claim)).rejects.toThrow('timed out after')
    await vi.advanceTimersByTimeAsync(3000)
    await outcome
    expect(await ledger.claim({ ...claim, owner: 'next' })).toMatchObject({ status: 'claimed' })
  })

  it('gives back a lease that was granted too late', async () => {
    const { tokenStore } = memoryStore({ clock: () => now })
    const slow: typeof tokenStore.lease = (...given) =>
      new Promise((resolve) => setTimeout(() => resolve(tokenStore.lease(...given)), 3000))
    const bounded = boundedStore({ ...hanging, tokenStore: { ...tokenStore, lease: slow } })
    const outcome = expect(bounded.tokenStore.lease('id', leaseRequest)).rejects.toThrow(
      'timed out after',
    )
    await vi.advanceTimersByTimeAsync(3000)
    await outcome
    // Nothing was sent under it, so no outcome is unknown.
    const next = await tokenStore.lease('id', { ...leaseRequest, owner: 'next' })
    expect(next).toEqual({ status: 'granted' })
  })

  it('gives back a lease that was granted although the call failed', async () => {
    const { tokenStore } = memoryStore({ clock: () => now })
    let failures = 2
    const flaky: typeof tokenStore = {
      ...tokenStore,
      async lease(...given) {
        await tokenStore.lease(...given)
        throw new Error('The connection was given up')
      },
      async endLease(...given) {
        if (failures-- > 0) throw new Error('The connection was given up')
        await tokenStore.endLease(...given)
      },
    }
    const bounded = boundedStore({ ...hanging, tokenStore: flaky })
    await expect(bounded.tokenStore.lease('id', leaseRequest)).rejects.toThrow('given up')
    await vi.advanceTimersByTimeAsync(1000)
    const next = await tokenStore.lease('id', { ...leaseRequest, owner: 'next' })
    expect(next).toEqual({ status: 'granted' })
  })

  it('gives back a lease that was granted only after the call failed', async () => {
    const { tokenStore } = memoryStore({ clock: () => now })
    const late: typeof tokenStore = {
      ...tokenStore,
      async lease(...given) {
        setTimeout(() => void tokenStore.lease(...given), 500)
        throw new Error('The query was given up')
      },
    }
    const bounded = boundedStore({ ...hanging, tokenStore: late })
    await expect(bounded.tokenStore.lease('id', leaseRequest)).rejects.toThrow('given up')
    await vi.advanceTimersByTimeAsync(leaseRequest.leaseMs)
    const next = await tokenStore.lease('id', { ...leaseRequest, owner: 'next' })
    expect(next).toEqual({ status: 'granted' })
  })

  it('leaves no timer of a lease to a process that is closing', async () => {
    const refused = () => Promise.reject(new Error('The connection was given up'))
    const tokenStore = { ...hanging.tokenStore, lease: refused, endLease: refused }
    const background = backgroundWork()
    const bounded = boundedStore({ ...hanging, tokenStore }, undefined, background)
    const request = { ...leaseRequest, leaseMs: 8000 }
    await expect(bounded.tokenStore.lease('id', request)).rejects.toThrow('given up')
    // In the middle of a pause of two seconds.
    await vi.advanceTimersByTimeAsync(2500)
    void background.close()
    await vi.advanceTimersByTimeAsync(1999)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets an application’s own transaction take its time', () => {
    const settleIn = vi.fn(never)
    const { ledger } = boundedStore({ ...hanging, ledger: { ...hanging.ledger, settleIn } })
    void ledger.settleIn?.('transaction', 'msg_1', 'me', 1000)
    expect(settleIn).toHaveBeenCalledWith('transaction', 'msg_1', 'me', 1000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('wakes whoever subscribed, and only where the store can', () => {
    const stop = vi.fn()
    const subscribe = vi.fn(() => stop)
    const { revocations } = boundedStore({
      ...hanging,
      revocations: { ...hanging.revocations, subscribe },
    })
    expect(revocations.subscribe?.(never)).toBe(stop)
    expect(boundedStore(hanging).revocations.subscribe).toBeUndefined()
  })
})
