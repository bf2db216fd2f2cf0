import { authorizationUnavailable } from '../ground/authorization-unavailable.ts'
import type { Clock } from '../ground/clock.ts'
import { deepFreeze } from '../ground/freeze.ts'
import { type Logger, quote, textOfThrown, withFields } from '../ground/log.ts'
import type { Authority, Identity } from '../ground/types.ts'
import { deadlineIn } from '../management/deadline.ts'
import { slots } from '../management/slots.ts'
import { type Audit, holderOf } from './audit.ts'
import { withAnswer, withFixed, withoutAnswer } from './authority.ts'
import type { AuthorityBook } from './authority-book.ts'
import { type AuthorityCopy, type AuthorityEnd, isJustReceived } from './authority-copies.ts'
import { noChanges } from './changes.ts'
import type { EndByRenewal } from './end-by-renewal.ts'
import type { AuthoritySource } from './events.ts'
import { isBefore } from './judge-authority.ts'
import { quietAfterFailureMs, type RenewTokens } from './renewal.ts'
import {
  afterFailure,
  againAt,
  covers,
  type Failure,
  hasVanished,
  isStanding,
  newestKnown,
  reasonOf,
  receivedAt,
  type Turn,
  tokenIn,
  type Wish,
} from './renewal-turn.ts'
import { type AuthorizationResolve, askApplication } from './resolve.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import type { Kept, TokenVault } from './token-vault.ts'

/**
 * The largest number of sessions that are renewed at once. A change of a role can affect more; the
 * others wait for their turn.
 */
const maxAtOnce = 64
/** The longest time that a session waits for its renewal, in milliseconds. */
const maxWaitMs = 10_000
/** The largest number of attempts in a row while changes keep coming. */
const maxInARow = 3

/**
 * Renews authority with the session's refresh token, with `authorization.resolve`, or with both.
 */
export interface AuthorityRenewal {
  /**
   * Renews the authority of a session. Never rejects: the book has the result. Concurrent callers
   * share one attempt.
   */
  renew(identity: Identity): Promise<void>
  /**
   * Renews the access token if it expires within `minTtlMs` milliseconds, without calling
   * `authorization.resolve`. Tokens that this process has just received are not renewed again.
   * Never rejects. Joins a running attempt only if that one does as much.
   */
  renewToken(identity: Identity, minTtlMs: number): Promise<void>
  /**
   * Begins or joins a renewal, and returns it if a guard has to wait for it. After a failed
   * attempt, returns `undefined`: the next attempt runs in the background.
   */
  awaited(identity: Identity): Promise<void> | undefined
  /**
   * Drops this process's copy of the authority and tokens of a session that has ended. The store's
   * tokens are not removed here.
   */
  forget(identity: Identity): void
}

/** The tokens of an attempt. */
interface Found extends Pick<AuthorityCopy, 'kept' | 'hasNoToken'> {
  /** Whether this process received them. */
  readonly isReceived: boolean
}

