import type { Authority } from '../ground/types.ts'
import { grantsAnything } from './authority.ts'
import type { AuthorityCopy } from './authority-copies.ts'
import type { LastChange, LastChanges } from './changes.ts'

/** What renews the authority of a session. */
export interface Sources {
  /** Its refresh token. */
  readonly token: boolean
  /** The application, by `authorization.resolve`. */
  readonly application: boolean
}

/** What a session's authority is judged by. */
export interface Evidence {
  readonly authority: Authority
  readonly copy: AuthorityCopy | undefined
  readonly sources: Sources
  readonly changes: LastChanges
  /** By the clock of the application. */
  readonly now: number
  /** By `performance.now()`. */
  readonly at: number
  /** How long it counts after its end where no source answers, in milliseconds. */
  readonly outageGraceMs: number
}

/**
 * - `current`: it counts
 * - `stale`: it is old, and counts only while no source answers
 * - `unknown`: something changed that no source has told yet
 * - `lapsed`: it was stale for too long
 * - `over`: something changed that no source can tell, so the session ends
 */
export type Standing = 'current' | 'stale' | 'unknown' | 'lapsed' | 'over'

export interface Judgement {
  readonly standing: Standing
  /** Whether it is to be renewed before anything else. */
  readonly isDue: boolean
  /** Whether nothing of this can be different before the authority’s own end. */
  readonly isSettled: boolean
}

/** While a token says it is of before a change, and came after it, it is asked for this often. */
const againEveryMs = 1000

const settled: Judgement = { standing: 'current', isDue: false, isSettled: true }

export function judge(evidence: Evidence): Judgement {
  const { authority, copy, sources, changes, now, at, outageGraceMs } = evidence
  if (!sources.token && !sources.application) return judgeFixed(authority, changes)
  const isChanged = isBefore(authority, changes.any, sources)
  const freshUntil = authority.freshUntil ?? Number.NEGATIVE_INFINITY
  const isOld = now >= freshUntil
  const mayAsk = copy?.quietUntil === undefined || at >= copy.quietUntil
  if (isChanged && !hasSeen(copy, changes.any)) return unsettled('unknown', mayAsk)
  if (isOld) return unsettled(now < freshUntil + outageGraceMs ? 'stale' : 'lapsed', mayAsk)
  const isDue = copy !== undefined && isDueAgain(copy, isChanged, at)
  const isWaiting = isChanged || copy?.againAt !== undefined
  return isWaiting ? unsettled('current', isDue && mayAsk) : settled
}

/** A change of a role or a permission ends no session: it would end those of a whole environment. */
function judgeFixed(authority: Authority, { person }: LastChanges): Judgement {
  const isOver = authority.issuedAt <= person.scalekit && grantsAnything(authority)
  return isOver ? { standing: 'over', isDue: false, isSettled: true } : settled
}

/** Whether it may be of before the change. Whole seconds, and equality, count as before. */
export function isBefore(authority: Authority, change: LastChange, sources: Sources): boolean {
  const { issuedAt, askedAt = Number.NEGATIVE_INFINITY } = authority
  return (
    (sources.token && issuedAt <= change.scalekit) ||
    (sources.application && askedAt <= change.store)
  )
}

/** Whether it was asked for when the change was known. */
function hasSeen(copy: AuthorityCopy | undefined, { scalekit, store }: LastChange): boolean {
  if (copy === undefined || copy.failingSince !== undefined) return false
  return copy.seen.scalekit >= scalekit && copy.seen.store >= store
}

function isDueAgain({ triedAt, againAt }: AuthorityCopy, isChanged: boolean, at: number): boolean {
  return (isChanged && at - triedAt >= againEveryMs) || (againAt !== undefined && at >= againAt)
}

function unsettled(standing: Standing, isDue: boolean): Judgement {
  return { standing, isDue, isSettled: false }
}
