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

/** Answers which session a request brings, and whether it counts. */
export interface SessionReader {
  /** Remembers when a request came. */
  arrival(): Arrival
  /** Whether what other processes ended is known. */
  isFresh(): boolean
  /**
   * Who is asking.
   *
   * @param res Keeps the session from ending for lack of use. Without one, no cookie is written.
   * @param arrival When the request came. Default: now.
   * @param wasFresh Whether what other processes ended was known when the request came, and that is
   *   enough. Default: false.
   * @throws {@link ScalekitError} `store_unavailable` while the store cannot say whether a session has
   *   ended
   */
  viewOf(
    req: IncomingMessage,
    res: ServerResponse | undefined,
    arrival?: Arrival,
    wasFresh?: boolean,
  ): SessionView
  /**
   * Who is asking, once what other processes ended is known.
   *
   * @throws {@link ScalekitError} `store_unavailable`
   */
  ask(req: IncomingMessage, res: ServerResponse): Promise<SessionPrincipal | NoSession>
  /**
   * Who is asking, with authority that counts: it is renewed first where it is due.
   *
   * @throws {@link ScalekitError} `store_unavailable`
   */
  askAuthority(req: IncomingMessage, res?: ServerResponse): Promise<SessionView>
  /** What a guard waits for before it looks again; `undefined` where that would change nothing. */
  renewal(view: View): Promise<void> | undefined
  /** Whether {@link SessionReader.viewOf} would throw unless {@link SessionReader.refresh} ran first. */
  isStale(req: IncomingMessage): boolean
  /** The session that a request brings, to be watched; `undefined` where it brings none. Never throws. */
  watchedOf(req: IncomingMessage): Watched | undefined
  /** Waits for the revocations of other processes; never rejects. */
  refresh(): Promise<unknown>
  /**
   * Returns the view of this request's session by what is known now, without waiting; `undefined` if
   * it brought none.
   */
  lookAgain(req: IncomingMessage): SessionView | undefined
  /** Whether {@link SessionReader.lookAgain} finds the session ended. */
  isOver(req: IncomingMessage): boolean
  /** Whose session a request brought, also one that is over; never throws. */
  holderOf(req: IncomingMessage): Identity | undefined
  /** The browser's live session; `undefined` where there is none, or the store does not answer. */
  live(req: IncomingMessage): Promise<Identity | undefined>
}

/** Where {@link SessionReader} looks. */
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

  /** Of several requests at once, one renews the cookie: those of the others would be older. */
  function mayRenew(identity: Identity, arrival: Arrival): boolean {
    return orNot(() => isNewest(identity, arrival))
  }

  function isNewest(identity: Identity, arrival: Arrival): boolean {
    const names = [identity.sessionId]
    if (revocations.isDead(identity) || newest.isLate(names, arrival)) return false
    // Another process may have replaced the session, and the next request will know.
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
    // Known since the request came is enough, however long the event loop took to get here.
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
      if (isStale(req)) await revocations.refresh()
      const identity = storage.read(req)
      if (!identity || !revocations.isFresh()) return undefined
      return hasEnded(identity, clock()) || revocations.isDead(identity) ? undefined : identity
    },
  }
}

function unavailable(cause?: unknown): ScalekitError {
  return storeUnavailable('The session store failed', cause)
}
