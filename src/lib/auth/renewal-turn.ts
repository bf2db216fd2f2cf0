import type { Authority, Identity } from '../ground/types.ts'
import type { AuthorityBook } from './authority-book.ts'
import type { AuthorityCopy } from './authority-copies.ts'
import type { LastChanges } from './changes.ts'
import { isBefore, type Sources } from './judge-authority.ts'
import type { Renewal } from './renewal.ts'
import type { ResolveReason } from './resolve.ts'
import type { Kept } from './token-vault.ts'

/** Scalekit’s own caches may lag: what it answered since a change is asked for once more after this. */
const againAfterMs = 10_000

/** Whether what is known of a session counts, also while nothing newer can be had. */
export function isStanding(known: ReturnType<AuthorityBook['known']>): boolean {
  return typeof known !== 'string' && (known.standing === 'current' || known.standing === 'stale')
}

/** One attempt, and what was known when it began. */
export interface Turn {
  readonly identity: Identity
  readonly before: Authority
  readonly copy: AuthorityCopy | undefined
  readonly changes: LastChanges
  readonly sources: Sources
  readonly minTtlMs: number
}

export function reasonOf({ before, changes, sources }: Turn): ResolveReason {
  return isBefore(before, changes.any, sources) ? 'event' : 'age'
}

export function tokenIn(kept: Kept | undefined, now: number): string | undefined {
  if (!kept) return undefined
  const { accessToken, accessTokenExpiresAt = Number.POSITIVE_INFINITY } = kept.tokens
  return now < accessTokenExpiresAt ? accessToken : undefined
}

/** Once for each change: a token that is backdated would be asked for again and again. */
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

/** It had a refresh token, and now the store knows of none. */
export function hasVanished({ authority }: Identity, renewal: Renewal | undefined): boolean {
  return renewal?.status === 'none' && !renewal.kept && authority?.isRefreshable === true
}
