import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import type { Identity } from '../ground/types.ts'
import { within } from '../ground/with-timeout.ts'
import { joinMarks } from '../state/mark.ts'
import type { LocalMarks, Mark, Marks } from '../state/store.ts'
import { markKeysOf } from './revocation.ts'

/** How long a request waits for the store before it is refused, in milliseconds. */
const deadlineMs = 1000

/** This process's copy of all marks, so that a request can ask without waiting. */
export interface MarksReplica {
  /** Whether the copy is new enough to be believed. */
  isFresh(): boolean
  /** Brings the copy up to date; answers whether it now is. Never rejects. */
  refresh(): Promise<boolean>
  /** Whether a mark ended this session. */
  isDead(identity: Identity): boolean
  /** Writes to the store and, once that succeeded, here. */
  write(marks: readonly Mark[]): Promise<void>
  close(): void
}

/** How the copy is kept. */
export interface ReplicaOptions {
  readonly clock: Clock
  /** How old the copy may be, in milliseconds. */
  readonly maxLagMs: number
}

export function replicateMarks(marks: Marks, { clock, maxLagMs }: ReplicaOptions): MarksReplica {
  return marks.local ? localMarks(marks, marks.local) : remoteMarks(marks, clock, maxLagMs)
}

/** Asks for every mark that could concern a session. */
function isDeadBy(marks: LocalMarks, identity: Identity): boolean {
  // Mostly nobody has left for as long as a session lasts.
  if (marks.size === 0) return false
  const { startedAt } = identity
  return markKeysOf(identity).some(
    (key) => startedAt <= (marks.get(key)?.notBefore ?? Number.NEGATIVE_INFINITY),
  )
}

function localMarks(marks: Marks, local: LocalMarks): MarksReplica {
  return {
    isFresh: () => true,
    refresh: async () => true,
    isDead: (identity) => isDeadBy(local, identity),
    write: (written) => marks.write(written),
    close: () => {},
  }
}

function remoteMarks(marks: Marks, clock: Clock, maxLagMs: number): MarksReplica {
  const copy = expiringMap<Mark>(clock)
  let cursor: string | undefined
  let freshSince = Number.NEGATIVE_INFINITY
  let pending: Promise<boolean> | undefined
  const unsubscribe = marks.subscribe?.(() => void refresh())

  function keep(added: readonly Mark[]): void {
    for (const mark of added) {
      const joined = joinMarks(copy.get(mark.key), mark)
      copy.set(joined.key, joined, joined.expiresAt)
    }
  }

  async function load(): Promise<boolean> {
    const startedAt = performance.now()
    const answer = await marks.since(cursor)
    keep(answer.marks)
    // An answer that was given up on may come after the one to a later question.
    if (startedAt > freshSince) {
      cursor = answer.cursor
      freshSince = startedAt
    }
    return true
  }

  function refresh(): Promise<boolean> {
    // Late success still counts for the next request.
    pending ??= within(deadlineMs, load())
      .catch(() => false)
      .finally(() => {
        pending = undefined
      })
    return pending
  }

  return {
    isFresh: () => performance.now() - freshSince <= maxLagMs,
    refresh,
    isDead: (identity) => isDeadBy(copy, identity),
    async write(written) {
      await marks.write(written)
      keep(written)
    },
    close: () => unsubscribe?.(),
  }
}
