import { setMaxListeners } from 'node:events'
import { ApiError } from '../ground/errors.ts'
import { longestTimerMs } from '../ground/longest-timer.ts'
import { startTimeLimit } from '../ground/time-limit.ts'

/** The latest end of a call, and the signal that may end it earlier. */
export interface Deadline {
  readonly timeoutMs: number
  /** By `performance.now()`, which a change of the system clock does not affect. */
  readonly endsAt: number
  readonly signal: AbortSignal | undefined
}

/** @throws {@link ApiError} `api_cancelled` */
export function deadlineIn(timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  if (signal?.aborted) throw cancelled(signal)
  // Many calls may share a signal, and Node reports more than ten listeners as a leak.
  if (signal instanceof AbortSignal) setMaxListeners(0, signal)
  return { timeoutMs, endsAt: performance.now() + Math.min(timeoutMs, longestTimerMs), signal }
}

export function remainingMs({ endsAt }: Deadline): number {
  return Math.max(0, endsAt - performance.now())
}

/**
 * Waits for work that other calls may share. The work continues if this call gives up.
 *
 * @throws {@link ApiError} `api_deadline_exceeded` or `api_cancelled`
 */
export function waitFor<Value>(work: Promise<Value>, deadline: Deadline): Promise<Value> {
  const { signal } = deadline
  let stop = () => {}
  const end = new Promise<never>((_resolve, reject) => {
    const late = () => reject(exceeded(deadline))
    const stopTimer = startTimeLimit(remainingMs(deadline), late)
    const cancel = () => reject(cancelled(signal))
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    stop = () => {
      stopTimer()
      signal?.removeEventListener('abort', cancel)
    }
  })
  return Promise.race([work, end]).finally(stop)
}

/** Waits for `ms` milliseconds. Throws as {@link waitFor} does. */
export async function pause(ms: number, deadline: Deadline): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await waitFor(over, deadline).finally(() => clearTimeout(timer))
}

export function cancelled(signal: AbortSignal | undefined): ApiError {
  return new ApiError('api_cancelled', 'The call was cancelled', { cause: signal?.reason })
}

export function exceeded({ timeoutMs }: Deadline): ApiError {
  const message = `The call did not finish within ${timeoutMs} ms`
  return new ApiError('api_deadline_exceeded', message, { isRetryable: true })
}
