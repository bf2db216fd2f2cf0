import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import { orNot } from '../ground/response-head.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { Authority, Identity, Tokens } from '../ground/types.ts'
import type { Arrival, NewestCookies } from '../session/newest-cookies.ts'
import { hasEnded, type SessionStorage } from '../session/session-storage.ts'
import type { Aliases } from '../state/store.ts'
import { aliasesOf } from './aliases.ts'
import type { AuthorityRenewal } from './authority-renewal.ts'
import type { Principal, SignedOut } from './principal.ts'
import { endKey, sessionRevocation } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import type { TellEnd } from './session-ends.ts'
import type { TokenVault } from './token-vault.ts'
import { outside, type View, type Views } from './views.ts'

/** The life of sessions: begun at sign-in, asked about on requests, ended for good. */
export interface Sessions {
  /** Remembers when a request came. */
  arrival(): Arrival
  /** Whether what other processes ended is known. */
  isFresh(): boolean
  /**
   * Who is asking.
   *
   * @param arrival When the request came. Default: now.
   * @param wasFresh Whether what other processes ended was known when the request came, and that is
   *   enough. Default: false.
   * @throws {@link ScalekitError} `store_unavailable` while the store cannot say whether a session has
   *   ended
   */
  viewOf(req: IncomingMessage, res: ServerResponse, arrival?: Arrival, wasFresh?: boolean): View
  /**
   * Who is asking, once what other processes ended is known.
   *
   * @throws {@link ScalekitError} `store_unavailable`
   */
  ask(req: IncomingMessage, res: ServerResponse): Promise<Principal>
  /**
   * The same with authority that counts, renewed where it is due.
   *
   * @throws {@link ScalekitError} `store_unavailable`
   */
  askAuthority(req: IncomingMessage, res: ServerResponse): Promise<View>
  /** What a guard waits for before it looks again; `undefined` where that would change nothing. */
  renewal(view: View): Promise<void> | undefined
  /** Whether {@link Sessions.viewOf} would have to throw without {@link Sessions.refresh}. */
  isStale(req: IncomingMessage): boolean
  /** Waits for the revocations of other processes; never rejects. */
  refresh(): Promise<unknown>
  /** Whether the session of this request was ended since it came; never throws. */
  isOver(req: IncomingMessage): boolean
  /** Whose session a request brought, also one that is over; never throws. */
  holderOf(req: IncomingMessage): Identity | undefined
  /** What the browser's live session holds; `undefined`, too, while nobody can tell whether it is. */
  live(req: IncomingMessage): Promise<Identity | undefined>
  begin(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
    tokens: Tokens,
  ): Promise<void>
  /**
   * Ends the session that a request brought, if any, and answers the tokens it had. The cookie of one
   * that the browser has got since stays.
   *
   * @param arrival When the request came. Default: now.
   * @throws {@link LoginError} `sign_out_incomplete` where the store does not answer. The browser has
   *   then forgotten the session, and a copy of its cookie goes on
   */
  end(req: IncomingMessage, res: ServerResponse, arrival?: Arrival): Promise<Tokens | undefined>
}

