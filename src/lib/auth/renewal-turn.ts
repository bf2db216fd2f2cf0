import type { Clock } from '../ground/clock.ts'
import { deepFreeze } from '../ground/freeze.ts'
import type { Authority, Identity } from '../ground/types.ts'
import { withFixed, withLastAnswer } from './authority.ts'
import type { AuthorityBook } from './authority-book.ts'
import type { AuthorityCopy } from './authority-copies.ts'
import type { LastChanges } from './changes.ts'
import { isBefore, type Sources } from './judge-authority.ts'
import type { Renewal, RenewalFailure } from './renewal.ts'
import type { ResolveReason } from './resolve.ts'
import type { Kept } from './token-vault.ts'

/**
 * How long after a change an answer of Scalekit may still be outdated, because its caches lag, in
 * milliseconds. After this time, it is asked once more.
 */
const againAfterMs = 10_000

/** Whether the known authority of a session may be used, even if it cannot be renewed now. */
export function isStanding(known: ReturnType<AuthorityBook['known']>): boolean {
  return typeof known !== 'string' && (known.standing === 'current' || known.standing === 'stale')
}

/** One attempt to renew authority, with the state at its beginning. */
export interface Turn {
  readonly identity: Identity
  readonly before: Authority
  readonly copy: AuthorityCopy | undefined
  readonly changes: LastChanges
  readonly sources: Sources
  readonly wish: Wish
}

/** The requirements of an attempt's callers. */
export interface Wish {
  /** The remaining lifetime that the access token must have, in milliseconds. */
  readonly minTtlMs: number
  /** Whether they need the access token only, so that the application is not asked. */
  readonly isTokenOnly: boolean
}

/** Whether an attempt for `one` does what `other` needs, too. */
export function covers(one: Wish, other: Wish): boolean {
  return one.minTtlMs >= other.minTtlMs && (!one.isTokenOnly || other.isTokenOnly)
}

export function reasonOf({ before, changes, sources }: Turn): ResolveReason {
  return isBefore(before, changes.any, sources) ? 'event' : 'age'
}

export function tokenIn(kept: Kept | undefined, now: number): string | undefined {
  if (!kept) return undefined
  const { accessToken, accessTokenExpiresAt = Number.POSITIVE_INFINITY } = kept.tokens
  return now < accessTokenExpiresAt ? accessToken : undefined
}

/**
 * Returns when to ask Scalekit once more, if its answer may be older than the last change. It is
 * asked once more for each change: with backdated tokens, it would otherwise be asked again and
 * again.
 */
export function againAt(
  { copy, changes, sources }: Turn,
  { issuedAt }: Authority,
): number | undefined {
  const { scalekit } = changes.any
  if (!sources.token || issuedAt >= scalekit + againAfterMs) return undefined
  const isAgain = copy?.againAt !== undefined && copy.seen.scalekit >= scalekit
  if (!isAgain) return performance.now() + againAfterMs
  return performance.now() >= copy.againAt ? undefined : copy.againAt
}

/**
 * Returns the newest authority that is known without the application: another process may have
 * renewed the tokens since this one made its copy.
 *
 * @param found The tokens in the store, as far as they could be read.
 */
export function newestKnown(
  { identity, before, copy, sources }: Turn,
  found: Kept | undefined,
): Pick<AuthorityCopy, 'authority' | 'kept'> {
  const known = copy?.kept
  // Version 0 is that of the sign-in, which the identity has as well.
  if (!found || found.version <= (known?.version ?? 0)) {
    return { authority: before, kept: known ?? found }
  }
  if (!found.authority) return { authority: before, kept: found }
  const ofTokens = withFixed(found.authority, identity)
  const authority = sources.application ? withLastAnswer(ofTokens, before) : ofTokens
  return { authority: deepFreeze(authority), kept: found }
}

/** A failure of the refresh token, or of the application after it. */
export type Failure = RenewalFailure & Pick<AuthorityCopy, 'hasNoToken'>

/** Returns the copy after a failed attempt. */
export function afterFailure(
  turn: Turn,
  { quietMs, kept, isOwn = false, hasNoToken }: Omit<Failure, 'error'>,
  clock: Clock,
): AuthorityCopy {
  const { copy, changes } = turn
  const at = performance.now()
  return {
    ...newestKnown(turn, kept),
    // Not those of this attempt: it requested nothing successfully.
    seen: copy?.seen ?? changes.any,
    againAt: copy?.againAt,
    receivedAt: receivedAt(turn, isOwn, clock),
    hasNoToken: hasNoToken ?? copy?.hasNoToken,
    triedAt: at,
    quietUntil: at + quietMs,
    failingSince: copy?.failingSince ?? clock(),
  }
}

/** Returns when this process last received tokens from Scalekit, after an attempt. */
export function receivedAt({ copy }: Turn, isReceived: boolean, clock: Clock): number | undefined {
  return isReceived ? clock() : copy?.receivedAt
}

/** Whether the session had a refresh token at its sign-in, and the store has no tokens any more. */
export function hasVanished({ authority }: Identity, renewal: Renewal | undefined): boolean {
  return renewal?.status === 'none' && !renewal.kept && authority?.isRefreshable === true
}
