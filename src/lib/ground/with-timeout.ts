import { startTimeLimit } from './time-limit.ts'

/** Rejects after `timeoutMs`. The work is not cancelled; its late result is ignored. */
export function withTimeout<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`timed out after ${timeoutMs} ms`))
    const stop = startTimeLimit(timeoutMs, late)
    work.finally(stop).then(resolve, reject)
  })
}
