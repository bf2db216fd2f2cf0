import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { holdLease } from '../../../src/lib/deliveries/lease.ts'
import { memoryLedger } from '../../../src/lib/state/memory-ledger.ts'
import type { Ledger } from '../../../src/lib/state/store.ts'

const minuteMs = 60_000
const claim = { deliveryId: 'msg_1', bodyHash: 'hash', owner: 'me', leaseMs: 30_000 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function held(changes: Partial<Ledger> = {}) {
  const ledger = { ...memoryLedger(Date.now), ...changes }
  await ledger.claim(claim)
  return { ledger, lease: holdLease(ledger, claim) }
}

it('keeps a claim for as long as the work takes, and no longer', async () => {
  const { ledger, lease } = await held()
  await vi.advanceTimersByTimeAsync(2 * minuteMs)
  expect((await ledger.claim({ ...claim, owner: 'other' })).status).toBe('busy')
  lease.stop()
  await vi.advanceTimersByTimeAsync(minuteMs)
  expect((await ledger.claim({ ...claim, owner: 'other' })).status).toBe('claimed')
  expect(vi.getTimerCount()).toBe(0)
})

it('ends with the work, well or not', async () => {
  const { lease } = await held()
  await expect(lease.whileHeld(Promise.resolve())).resolves.toBeUndefined()
  await expect(lease.whileHeld(Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})

it('gives up work that never ends, and tells it so', async () => {
  const { ledger, lease } = await held()
  const outcome = expect(lease.whileHeld(new Promise(() => {}))).rejects.toMatchObject({
    code: 'webhook_handler_failed',
    message: 'The handler did not finish within 5 minutes',
  })
  expect(lease.signal.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(5 * minuteMs)
  await outcome
  expect(lease.signal.aborted).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(minuteMs)
  expect((await ledger.claim({ ...claim, owner: 'other' })).status).toBe('claimed')
})

it('tells the work when the delivery is somebody else’s', async () => {
  const { lease } = await held({ renew: async () => false })
  const outcome = expect(lease.whileHeld(new Promise(() => {}))).rejects.toThrow('lost')
  await vi.advanceTimersByTimeAsync(10_000)
  await outcome
  expect(lease.signal.aborted).toBe(true)
})

it('does not take a ledger that is down for one that says no', async () => {
  const { lease } = await held({ renew: () => Promise.reject(new Error('down')) })
  await vi.advanceTimersByTimeAsync(minuteMs)
  expect(lease.signal.aborted).toBe(false)
  lease.stop()
})

it('is not lost to the work’s own transaction, which says that it is done', async () => {
  const { ledger, lease } = await held()
  lease.settles()
  await ledger.settle('msg_1', 'me', minuteMs)
  await vi.advanceTimersByTimeAsync(minuteMs)
  expect(lease.signal.aborted).toBe(false)
  lease.stop()
})

it('tells nobody anything when it has ended', async () => {
  let answer = (_isOurs: boolean) => {}
  const { lease } = await held({
    renew: () =>
      new Promise((resolve) => {
        answer = resolve
      }),
  })
  await vi.advanceTimersByTimeAsync(10_000)
  lease.stop()
  answer(false)
  await vi.advanceTimersByTimeAsync(0)
  expect(lease.signal.aborted).toBe(false)
})
