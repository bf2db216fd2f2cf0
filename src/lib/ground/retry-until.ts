import { delay } from './delay.ts'

/** Pause before the next attempt, in milliseconds. */
const pauseMs = 250

/** Retries until a call succeeds, or until `forMs` milliseconds have passed. */
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
