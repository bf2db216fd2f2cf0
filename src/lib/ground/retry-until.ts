import { delay } from './delay.ts'

/** The time between two attempts, in milliseconds. */
const pauseMs = 250

/**
 * How long attempts go on once the process is about to end, in milliseconds: long enough for a
 * connection to be made again, and short enough for a process that has to end within seconds.
 */
const closingMs = 1500

/**
 * Retries until `ask` resolves.
 *
 * @param forMs When to give up, in milliseconds from now; the last failure is then thrown.
 * @param closing Aborted when the process is about to end. From then on, attempts go on for 1.5
 *   seconds at most.
 */
export async function retryUntil<Value>(
  forMs: number,
  ask: () => Promise<Value>,
  closing?: AbortSignal,
): Promise<Value> {
  let end = performance.now() + forMs
  const hurry = () => {
    end = Math.min(end, performance.now() + closingMs)
  }
  if (closing?.aborted) hurry()
  closing?.addEventListener('abort', hurry)
  try {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (performance.now() >= end) throw error
      }
      await delay(pauseMs)
    }
  } finally {
    closing?.removeEventListener('abort', hurry)
  }
}
