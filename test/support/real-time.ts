import { expect } from 'vitest'
import { eventually } from './eventually.ts'

/** Waits until this much time has passed on the machine, for servers that have clocks of their own. */
export async function pass(ms: number): Promise<void> {
  const end = Date.now() + ms
  await eventually(() => expect(Date.now()).toBeGreaterThan(end))
}
