import type { Authority } from '../ground/types.ts'
import { grantsAnything } from './authority.ts'
import type { AuthorityCopy } from './authority-copies.ts'
import type { LastChange, LastChanges } from './changes.ts'

/** The sources that can renew the authority of a session. */
export interface Sources {
  /** Whether the session has a refresh token. */
  readonly token: boolean
  /** Whether the application has `authorization.resolve`. */
  readonly application: boolean
}

/** The facts from which a session's authority is judged. */
export interface Evidence {
  readonly authority: Authority
  readonly copy: AuthorityCopy | undefined
  readonly sources: Sources
  readonly changes: LastChanges
  /** The time by the application's clock. */
  readonly now: number
  /** The time by `performance.now()`. */
  readonly at: number
  /** How long expired authority applies while no source responds, in milliseconds. */
  readonly outageGraceMs: number
}

/**
 * - `current`: it applies
 * - `stale`: it has expired, and applies only while no source responds
 * - `unknown`: something changed, and no source has confirmed the authority since
 * - `lapsed`: it was stale for too long
 * - `over`: something changed, and no source can renew the authority, so the session ends
 */
export type Standing = 'current' | 'stale' | 'unknown' | 'lapsed' | 'over'

export interface Judgement {
  readonly standing: Standing
  /** Whether it has to be renewed first. */
  readonly isDue: boolean
  /** Whether the judgement stays the same until the authority expires. */
  readonly isSettled: boolean
}

/**
 * How often authority is requested again while its token, which Scalekit issued after a change, is
 * dated before that change, in milliseconds.
 */
const againEveryMs = 1000

const settled: Judgement = { standing: 'current', isDue: false, isSettled: true }

export function judge(evidence: Evidence): Judgement {
  const { authority, copy, sources, changes, now, at, outageGraceMs } = evidence
  if (!sources.token && !sources.application) return judgeFixed(authority, changes)
  const isChanged = isBefore(authority, changes.any, sources)
  const freshUntil = authority.freshUntil ?? Number.NEGATIVE_INFINITY
  const isOld = now >= freshUntil
  const isLapsed = Number.isFinite(freshUntil) && now >= freshUntil + outageGraceMs
  const mayAsk = copy?.quietUntil === undefined || at >= copy.quietUntil
  if (isLapsed) return unsettled('lapsed', mayAsk)
  if (isChanged && !hasSeen(copy, changes.any)) return unsettled('unknown', mayAsk)
  if (isOld) return unsettled(now < freshUntil + outageGraceMs ? 'stale' : 'lapsed', mayAsk)
  const isDue = copy !== undefined && isDueAgain(copy, isChanged, at)
  const isWaiting = isChanged || copy?.againAt !== undefined
  return isWaiting ? unsettled('current', isDue && mayAsk) : settled
}

/**
 * A change of a role or permission ends no session: it would end the sessions of a whole
 * environment.
 */
function judgeFixed(authority: Authority, { person }: LastChanges): Judgement {
  const isOver = authority.issuedAt <= person.scalekit && grantsAnything(authority)
  return isOver ? { standing: 'over', isDue: false, isSettled: true } : settled
}

/**
 * Whether the authority may be older than the change. Times are in whole seconds, so an equal time
 * counts as older.
 */
export function isBefore(authority: Authority, change: LastChange, sources: Sources): boolean {
  const { issuedAt, askedAt = Number.NEGATIVE_INFINITY } = authority
  return (
    (sources.token && issuedAt <= change.scalekit) ||
    (sources.application && askedAt <= change.store)
  )
}

/** Whether the authority was requested after the change became known. */
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
