import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import type { Identity } from '../ground/types.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import { joinRevocations } from '../state/join-revocations.ts'
import type { LocalRevocations, Revocation, Revocations } from '../state/store.ts'
import { revocationKeysOf } from './revocation.ts'

/** How long a request waits for the store before it is refused, in milliseconds. */
const deadlineMs = 1000

/** This process's copy of all revocations, so that a request can ask without waiting. */
export interface RevocationsReplica {
  /** Whether the copy is new enough to be believed. */
  isFresh(): boolean
  /** Brings the copy up to date; answers whether it now is. Never rejects. */
  refresh(): Promise<boolean>
  /** Why the copy could not be brought up to date the last time; `undefined` where it could. */
  failure(): unknown
  /** Whether a revocation ended this session. */
  isDead(identity: Identity): boolean
  /** Writes to the store and, once that succeeded, here. */
  write(revocations: readonly Revocation[]): Promise<void>
  close(): void
}

/** How the copy is kept. */
export interface ReplicaOptions {
  readonly clock: Clock
  /** How old the copy may be, in milliseconds. */
  readonly maxLagMs: number
}

export function replicateRevocations(
  revocations: Revocations,
  { clock, maxLagMs }: ReplicaOptions,
): RevocationsReplica {
  return revocations.local
    ? localRevocations(revocations, revocations.local)
    : remoteRevocations(revocations, clock, maxLagMs)
}

/** Asks for every revocation that could concern a session. */
function isDeadBy(revocations: LocalRevocations, identity: Identity): boolean {
  // Usually there are none: revocations expire with the longest session.
  if (revocations.size === 0) return false
  const { startedAt } = identity
  return revocationKeysOf(identity).some(
    (key) => startedAt <= (revocations.get(key)?.notBefore ?? Number.NEGATIVE_INFINITY),
  )
}

function localRevocations(revocations: Revocations, local: LocalRevocations): RevocationsReplica {
  return {
    isFresh: () => true,
    refresh: async () => true,
    failure: () => undefined,
    isDead: (identity) => isDeadBy(local, identity),
    write: (written) => revocations.write(written),
    close: () => {},
  }
}

function remoteRevocations(
  revocations: Revocations,
  clock: Clock,
  maxLagMs: number,
): RevocationsReplica {
  const copy = expiringMap<Revocation>(clock)
  let cursor: string | undefined
  let freshSince = Number.NEGATIVE_INFINITY
  let pending: Promise<boolean> | undefined
  let failure: unknown
  const unsubscribe = revocations.subscribe?.(() => void refresh())

  function keep(added: readonly Revocation[]): void {
    for (const revocation of added) {
      const joined = joinRevocations(copy.get(revocation.key), revocation)
      copy.set(joined.key, joined, joined.expiresAt)
    }
  }

  async function load(): Promise<boolean> {
    const startedAt = performance.now()
    const answer = await revocations.since(cursor)
    keep(answer.revocations)
    // An answer that was given up on may come after the one to a later question.
    if (startedAt > freshSince) {
      cursor = answer.cursor
      freshSince = startedAt
    }
    failure = undefined
    return true
  }

  function refresh(): Promise<boolean> {
    // Late success still counts for the next request.
    pending ??= withTimeout(deadlineMs, load())
      .catch((error: unknown) => {
        failure = error
        return false
      })
      .finally(() => {
        pending = undefined
      })
    return pending
  }

  return {
    isFresh: () => performance.now() - freshSince <= maxLagMs,
    refresh,
    failure: () => failure,
    isDead: (identity) => isDeadBy(copy, identity),
    async write(written) {
      await revocations.write(written)
      keep(written)
    },
    close: () => unsubscribe?.(),
  }
}
