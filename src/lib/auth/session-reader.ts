import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../ground/clock.ts'
import type { ScalekitError } from '../ground/errors.ts'
import { orNot } from '../ground/response-head.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { Identity } from '../ground/types.ts'
import type { Arrival, NewestCookies } from '../session/newest-cookies.ts'
import { hasEnded, type SessionStorage } from '../session/session-storage.ts'
import type { AuthorityRenewal } from './authority-renewal.ts'
import type { FoundEnds } from './found-ends.ts'
import type { NoSession, SessionPrincipal } from './principal.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { outside, type SessionView, type View, type Views } from './views.ts'
import type { Watched } from './watched.ts'
import type { WatchSession } from './watched-session.ts'

/** Reads the session of a request, and decides whether it is valid. */
export interface SessionReader {
  /** Notes when a request arrived. */
  arrival(): Arrival
  /** Whether the revocations of other processes are known. */
  isFresh(): boolean
  /**
   * Returns the view of the request's session.
   *
   * @param res The response that extends the session's idle time, e.g. by a renewed cookie. Without
   *   it, no cookie is written.
   * @param arrival When the request arrived. Default: now.
   * @param wasFresh Whether the revocations of other processes were known on arrival; later ones
   *   are then not waited for. Default: `false`.
   * @throws {@link ScalekitError} `store_unavailable` while the store cannot tell whether a session
   *   has ended
   */
  viewOf(
    req: IncomingMessage,
    res: ServerResponse | undefined,
    arrival?: Arrival,
    wasFresh?: boolean,
  ): SessionView
  /**
   * Returns the principal of the request's session, after the revocations of other processes are
   * known.
   *
   * @throws {@link ScalekitError} `store_unavailable`
   */
  ask(req: IncomingMessage, res: ServerResponse): Promise<SessionPrincipal | NoSession>
  /**
   * Returns the view with current authority, which is renewed first if it is due.
   *
   * @throws {@link ScalekitError} `store_unavailable`
   */
  askAuthority(req: IncomingMessage, res?: ServerResponse): Promise<SessionView>
  /**
   * Returns the renewal for which a guard waits before it checks again, or `undefined` if it need
   * not wait.
   */
  renewal(view: View): Promise<void> | undefined
  /**
   * Whether {@link SessionReader.viewOf} would throw without a prior {@link SessionReader.refresh}.
   */
  isStale(req: IncomingMessage): boolean
  /**
   * Returns the request's session for a connection to watch, or `undefined` if it has none. Never
   * throws.
   */
  watchedOf(req: IncomingMessage): Watched | undefined
  /**
   * Waits for the revocations of other processes. Never rejects.
   *
   * @returns whether the request may rely on them, however long the response took
   */
  refresh(): Promise<boolean>
  /**
   * Returns the current view of the request's session without waiting, or `undefined` if it has
   * none.
   */
  lookAgain(req: IncomingMessage): SessionView | undefined
  /** Whether {@link SessionReader.lookAgain} finds the session ended. */
  isOver(req: IncomingMessage): boolean
  /** Returns the identity of the request's session, even if it has ended. Never throws. */
  holderOf(req: IncomingMessage): Identity | undefined
  /**
   * Returns the browser's live session. `undefined` if there is none, or if the store does not
   * respond.
   */
  live(req: IncomingMessage): Promise<Identity | undefined>
}

/** The dependencies of {@link SessionReader}. */
export interface SessionReaderParts {
  readonly storage: SessionStorage
  readonly revocations: RevocationsReplica
  readonly newest: NewestCookies
  readonly views: Views
  readonly renewal: AuthorityRenewal
  readonly ends: FoundEnds
  readonly watchSession: WatchSession
  readonly clock: Clock
}

export function sessionReader(parts: SessionReaderParts): SessionReader {
  const { storage, revocations, newest, views, renewal, ends, watchSession, clock } = parts

  /**
   * Whether this request may renew the cookie. One of several concurrent requests does so; the
   * cookies of the others would be older.
   */
  function mayRenew(identity: Identity, arrival: Arrival): boolean {
    return orNot(() => isNewest(identity, arrival))
  }

  function isNewest(identity: Identity, arrival: Arrival): boolean {
    const names = [identity.sessionId]
    if (revocations.isDead(identity) || newest.isLate(names, arrival)) return false
    // Another process may have replaced the session. A later request finds out.
    if (newest.hasOutlasted(arrival)) return false
    newest.sent(names)
    return true
  }

  function isStale(req: IncomingMessage): boolean {
    return !revocations.isFresh() && storage.holds(req)
  }

  function viewOf(
    req: IncomingMessage,
    res: ServerResponse | undefined,
    arrival: Arrival = newest.arrival(),
    wasFresh: boolean = false,
  ): SessionView {
    const identity = storage.read(req)
    if (!identity) return outside['no-session']
    const now = clock()
    if (hasEnded(identity, now)) return ends.expired(req, identity)
    if (!wasFresh && !revocations.isFresh()) throw unavailable(revocations.failure())
    if (revocations.isDead(identity)) return ends.found(req, identity, views.ofDead(identity), true)
    if (res) storage.touch(req, res, identity, arrival, mayRenew)
    const view = views.ofLive(identity, now)
    return view.principal.status === 'signed-in' ? view : ends.found(req, identity, view, false)
  }

  async function askForView(req: IncomingMessage, res?: ServerResponse): Promise<SessionView> {
    const arrival = newest.arrival()
    // Revocations known since the arrival suffice, however long the event loop took.
    const isKnown = isStale(req) && (await revocations.refresh())
    return viewOf(req, res, arrival, isKnown)
  }

  function holderOf(req: IncomingMessage): Identity | undefined {
    try {
      return storage.holds(req) ? storage.read(req) : undefined
    } catch {
      return undefined
    }
  }

  function lookAgain(req: IncomingMessage): SessionView | undefined {
    const identity = storage.holds(req) ? storage.read(req) : undefined
    if (identity === undefined) return undefined
    return revocations.isDead(identity) ? views.ofDead(identity) : views.ofLive(identity, clock())
  }

  function renewalOf({ due }: View): Promise<void> | undefined {
    return due && renewal.awaited(due)
  }

  return {
    arrival: newest.arrival,
    isFresh: revocations.isFresh,
    viewOf,
    ask: async (req, res) => (await askForView(req, res)).principal,
    async askAuthority(req, res) {
      const view = await askForView(req, res)
      const work = renewalOf(view)
      if (!work) return view
      await work
      return askForView(req, res)
    },
    renewal: renewalOf,
    isStale,
    refresh: () => revocations.refresh(),
    holderOf,
    watchedOf(req) {
      const identity = holderOf(req)
      if (!identity) return undefined
      const { absoluteExpiresAt } = identity
      return watchSession(identity, Math.min(absoluteExpiresAt, storage.idleEndOf(req, identity)))
    },
    lookAgain,
    isOver: (req) => lookAgain(req)?.principal.status === 'signed-out',
    async live(req) {
      const isKnown = !isStale(req) || (await revocations.refresh())
      const identity = storage.read(req)
      if (!identity || !isKnown) return undefined
      return hasEnded(identity, clock()) || revocations.isDead(identity) ? undefined : identity
    },
  }
}

function unavailable(cause?: unknown): ScalekitError {
  return storeUnavailable('The session store failed', cause)
}
