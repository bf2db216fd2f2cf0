import type { Clock } from '../ground/clock.ts'
import { dueTimes } from '../ground/due-times.ts'
import { callUnawaited } from '../ground/hooks.ts'
import { type Logger, quote, textOfThrown } from '../ground/log.ts'
import { keyIndex } from './connection-index.ts'
import type { Caller } from './principal.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { isSameAuthority } from './same-authority.ts'
import { SessionEndedError } from './session-ended-error.ts'
import type { Sight, Watched } from './watched.ts'

/** Receives the principal whenever its authority has changed. */
export type ChangeListener = (principal: Caller) => void

/** One open connection while it is watched. */
export interface Watch {
  /** Fires once when the credentials end. The reason is a {@link SessionEndedError}. */
  readonly ended: AbortSignal
  /**
   * Adds a listener. It also learns, soon, of a change before it was added, unless another one has
   * been told. What it throws or rejects with is logged.
   *
   * @returns a function that removes the listener
   */
  onChange(listener: ChangeListener): () => void
  /**
   * Checks the credentials now. After `Watched.ask()` found a change, the listeners then learn of
   * it at once.
   */
  look(): void
  /** Stops watching, after the connection has closed. */
  release(): void
}

/**
 * Informs open connections of the end of their sessions and of changes, without a request.
 *
 * When a revocation or change is recorded, only the connections that it concerns are checked: they
 * are found by its key. In addition, each connection is checked when its session or authority
 * expires.
 */
export interface OpenConnections {
  /** The number of watched connections. */
  readonly size: number
  /**
   * Watches the credentials of a connection.
   *
   * @param shown The principal that the application was given last. Listeners are called when the
   *   authority differs from it. Default: the current one.
   */
  watch(watched: Watched, shown?: Caller): Watch
  /**
   * Ends all connections with the reason `closed`, because nothing checks their credentials any
   * more.
   */
  close(): void
}

/**
 * The shortest and the longest interval between two checks of the expiry times, in milliseconds.
 */
const [shortestTickMs, longestTickMs] = [100, 1000]
/**
 * The largest number of connections that renew their authority at once, so that requests can renew
 * as well.
 */
const maxRenewals = 32
/**
 * The first and the longest wait before a connection is checked again whose view is not settled,
 * e.g. because its renewal is pending, in milliseconds. Each wait is twice as long as the one
 * before.
 */
const [firstRetryMs, lastRetryMs] = [1000, 30_000]
/**
 * The limits of the checks in one turn of the event loop: their duration in milliseconds, and the
 * number of connections.
 */
const [maxTurnMs, maxTurnCount] = [5, 250]

interface Entry {
  readonly watched: Watched
  readonly listeners: Set<ChangeListener>
  readonly controller: AbortController
  /** The principal that the application was given last. */
  shown: Caller | undefined
  /** The principal whose keys find the entry. Absent before the first settled check. */
  indexed: Caller | undefined
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
  /** Connections to check as soon as the event loop allows. */
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
    if (keys === undefined) for (const entry of entries.all()) mark(entry)
    for (const key of keys ?? []) for (const entry of entries.of(key)) mark(entry)
    lookSoon()
  }

  function mark(entry: Entry): void {
    waiting.add(entry)
    entry.retryMs = firstRetryMs
  }

  /**
   * Reads the revocations of other processes: without requests, nothing else does. Then queues the
   * connections whose check is due.
   */
  function tick(): void {
    const at = performance.now()
    if (at - askedAt >= maxLagMs - tickMs / 2) {
      askedAt = at
      void revocations.refresh()
    }
    for (const entry of dueNow()) waiting.add(entry)
    lookSoon()
  }

  /**
   * Returns the entries whose check is due. While the application's clock fails, it returns none:
   * connections stay open, and only requests are refused.
   */
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
    const { principal, isUnknown } = sight.view
    if (principal.status === 'signed-out') {
      end(entry, principal.reason)
      return
    }
    plan(entry, sight)
    // Authority that is unknown or stale, e.g. during an outage, is not reported as a change: it may
    // turn out unchanged.
    if (!isUnknown && !isStale(principal)) tellChange(entry, principal)
    if (!sight.isDue || !mayRenew || entry.isRenewing) return
    renewable.add(entry)
    renewNext()
  }

  function plan(entry: Entry, { until, isSettled }: Sight): void {
    times.set(entry, isSettled ? until : Math.min(until, clock() + entry.retryMs))
    entry.retryMs = isSettled ? firstRetryMs : Math.min(entry.retryMs * 2, lastRetryMs)
  }

  function tellChange(entry: Entry, principal: Caller): void {
    index(entry, principal)
    entry.shown ??= principal
    // Without a listener, the change is kept for the first one.
    if (entry.listeners.size === 0 || isSameAuthority(entry.shown, principal)) return
    entry.shown = principal
    for (const listener of entry.listeners) {
      callUnawaited(
        () => listener(principal),
        (error) => logger.error(`A listener of onChange() failed: ${quote(textOfThrown(error))}`),
      )
    }
  }

  function index(entry: Entry, principal: Caller): void {
    const { indexed } = entry
    entry.indexed = principal
    if (indexed === undefined || !isSameAuthority(indexed, principal)) {
      entries.set(entry, entry.watched.keys())
    }
  }

  /** Also tells the listener of a change that came before it. */
  function addListener(entry: Entry, listener: ChangeListener): void {
    entry.listeners.add(listener)
    waiting.add(entry)
    lookSoon()
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
      const entry: Entry = { watched, listeners, controller, shown, indexed: undefined, ...state }
      if (isClosed) end(entry, 'closed')
      else begin(entry)
      return {
        ended: controller.signal,
        onChange(listener) {
          if (!entry.isOver) addListener(entry, listener)
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

/** Whether no source could confirm the authority. That of a machine does not change. */
function isStale(principal: Caller): boolean {
  return principal.status === 'signed-in' && principal.isStale
}
