import { setTimeout as delay } from 'node:timers/promises'

/** How long whoever did not answer is left alone, in milliseconds. */
const pauseMs = 250

/** Asks again until there is an answer, or until this many milliseconds are over. */
export async function retryUntil<Value>(forMs: number, ask: () => Promise<Value>): Promise<Value> {
  const end = performance.now() + forMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() >= end) throw error
    }
    await delay(pauseMs)
  }
}
