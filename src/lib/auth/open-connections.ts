import type { Clock } from '../ground/clock.ts'
import { dueTimes } from '../ground/due-times.ts'
import { type Logger, quote, textOfThrown } from '../ground/log.ts'
import { keyIndex } from './connection-index.ts'
import type { Caller } from './principal.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { isSameAuthority } from './same-authority.ts'
import { SessionEndedError } from './session-ended-error.ts'
import type { Sight, Watched } from './watched.ts'

/** Gets the principal whenever what it may do has changed. */
export type ChangeListener = (principal: Caller) => void

/** One open connection, as long as it is watched. */
export interface Watch {
  /** Fires once, when the credentials are over; the reason is a {@link SessionEndedError}. */
  readonly ended: AbortSignal
  /** @returns a function that removes the listener */
  onChange(listener: ChangeListener): () => void
  /** Looks now, so that what another caller has just found is told. */
  look(): void
  /** The connection has closed: nothing is told any more. */
  release(): void
}

/**
 * Tells open connections what happens to their sessions while no request comes.
 *
 * A record that becomes known costs what it concerns: connections are found by its key. Beside that,
 * each is looked at when its session or its authority ends.
 */
export interface OpenConnections {
  /** How many are watched. */
  readonly size: number
  /** @param shown What the connection has been told so far. Default: what counts now. */
  watch(watched: Watched, shown?: Caller): Watch
  /** Ends the signals of all connections: from now on no one would tell them anything. */
  close(): void
}

/** How often the times are looked at, in milliseconds. */
const [shortestTickMs, longestTickMs] = [100, 1000]
/** At most so many connections renew their authority at once, so that requests have their turn. */
const maxRenewals = 32
/** How soon a connection is looked at again that waits for something; each time twice as long. */
const [firstRetryMs, lastRetryMs] = [1000, 30_000]
/** So much is done before the event loop has its turn. */
const [maxTurnMs, maxTurnCount] = [5, 250]

interface Entry {
  readonly watched: Watched
  readonly listeners: Set<ChangeListener>
  readonly controller: AbortController
  shown: Caller | undefined
  retryMs: number
  isRenewing: boolean
  isOver: boolean
}

export function openConnections(parts: {
  readonly revocations: RevocationsReplica
  readonly maxLagMs: number
  readonly clock: Clock
  readonly logger: Logger
}): OpenConnections {
  const { revocations, maxLagMs, clock, logger } = parts
  const tickMs = Math.min(Math.max(maxLagMs, shortestTickMs), longestTickMs)
  const entries = keyIndex<Entry>()
  const times = dueTimes<Entry>()
  /** To be looked at as soon as the event loop allows. */
  const waiting = new Set<Entry>()
  const renewable = new Set<Entry>()
  let underWay = 0
  let askedAt = Number.NEGATIVE_INFINITY
  let isPlanned = false
  let isClosed = false
  let stop: (() => void) | undefined

  function start(): void {
    const unsubscribe = revocations.onHeard(heard)
    const timer = setInterval(tick, tickMs)
    timer.unref?.()
    stop = () => {
      clearInterval(timer)
      unsubscribe()
      stop = undefined
    }
  }

  function begin(entry: Entry): void {
    if (!stop) start()
    entries.set(entry, entry.watched.keys())
    look(entry)
  }

  function heard(keys: readonly string[] | undefined): void {
    if (keys === undefined) for (const entry of entries.all()) waiting.add(entry)
    for (const key of keys ?? []) for (const entry of entries.of(key)) waiting.add(entry)
    lookSoon()
  }

  /** Without a request, no one else asks what other processes ended. */
  function tick(): void {
    const at = performance.now()
    if (at - askedAt >= maxLagMs - tickMs / 2) {
      askedAt = at
      void revocations.refresh()
    }
    for (const entry of dueNow()) waiting.add(entry)
    lookSoon()
  }

  /** A clock that fails ends nothing: requests are refused until it works. */
  function dueNow(): readonly Entry[] {
    try {
      return times.take(clock())
    } catch {
      return []
    }
  }

  function lookSoon(): void {
    if (waiting.size === 0 || isPlanned) return
    isPlanned = true
    setImmediate(lookAtAll)
  }

  function lookAtAll(): void {
    isPlanned = false
    const begunAt = performance.now()
    let count = 0
    for (const entry of waiting) {
      waiting.delete(entry)
      look(entry)
      count += 1
      if (count >= maxTurnCount || performance.now() - begunAt > maxTurnMs) break
    }
    lookSoon()
  }

  function look(entry: Entry, mayRenew = true): void {
    if (entry.isOver) return
    let sight: Sight
    try {
      sight = entry.watched.look()
    } catch {
      waiting.delete(entry)
      times.set(entry, Number.NEGATIVE_INFINITY)
      return
    }
    const { principal, due, isUnknown } = sight.view
    if (principal.status === 'signed-out') {
      end(entry, principal.reason)
      return
    }
    plan(entry, sight)
    // What is unknown while a source is away is no change: it may turn out to be as it was.
    if (!isUnknown) tellChange(entry, principal)
    if (!due || !mayRenew || entry.isRenewing) return
    renewable.add(entry)
    renewNext()
  }

  function plan(entry: Entry, { until, isSettled }: Sight): void {
    times.set(entry, isSettled ? until : Math.min(until, clock() + entry.retryMs))
    entry.retryMs = isSettled ? firstRetryMs : Math.min(entry.retryMs * 2, lastRetryMs)
  }

  function tellChange(entry: Entry, principal: Caller): void {
    const { shown = principal } = entry
    entry.shown = principal
    if (isSameAuthority(shown, principal)) return
    entries.set(entry, entry.watched.keys())
    for (const listener of entry.listeners) {
      try {
        listener(principal)
      } catch (error) {
        logger.error(`A listener of onChange() threw: ${quote(textOfThrown(error))}`)
      }
    }
  }

  function renewNext(): void {
    for (const entry of renewable) {
      if (underWay >= maxRenewals) return
      renewable.delete(entry)
      underWay += 1
      void renew(entry).finally(() => {
        underWay -= 1
        renewNext()
      })
    }
  }

  async function renew(entry: Entry): Promise<void> {
    entry.isRenewing = true
    await entry.watched.renew().catch(() => {})
    entry.isRenewing = false
    look(entry, false)
  }

  function release(entry: Entry): void {
    entry.isOver = true
    entry.listeners.clear()
    entries.delete(entry)
    times.delete(entry)
    waiting.delete(entry)
    renewable.delete(entry)
    if (entries.size === 0) stop?.()
  }

  function end(entry: Entry, reason: SessionEndedError['reason']): void {
    release(entry)
    entry.controller.abort(new SessionEndedError(reason))
  }

  return {
    get size() {
      return entries.size
    },
    watch(watched, shown) {
      const controller = new AbortController()
      const listeners = new Set<ChangeListener>()
      const state = { retryMs: firstRetryMs, isRenewing: false, isOver: false }
      const entry: Entry = { watched, listeners, controller, shown, ...state }
      if (isClosed) end(entry, 'closed')
      else begin(entry)
      return {
        ended: controller.signal,
        onChange(listener) {
          if (!entry.isOver) listeners.add(listener)
          return () => void listeners.delete(listener)
        },
        look: () => look(entry),
        release: () => release(entry),
      }
    },
    close() {
      isClosed = true
      for (const entry of [...entries.all()]) end(entry, 'closed')
      stop?.()
    },
  }
}