export function liveSessions(parts: {
  readonly storage: SessionStorage
  readonly revocations: RevocationsReplica
  readonly vault: TokenVault
  readonly aliases: Aliases
  readonly newest: NewestCookies
  readonly views: Views
  readonly renewal: AuthorityRenewal
  /** What a session that begins holds. */
  readonly authorityOf: (identity: Identity) => Authority
  /** Whether tokens are sealed by a key whose half only the cookie has, where there is such a cookie. */
  readonly hasTokenKeys: boolean
  readonly tellEnd: TellEnd
  readonly clock: Clock
}): Sessions {
  const { storage, revocations, vault, aliases, newest, views, renewal, tellEnd, clock } = parts

  /** Writes the revocation first: from then on every copy of the session is over. */
  async function finish(identity: Identity): Promise<Tokens | undefined> {
    await revocations.write([sessionRevocation(identity, clock())])
    renewal.forget(identity)
    return takeTokens(identity).catch(() => undefined)
  }

  /** Whoever cannot have them goes without: the session is over, and they end by themselves. */
  async function takeTokens(identity: Identity): Promise<Tokens | undefined> {
    const kept = await vault.get(identity)
    await vault.remove(identity)
    return kept?.tokens
  }

  /** Only once nothing else is known to be in the way, which would sign somebody out for nothing. */
  async function replace(
    req: IncomingMessage,
    res: ServerResponse,
    identity: Identity,
  ): Promise<void> {
    storage.assertFits(req, identity)
    // Before there is a session that a removal has to find.
    await aliases.add(aliasesOf(identity))
    const previous = storage.read(req)
    const isSame = previous !== undefined && isSamePerson(previous, identity)
    const goesOn = isSame && !revocations.isDead(previous)
    const wasLive = previous !== undefined && isLive(previous)
    if (previous) await finish(previous)
    await storage.write(req, res, identity, goesOn)
    if (wasLive) tellEnd(req, previous, 'replaced')
    newest.act(req, 'begins')
    if (previous) newest.began([previous.sessionId])
  }

  /** Of several requests that could, one renews: the others' cookies would be older. */
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

  /** Whatever the store forgets from now on, this session is of before. */
  async function inEpoch(identity: Identity): Promise<Identity> {
    // An answer that took longer than the lag allows is good enough: an older epoch lets nobody in.
    const isKnown = revocations.isFresh() || (await revocations.refresh())
    const epoch = isKnown ? revocations.epoch() : undefined
    if (!epoch) throw unavailable(revocations.failure())
    return deepFreeze({ ...identity, epoch: epoch.id, signedInAt: clock() })
  }

  /** Only a cookie gets it: kept in a store, it would open what another store keeps. */
  function withTokenKey(req: IncomingMessage, identity: Identity): Identity {
    const isWanted = parts.hasTokenKeys && storage.isInBrowser(req)
    return isWanted ? { ...identity, tokenKey: randomText(128) } : identity
  }

  function isLive(identity: Identity): boolean {
    return !hasEnded(identity, clock()) && !revocations.isDead(identity)
  }

  /** A session whose end is recorded was told of by the process that recorded it. */
  function tellExpired(req: IncomingMessage, identity: Identity): View {
    if (!revocations.isDead(identity)) tellEnd(req, identity, 'expired')
    return outside.expired
  }

  /** An end that no caller of the kit asked for is found by the request that brings the session. */
  function tellFound(req: IncomingMessage, identity: Identity, view: View, isDead: boolean): View {
    const { status, reason } = view.principal as Partial<SignedOut>
    if (status !== 'signed-out' || reason === undefined || reason === 'no-session') return view
    if (reason !== 'revoked') tellEnd(req, identity, reason)
    else if (revocations.known.get(endKey(identity, 'denied'))) tellEnd(req, identity, 'denied')
    else if (!isDead) tellEnd(req, identity, 'changed')
    return view
  }

  function isStale(req: IncomingMessage): boolean {
    return !revocations.isFresh() && storage.holds(req)
  }

  function viewOf(
    req: IncomingMessage,
    res: ServerResponse,
    arrival: Arrival = newest.arrival(),
    wasFresh: boolean = false,
  ): View {
    const identity = storage.read(req)
    if (!identity) return outside['no-session']
    const now = clock()
    if (hasEnded(identity, now)) return tellExpired(req, identity)
    if (!wasFresh && !revocations.isFresh()) throw unavailable(revocations.failure())
    if (revocations.isDead(identity)) return tellFound(req, identity, views.ofDead(identity), true)
    storage.touch(req, res, identity, arrival, mayRenew)
    const view = views.ofLive(identity, now)
    return view.principal.status === 'signed-in' ? view : tellFound(req, identity, view, false)
  }

  async function askForView(req: IncomingMessage, res: ServerResponse): Promise<View> {
    const arrival = newest.arrival()
    if (isStale(req)) await revocations.refresh()
    return viewOf(req, res, arrival)
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
    holderOf(req) {
      try {
        return storage.holds(req) ? storage.read(req) : undefined
      } catch {
        return undefined
      }
    },
    isOver(req) {
      const identity = storage.holds(req) ? storage.read(req) : undefined
      return identity !== undefined && revocations.isDead(identity)
    },
    async live(req) {
      if (isStale(req)) await revocations.refresh()
      const identity = storage.read(req)
      if (!identity || !revocations.isFresh()) return undefined
      return hasEnded(identity, clock()) || revocations.isDead(identity) ? undefined : identity
    },
    begin: (req, res, verified, tokens) =>
      orUnavailable(async () => {
        const identity = await inEpoch(withTokenKey(req, verified))
        const authority = identity.authority && parts.authorityOf(identity)
        await vault.put(identity, { tokens, ...(authority ? { authority } : {}) })
        await replace(req, res, identity).catch(async (error: unknown) => {
          await vault.remove(identity)
          throw error
        })
      }),
    end: (req, res, arrival = newest.arrival()) =>
      orUnavailable(async () => {
        const identity = storage.read(req)
        const names = identity ? [identity.sessionId] : []
        const wasLive = identity !== undefined && isLive(identity)
        const finished = identity && (await settled(finish(identity)))
        if (wasLive && finished?.status === 'fulfilled') tellEnd(req, identity, 'sign-out')
        // The user wants to be out: where no end can be recorded, the browser at least forgets it.
        await storage.clear(req, res, () => newest.isReplaced(names, arrival))
        newest.act(req, 'ends')
        if (finished?.status === 'rejected') throw incomplete(finished.reason)
        return finished?.value
      }),
  }
}

/** What was kept for a person in one organization is not theirs in another. */
function isSamePerson(one: Identity, other: Identity): boolean {
  return (
    one.iss === other.iss && one.sub === other.sub && one.organizationId === other.organizationId
  )
}

async function orUnavailable<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ScalekitError ? error : unavailable(error)
  }
}

async function settled<Value>(work: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  const [outcome] = await Promise.allSettled([work])
  return outcome
}

function incomplete(cause: unknown): LoginError {
  const message =
    'The cookie was cleared, but the end of the session could not be written to the store'
  const hint =
    'A copy of the cookie works until the session expires. Once the store answers, `auth.revoke({ userId })` ends it.'
  return new LoginError('sign_out_incomplete', message, { cause, hint })
}

function unavailable(cause?: unknown): ScalekitError {
  return storeUnavailable('The session store failed', cause)
}
