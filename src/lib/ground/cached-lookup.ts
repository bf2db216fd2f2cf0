import type { Clock } from './clock.ts'
import { errorFields } from './error-fields.ts'
import { ScalekitError } from './errors.ts'
import { expiringMap } from './expiring-map.ts'
import { type Logger, quote, textOfThrown, withFields } from './log.ts'

/** How a value is looked up, and how long the result is cached. */
export interface CachedLookupOptions<Value> {
  /** The name of the looked-up value in log lines, e.g. `name`. */
  readonly what: string
  find(key: string): Promise<Value>
  /** How long a found value is cached, in milliseconds. */
  keptMs(value: Value): number
  /** Returned when `find` fails, and when `mayAsk` refuses the call. */
  readonly fallback: Value
  /**
   * Whether a failure would also make the caller's next step fail. Such a failure rejects, and no
   * line is logged. Default: no failure is final.
   */
  isFinal?(error: unknown): boolean
  /** How long a failure is cached, in milliseconds. With 0, the next caller tries again. */
  readonly failureMs: number
  /**
   * Whether one more call of `find` is allowed now.
   *
   * @param flights The number of calls in progress.
   */
  mayAsk(key: string, flights: number): boolean
  /**
   * Values that keys made up by strangers must not displace. They are cached apart from the others.
   * An expired one is still served while a newer one is fetched, when `mayAsk` refuses, and when
   * `find` fails. Default: none.
   */
  readonly lasting?: {
    isLasting(value: Value): boolean
    /** How long an expired value may still be served, in milliseconds. */
    readonly staleMs: number
  }
  readonly clock: Clock
  readonly logger: Logger
}

interface Lasting<Value> {
  readonly value: Value
  readonly freshUntil: number
}

/**
 * Above this number the oldest entry is dropped first, because an attacker can make up any number
 * of keys.
 */
const maxEntries = 1000

/**
 * Looks values up and caches them; concurrent callers for a key share one call. Returns the
 * fallback instead of rejecting, except for final failures. A refusal by `mayAsk` is not cached.
 */
export function cachedLookup<Value extends object | string>(
  parts: CachedLookupOptions<Value>,
): (key: string) => Promise<Value> {
  const { fallback, lasting, clock, logger } = parts
  const known = expiringMap<Value>(clock, { maxEntries })
  const lastingKnown = expiringMap<Lasting<Value>>(clock, { maxEntries })
  const flights = new Map<string, Promise<Value>>()

  return async function lookUp(key) {
    const stale = lastingKnown.get(key)
    if (stale === undefined) return known.get(key) ?? flights.get(key) ?? begin(key)
    // A background refresh has no caller to reject. A final failure reaches the first caller that
    // has to wait.
    if (stale.freshUntil <= clock() && !flights.has(key)) begin(key).catch(() => {})
    return stale.value
  }

  function begin(key: string): Promise<Value> {
    if (!parts.mayAsk(key, flights.size)) return Promise.resolve(fallback)
    const flight = ask(key).finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }

  async function ask(key: string): Promise<Value> {
    try {
      const found = await parts.find(key)
      // The entry may have been a lasting one before this result.
      lastingKnown.delete(key)
      return keep(key, found, parts.keptMs(found))
    } catch (error) {
      if (parts.isFinal?.(error)) throw error
      const line = `the ${parts.what} of ${quote(key)} could not be looked up: ${reasonOf(error)}`
      withFields(logger, errorFields(error)).warn(line)
      return keep(key, fallback, parts.failureMs)
    }
  }

  function keep(key: string, value: Value, forMs: number): Value {
    const freshUntil = clock() + forMs
    if (lasting?.isLasting(value)) {
      lastingKnown.set(key, { value, freshUntil }, freshUntil + lasting.staleMs)
    } else if (forMs > 0) {
      known.set(key, value, freshUntil)
    }
    return value
  }
}

function reasonOf(error: unknown): string {
  const why = quote(textOfThrown(error instanceof Error ? error.message : error))
  const hint = error instanceof ScalekitError ? error.hint : undefined
  return hint === undefined ? why : `${why} | ${hint}`
}
