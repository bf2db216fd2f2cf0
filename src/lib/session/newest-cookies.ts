import type { IncomingMessage } from 'node:http'
import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'

/** How long a request may take and still be told that a newer cookie was sent meanwhile. */
const rememberedMs = 3_600_000
/** At most this many browsers are remembered; the oldest go first. */
const maxRemembered = 20_000

/** When a request came, as far as it matters for the session cookie of its response. */
export interface Arrival {
  /** How many newer cookies this process had sent by then. */
  readonly count: number
  /** By `performance.now()`; 0 where no other process can have sent one. */
  readonly at: number
}

/**
 * Tells whether the cookie that a response brings is still the newest of its browser. A response that
 * was begun before a sign-in, a renewal or a sign-out would otherwise bring back the cookie from before.
 */
export interface NewestCookies {
  arrival(): Arrival
  /** A response with a newer cookie is sent to the browser that these names belong to. */
  sent(names: readonly string[]): void
  /** The same where the cookie is of a session that has just begun. */
  began(names: readonly string[]): void
  /** Whether a newer cookie was sent for one of these names since the request came. */
  isLate(names: readonly string[], arrival: Arrival): boolean
  /** The same of sessions that have begun since: a sign-out that is late must not end those. */
  isReplaced(names: readonly string[], arrival: Arrival): boolean
  /** Whether another process may have sent a newer cookie since then, without this one knowing. */
  hasOutlasted(arrival: Arrival): boolean
  /** The request itself begins or ends a session, so its response decides about the cookie. */
  act(req: IncomingMessage, act: SessionAct): void
  actOf(req: IncomingMessage): SessionAct | undefined
}

/** What a request does to the session of its browser. */
export type SessionAct = 'begins' | 'ends'

/**
 * @param parts `maxLagMs` How long it takes until this process knows what others did, in milliseconds;
 *   nothing where there are no others.
 */
export function newestCookies(parts: {
  readonly clock: Clock
  readonly maxLagMs: number | undefined
}): NewestCookies {
  const { clock, maxLagMs } = parts
  const countOf = expiringMap<number>(clock, { maxEntries: maxRemembered })
  const begunCountOf = expiringMap<number>(clock, { maxEntries: maxRemembered })
  const acts = new WeakMap<IncomingMessage, SessionAct>()
  // One object for all requests between two cookies: most requests never need it.
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
