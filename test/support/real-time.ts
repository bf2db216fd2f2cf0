import { expect, vi } from 'vitest'

/** Waits until this much time has passed on the machine, for servers that have clocks of their own. */
export async function pass(ms: number): Promise<void> {
  const end = Date.now() + ms
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(end), { interval: 5 })
}
