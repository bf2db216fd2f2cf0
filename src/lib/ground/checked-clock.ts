import type { Clock } from './clock.ts'
import { ConfigError } from './errors.ts'
import { answerAtOnce } from './hooks.ts'
import { kindOf } from './kind-of.ts'
import type { Logger } from './log.ts'

/** The latest time that a `Date` can hold, in milliseconds. @see ECMA-262, Time Values */
const latestMs = 8.64e15

/**
 * Checks every time that the application's clock returns. A value that is not a time never compares
 * as past an expiry: sessions, tokens and signatures would be valid forever.
 *
 * The returned clock throws {@link ConfigError} `clock_invalid`. The first failure is also logged,
 * because the error itself may only reach the application's error handler.
 */
export function checkedClock(clock: Clock, logger?: Logger): Clock {
  if (clock === Date.now) return clock
  let isTold = false

  function told(error: ConfigError): ConfigError {
    if (!isTold) logger?.error(`clock_invalid: ${error.message}. Requests get 503 until it works`)
    isTold = true
    return error
  }

  return function checked() {
    let now: unknown
    try {
      now = answerAtOnce(clock)
    } catch (cause) {
      throw told(invalid('it threw', cause))
    }
    if (typeof now === 'number' && Math.abs(now) <= latestMs) return now
    throw told(invalid(`it returned ${typeof now === 'number' ? now : kindOf(now)}`))
  }
}

function invalid(why: string, cause?: unknown): ConfigError {
  const message = `\`clock\` must return a number of milliseconds since the epoch, but ${why}`
  return new ConfigError('clock_invalid', message, { cause })
}
