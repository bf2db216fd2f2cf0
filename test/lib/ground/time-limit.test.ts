import { expect, it, onTestFinished, vi } from 'vitest'
import { startTimeLimit } from '../../../src/lib/ground/time-limit.ts'

function scene() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const expire = vi.fn()
  return { expire, stop: startTimeLimit(1000, expire) }
}

it('calls back once, when the time is over', () => {
  const { expire } = scene()
  vi.advanceTimersByTime(999)
  expect(expire).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  vi.advanceTimersByTime(5000)
  expect(expire).toHaveBeenCalledTimes(1)
})

it.each([0, 250, 999])('does not call back if it is stopped after %d ms', (ms) => {
  const { expire, stop } = scene()
  vi.advanceTimersByTime(ms)
  stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(5000)
  expect(expire).not.toHaveBeenCalled()
})

it('counts a process that is blocked for a long time as a quarter of the limit', async () => {
  const expire = vi.fn()
  const stop = startTimeLimit(40, expire)
  onTestFinished(stop)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  // Two turns of the event loop: timers, what has arrived, and timers again.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(expire).not.toHaveBeenCalled()
})
