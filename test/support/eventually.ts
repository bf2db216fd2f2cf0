import { vi } from 'vitest'

/**
 * Waits for something that has to happen, however slow the machine is. It gives up before the test
 * does, so that what was missing is told.
 */
export function eventually<Value>(check: () => Value | Promise<Value>): Promise<Value> {
  return vi.waitFor(check, { timeout: 25_000, interval: 20 })
}
