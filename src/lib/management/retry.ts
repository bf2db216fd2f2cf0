import { ApiError } from '../ground/errors.ts'
import { type Deadline, pause, remainingMs } from './deadline.ts'

const maxAttempts = 3
/** The wait before the second attempt; it doubles with each further one. */
const firstWaitMs = 200
/** The longest an answer can make a call wait, whatever its Retry-After says. */
const maxRetryAfterMs = 5000

/**
 * Tries until it succeeds, or until another try is useless, harmful or too late.
 *
 * @param prepare Gets ready for an attempt; when that fails, it is over.
 * @param attempt Answers `undefined` where it is to be made again at once, which counts as none.
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

/** Never sooner than asked, and not when everybody else comes back. */
function waitAfter(count: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs === undefined) return firstWaitMs * 2 ** (count - 1) * (0.5 + Math.random() / 2)
  return Math.min(retryAfterMs, maxRetryAfterMs) + firstWaitMs * Math.random()
}

/**
 * How long an answer asks to be left alone, in milliseconds; nothing for what is not of the form.
 *
 * @see RFC 9110 section 10.2.3
 */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,15}$/.test(value)) return Number(value) * 1000
  const date = /^[A-Z][a-z]{2,8},? \d{2}[ -]/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
