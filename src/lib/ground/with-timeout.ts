import { startTimeLimit } from './time-limit.ts'

/** The work took too long. */
export class TimeoutError extends Error {
  constructor(timeoutMs: number) {
    super(`timed out after ${timeoutMs} ms`)
  }
}

/**
 * Rejects with {@link TimeoutError} after `timeoutMs`. The work is not cancelled; its late result is
 * ignored.
 */
export function withTimeout<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new TimeoutError(timeoutMs))
    const stop = startTimeLimit(timeoutMs, late)
    work.finally(stop).then(resolve, reject)
  })
}
