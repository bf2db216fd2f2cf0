import { expect, it, vi } from 'vitest'
import { retryUntil } from '../../../src/lib/ground/retry-until.ts'

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
