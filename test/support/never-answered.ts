import { expect, vi } from 'vitest'

/** Calls what asks a function of the application that never answers, and waits until it gives up. */
export async function neverAnswered(call: () => Promise<unknown>, code: string): Promise<void> {
  vi.useFakeTimers()
  try {
    const given = vi.fn()
    call().catch(given)
    await vi.advanceTimersByTimeAsync(29_999)
    expect(given).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(given).toHaveBeenCalledWith(expect.objectContaining({ code, status: 503 }))
  } finally {
    vi.useRealTimers()
  }
}
