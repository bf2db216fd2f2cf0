import type { IncomingMessage } from 'node:http'
import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'

/** Maximum duration of a request for which newer cookies are remembered, in milliseconds. */
const rememberedMs = 3_600_000
/** Maximum number of browsers that are remembered. The oldest is dropped first. */
const maxRemembered = 20_000

/** The arrival of a request, which decides whether its response may set the session cookie. */
export interface Arrival {
  /** The number of newer cookies that this process had sent at that time. */
  readonly count: number
  /** From `performance.now()`; 0 if no other process can have sent a cookie. */
  readonly at: number
}

/**
 * Tells whether the cookie of a response is still the newest one of its browser. A response that
 * began before a sign-in, a renewal or a sign-out would otherwise restore the older cookie.
 */
export interface NewestCookies {
  arrival(): Arrival
  /** Records that a response sends a newer cookie to the browser with these names. */
  sent(names: readonly string[]): void
  /** Like `sent`, for the cookie of a new session. */
  began(names: readonly string[]): void
  /** Whether a newer cookie was sent for one of these names since the request arrived. */
  isLate(names: readonly string[], arrival: Arrival): boolean
  /** Like `isLate`, for new sessions only: a late sign-out must not end those. */
  isReplaced(names: readonly string[], arrival: Arrival): boolean
  /**
   * Whether another process may have sent a newer cookie since then without the knowledge of this
   * one.
   */
  hasOutlasted(arrival: Arrival): boolean
  /**
   * Records that the request itself begins or ends a session. Its response then decides about the
   * cookie.
   */
  act(req: IncomingMessage, act: SessionAct): void
  actOf(req: IncomingMessage): SessionAct | undefined
}

/** The effect of a request on the session of its browser. */
export type SessionAct = 'begins' | 'ends'

/**
 * @param parts `maxLagMs` The maximum delay until this process knows the changes of other
 *   processes, in milliseconds. `undefined` if there are no others.
 */
export function newestCookies(parts: {
  readonly clock: Clock
  readonly maxLagMs: number | undefined
}): NewestCookies {
  const { clock, maxLagMs } = parts
  const countOf = expiringMap<number>(clock, { maxEntries: maxRemembered })
  const begunCountOf = expiringMap<number>(clock, { maxEntries: maxRemembered })
  const acts = new WeakMap<IncomingMessage, SessionAct>()
  // All requests between two cookies share this object, because most requests never need it.
  let latest: Arrival = { count: 0, at: 0 }

  function sent(names: readonly string[]): void {
    latest = { count: latest.count + 1, at: 0 }
    for (const name of names) countOf.set(name, latest.count, clock() + rememberedMs)
  }

  return {
    arrival: () =>
      maxLagMs === undefined ? latest : { count: latest.count, at: performance.now() },
    sent,
    began(names) {
      sent(names)
      for (const name of names) begunCountOf.set(name, latest.count, clock() + rememberedMs)
    },
    isLate: (names, { count }) => names.some((name) => (countOf.get(name) ?? 0) > count),
    isReplaced: (names, { count }) => names.some((name) => (begunCountOf.get(name) ?? 0) > count),
    hasOutlasted: ({ at }) => maxLagMs !== undefined && performance.now() - at > maxLagMs,
    act: (req, act) => void acts.set(req, act),
    actOf: (req) => acts.get(req),
  }
}
