import type { Clock } from './clock.ts'
import { errorFields } from './error-fields.ts'
import { ScalekitError } from './errors.ts'
import { expiringMap } from './expiring-map.ts'
import { type Logger, quote, textOfThrown, withFields } from './log.ts'

/** What is looked up, and how often that is worth it. */
export interface CachedLookupOptions<Value> {
  /** What a line in the log calls it, e.g. `name`. */
  readonly what: string
  find(key: string): Promise<Value>
  /** How long an answer is kept, in milliseconds. */
  keptMs(value: Value): number
  /** Answered where `find` fails, and where it may not be asked. */
  readonly fallback: Value
  /**
   * Whether a failure would also fail what comes after the look-up: then that rejects, and no line
   * is logged. Default: no failure is.
   */
  isFinal?(error: unknown): boolean
  /** How long a failure is kept, in milliseconds; with 0 the next one asks again. */
  readonly failureMs: number
  /**
   * Whether one more may be asked for now.
   *
   * @param flights How many are being asked for.
   */
  mayAsk(key: string, flights: number): boolean
  /**
   * Answers that strangers' keys must not displace: they are kept apart from the others, and after
   * their time they still serve, while a newer one is asked for, where none may be, and where that
   * fails. Default: there are none.
   */
  readonly lasting?: {
    isLasting(value: Value): boolean
    /** How long after their time, in milliseconds. */
    readonly staleMs: number
  }
  readonly clock: Clock
  readonly logger: Logger
}

interface Lasting<Value> {
  readonly value: Value
  readonly freshUntil: number
}

/** Above it the oldest is forgotten first: anybody may make up keys. */
const maxEntries = 1000

/**
 * Looks things up once for all who wait, and keeps what was found. Except for final failures, it
 * answers the fallback rather than reject. What may not be asked is not kept.
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
    // A final failure is told to the first who has to wait.
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
      // It may have been one that lasts, and is no more.
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
