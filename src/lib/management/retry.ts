import { ApiError } from '../ground/errors.ts'
import { type Deadline, pause, remainingMs } from './deadline.ts'

const maxAttempts = 3
/** Pause before the second attempt, in milliseconds. It doubles with each further attempt. */
const firstWaitMs = 200
/** Maximum pause that a Retry-After header can cause, in milliseconds. */
const maxRetryAfterMs = 5000

/**
 * Retries until an attempt succeeds, or until another one would be useless, harmful or too late.
 *
 * @param prepare Runs before each attempt. Its failure ends the call.
 * @param attempt Resolves with `undefined` to be repeated at once; that attempt is not counted.
 */
export async function withRetries<Prepared, Value>(
  prepare: () => Prepared | Promise<Prepared>,
  attempt: (prepared: Prepared, count: number) => Promise<Value | undefined>,
  deadline: Deadline,
): Promise<Value> {
  for (let count = 1; ; ) {
    const prepared = await prepare()
    try {
      const value = await attempt(prepared, count)
      if (value !== undefined) return value
    } catch (error) {
      if (!(error instanceof ApiError && error.isRetryable) || count === maxAttempts) throw error
      const waitMs = waitAfter(count, error.retryAfterMs)
      if (waitMs >= remainingMs(deadline)) throw error
      await pause(waitMs, deadline)
      count += 1
    }
  }
}

/** Not earlier than the API asked, and with jitter, so that clients do not all return at once. */
function waitAfter(count: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs === undefined) return firstWaitMs * 2 ** (count - 1) * (0.5 + Math.random() / 2)
  return Math.min(retryAfterMs, maxRetryAfterMs) + firstWaitMs * Math.random()
}

/**
 * Returns the pause that a Retry-After header asks for, in milliseconds; `undefined` for a
 * malformed header.
 *
 * @see RFC 9110 section 10.2.3
 */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,15}$/.test(value)) return Number(value) * 1000
  const date = /^[A-Z][a-z]{2,8},? \d{2}[ -]/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