export function authorityRenewal(parts: {
  readonly book: AuthorityBook
  readonly renewTokens: RenewTokens
  readonly vault: Pick<TokenVault, 'get'>
  /** Ends a session that cannot be renewed, in all processes. */
  readonly end: EndByRenewal
  readonly audit: Audit
  /** The option `authorization`. */
  readonly authorization: {
    readonly resolve: AuthorizationResolve | undefined
    readonly maxAgeSeconds: number
  }
  readonly claimNames: readonly string[]
  readonly revocations: RevocationsReplica
  readonly clock: Clock
  readonly logger: Logger
}): AuthorityRenewal {
  const { book, renewTokens, vault, authorization, claimNames, revocations, clock, logger } = parts
  const { resolve, maxAgeSeconds } = authorization
  const { copies } = book
  const places = slots(maxAtOnce)
  const underWay = new Map<string, { readonly wish: Wish; readonly work: Promise<void> }>()
  let isOutage = false

  function renew(identity: Identity, wish: Wish = { minTtlMs: 0, isTokenOnly: false }) {
    const { sessionId } = identity
    const known = underWay.get(sessionId)
    if (known && covers(known.wish, wish)) return known.work
    const begin = () => renewSinceChanges(identity, wish)
    const work = (known ? known.work.then(begin) : begin()).finally(() => {
      if (underWay.get(sessionId) === entry) underWay.delete(sessionId)
    })
    const entry = { wish, work }
    underWay.set(sessionId, entry)
    return work
  }

  /**
   * Repeats an attempt during which a change became known: its answer may be older. All callers
   * that joined meanwhile wait for the last attempt.
   */
  async function renewSinceChanges(identity: Identity, wish: Wish): Promise<void> {
    for (let count = 0; count < maxInARow; count += 1) {
      await attempt(identity, wish)
      const known = book.known(identity)
      const isAnswered = typeof known === 'string' || known.standing !== 'unknown' || !known.isDue
      if (wish.isTokenOnly || isAnswered) return
    }
  }

  async function attempt(identity: Identity, wish: Wish): Promise<void> {
    const before = book.authorityOf(identity)
    const copy = copies.get(identity.sessionId)
    if (copy?.over) return
    const changes = book.changesOf(identity, before)
    const turn = {
      identity,
      before,
      copy,
      changes,
      sources: book.sourcesOf(identity, copy),
      wish,
    }
    try {
      await places.take(deadlineIn(maxWaitMs, undefined))
    } catch (error) {
      const kept = await vault.get(identity).catch(() => undefined)
      return fail(turn, { error, quietMs: quietAfterFailureMs, kept })
    }
    try {
      await renewBySources(turn)
    } catch (error) {
      fail(turn, { error, quietMs: quietAfterFailureMs })
    } finally {
      places.give()
    }
  }

  async function renewBySources(turn: Turn): Promise<void> {
    const { identity, sources } = turn
    const renewal = sources.token ? await renewTokens(identity, wanted(turn)) : undefined
    if (renewal?.status === 'over') return over(turn, renewal.reason, renewal.error)
    if (renewal?.status === 'failed') return fail(turn, renewal)
    if (hasVanished(identity, renewal)) return over(turn, 'refresh-lost')
    const kept = renewal?.kept ?? (await vault.get(identity))
    const isReceived = renewal?.status === 'renewed' && renewal.isOwn === true
    const hasNoToken = renewal ? renewal.status === 'none' : turn.copy?.hasNoToken
    try {
      await renewByApplication(turn, { kept, isReceived, hasNoToken })
    } catch (error) {
      const found = { kept, isOwn: isReceived, hasNoToken }
      fail(turn, { error, quietMs: quietAfterFailureMs, ...found })
    }
  }

  async function renewByApplication(turn: Turn, found: Found): Promise<void> {
    const { identity, before, changes } = turn
    const { kept, isReceived, hasNoToken } = found
    if (turn.wish.isTokenOnly && resolve) return keepTokens(turn, found)
    const base = kept?.authority ?? withoutAnswer(before)
    const authority = await withApplication(turn, withFixed(base, identity), kept)
    if (authority === 'denied') return over(turn, authority)
    copies.set(identity.sessionId, {
      authority,
      kept,
      triedAt: performance.now(),
      seen: changes.any,
      againAt: againAt(turn, authority),
      receivedAt: receivedAt(turn, isReceived, clock),
      hasNoToken,
    })
    tellRefreshed(turn, isReceived, true)
    if (isOutage) logger.info('authority: it can be renewed again')
    isOutage = false
  }

  /** Keeps the tokens, beside what is known from the application. */
  function keepTokens(turn: Turn, { kept, isReceived, hasNoToken }: Found): void {
    copies.set(turn.identity.sessionId, {
      // The application was asked about no change.
      seen: noChanges.any,
      triedAt: performance.now(),
      ...turn.copy,
      ...newestKnown(turn, kept),
      receivedAt: receivedAt(turn, isReceived, clock),
      hasNoToken,
    })
    tellRefreshed(turn, isReceived, false)
  }

  /**
   * Emits `session.refreshed` if this process renewed something: it received tokens from Scalekit
   * or called `authorization.resolve`. Reading tokens that another process received is not a
   * renewal.
   */
  function tellRefreshed({ identity }: Turn, isReceived: boolean, isAsked: boolean): void {
    const sources: AuthoritySource[] = [
      ...(isReceived ? (['refresh-token'] as const) : []),
      ...(isAsked && resolve ? (['application'] as const) : []),
    ]
    if (sources.length === 0) return
    const { sid } = identity
    parts.audit('session.refreshed', undefined, () => {
      return { ...holderOf(identity), sid, sources: Object.freeze(sources) }
    })
  }

  /** Replaces members of the token's authority with those that `authorization.resolve` returns. */
  async function withApplication(
    turn: Turn,
    base: Authority,
    kept: Kept | undefined,
  ): Promise<Authority | 'denied'> {
    if (!resolve) return deepFreeze(base)
    const storeTime = await revocations.askStoreTime()
    if (!storeTime)
      throw authorizationUnavailable('The store did not say its time', revocations.failure())
    const accessToken = tokenIn(kept, clock())
    const answer = await askApplication(resolve, turn.identity, {
      reason: reasonOf(turn),
      accessToken,
    })
    if (answer.status === 'denied') return 'denied'
    const freshUntil = clock() + maxAgeSeconds * 1000
    const ends = turn.sources.token ? [freshUntil, base.freshUntil ?? freshUntil] : [freshUntil]
    return deepFreeze({
      ...withAnswer(base, answer, claimNames),
      askedAt: storeTime.earliest,
      freshUntil: Math.min(...ends),
    })
  }

  function wanted(turn: Turn): Parameters<RenewTokens>[1] {
    const { identity, changes, copy, sources } = turn
    const minTtlMs = isJustReceived(copy, clock()) ? 0 : turn.wish.minTtlMs
    const { againAt: due = Number.POSITIVE_INFINITY } = copy ?? {}
    const isAgain = performance.now() >= due
    return {
      known: copy?.kept,
      canWait: (kept) =>
        isStanding(book.known(identity, afterFailure(turn, { quietMs: 0, kept }, clock))),
      isEnough({ authority, version, tokens }) {
        if (!authority || !(clock() < (authority.freshUntil ?? 0))) return false
        if (clock() + minTtlMs >= (tokens.accessTokenExpiresAt ?? 0) && minTtlMs > 0) return false
        if (isAgain && version === copy?.kept?.version) return false
        return !isBefore(authority, changes.any, { ...sources, application: false })
      },
    }
  }

  function fail(turn: Turn, failure: Failure): void {
    const { identity } = turn
    const { error } = failure
    copies.set(identity.sessionId, afterFailure(turn, failure, clock))
    if (isOutage || error === undefined) return
    isOutage = true
    const { sub: userId, organizationId } = identity
    withFields(logger, { userId, organizationId }).warn(
      `authority: it cannot be renewed now, so sessions go on with what is known: ${quote(textOfThrown(error))}`,
    )
  }

  async function over(turn: Turn, reason: AuthorityEnd, error?: unknown): Promise<void> {
    const { identity, before, changes } = turn
    const at = performance.now()
    // Recorded in this process first, so that the session has ended here even if the store fails.
    const ended = { authority: before, seen: changes.any, triedAt: at, over: reason }
    copies.set(identity.sessionId, ended)
    await parts.end(identity, reason, error)
  }

  return {
    renew: (identity) => renew(identity),
    renewToken: (identity, minTtlMs) => renew(identity, { minTtlMs, isTokenOnly: true }),
    awaited(identity) {
      const work = renew(identity)
      return copies.get(identity.sessionId)?.failingSince === undefined ? work : undefined
    },
    forget: ({ sessionId }) => copies.delete(sessionId),
  }
}
