import { describe, expect, it, vi } from 'vitest'
import { retryUntil } from '../../../src/lib/ground/retry-until.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'

const down = () => Promise.reject(new Error('connection refused'))

it('asks again until there is an answer', async () => {
  const ask = vi.fn<() => Promise<string>>(down)
  ask.mockImplementationOnce(down).mockImplementationOnce(down).mockResolvedValueOnce('yes')
  expect(await retryUntil(10_000, ask)).toBe('yes')
  expect(ask).toHaveBeenCalledTimes(3)
})

it('asks once at least, and rejects as the last answer does when the time is over', async () => {
  const ask = vi.fn(down)
  await expect(retryUntil(0, ask)).rejects.toThrow('connection refused')
  expect(ask).toHaveBeenCalledTimes(1)
})

describe('a process that is about to end', () => {
  useVirtualTime()

  /** Resolves to the milliseconds after which it gives up. */
  async function givenUpAfter(forMs: number, closing: AbortSignal): Promise<number> {
    const from = performance.now()
    await expect(retryUntil(forMs, down, closing)).rejects.toThrow('connection refused')
    return performance.now() - from
  }

  it.each<[string, number, number]>([
    ['asks for 1.5 s at most', 30_000, 1500],
    ['does not ask for longer than it would have', 500, 500],
  ])('%s', async (_case, forMs, expectedMs) => {
    const after = await givenUpAfter(forMs, AbortSignal.abort())
    expect(after).toBeGreaterThanOrEqual(expectedMs)
    expect(after).toBeLessThan(expectedMs + 500)
  })

  it('asks for 1.5 s from when it was told to end', async () => {
    const closing = new AbortController()
    setTimeout(() => closing.abort(), 3000)
    const after = await givenUpAfter(30_000, closing.signal)
    expect(after).toBeGreaterThanOrEqual(4500)
    expect(after).toBeLessThan(5000)
  })

  it('still asks once, and returns what it gets', async () => {
    const ask = vi.fn<() => Promise<string>>(down).mockImplementationOnce(down)
    ask.mockResolvedValueOnce('yes')
    expect(await retryUntil(30_000, ask, AbortSignal.abort())).toBe('yes')
  })
})
