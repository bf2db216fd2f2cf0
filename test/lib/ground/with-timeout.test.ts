import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { withTimeout } from '../../../src/lib/ground/with-timeout.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('answers what the work answers, and leaves no timer', async () => {
  expect(await withTimeout(1000, Promise.resolve('done'))).toBe('done')
  expect(vi.getTimerCount()).toBe(0)
})

it('rejects with what the work rejects with, and leaves no timer', async () => {
  await expect(withTimeout(1000, Promise.reject(new Error('down')))).rejects.toThrow('down')
  expect(vi.getTimerCount()).toBe(0)
})

it('rejects when the time is over, not before', async () => {
  const outcome = vi.fn()
  withTimeout(1000, new Promise(() => {})).catch(outcome)
  await vi.advanceTimersByTimeAsync(999)
  expect(outcome).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(outcome).toHaveBeenCalledWith(new Error('timed out after 1000 ms'))
})

it('ignores work that fails after the time is over', async () => {
  let fail = (_error: Error) => {}
  const work = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  const late = expect(withTimeout(1000, work)).rejects.toThrow('timed out after 1000 ms')
  await vi.advanceTimersByTimeAsync(1000)
  fail(new Error('late'))
  await late
})
