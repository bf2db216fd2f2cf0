import type { Clock } from '../../ground/clock.ts'

/** Counts the calls of each minute, which begins with its first call. */
export interface RateLimit {
  /** @returns how many seconds a call above the limit has to wait; undefined for all others */
  take(): number | undefined
}

const minuteMs = 60_000

export function createRateLimit(perMinute: number, clock: Clock): RateLimit {
  let [endsAt, calls] = [0, 0]
  return {
    take() {
      const now = clock()
      // A clock that was set back begins a new minute as well.
      if (now >= endsAt || endsAt - now > minuteMs) [endsAt, calls] = [now + minuteMs, 0]
      calls += 1
      return calls > perMinute ? Math.ceil((endsAt - now) / 1000) : undefined
    },
  }
}
