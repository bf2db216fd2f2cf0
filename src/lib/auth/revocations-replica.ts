import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import type { Identity } from '../ground/types.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import { joinRevocations, lastExpiry } from '../state/join-revocations.ts'
import type { LocalRevocations, Revocation, Revocations } from '../state/store.ts'
import { isEndedBy } from './revocation.ts'
import { type StoreTime, storeTimeFrom } from './store-time.ts'

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
  /**
   * What the store's clock says now, as far as this process can tell; `undefined` before the store
   * answered for the first time.
   */
  storeTime(): StoreTime | undefined
  /** The same, of a copy that is fresh; `undefined` while the store does not answer. */
  askStoreTime(): Promise<StoreTime | undefined>
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
    ? localRevocations(revocations, revocations.local, clock)
    : remoteRevocations(revocations, clock, maxLagMs)
}

function localRevocations(
  revocations: Revocations,
  local: LocalRevocations,
  clock: Clock,
): RevocationsReplica {
  const storeTime = () => ({ earliest: clock(), latest: clock() })
  return {
    isFresh: () => true,
    refresh: async () => true,
    failure: () => undefined,
    storeTime,
    askStoreTime: async () => storeTime(),
    isDead: (identity) => isEndedBy(local, identity),
    write: (written) => revocations.write(written),
    close: () => {},
  }
}

function remoteRevocations(
  revocations: Revocations,
  clock: Clock,
  maxLagMs: number,
): RevocationsReplica {
  const copy = expiringMap<readonly Revocation[]>(clock)
  let cursor: string | undefined
  let freshSince = Number.NEGATIVE_INFINITY
  let pending: Promise<boolean> | undefined
  let failure: unknown
  let storeTime: (() => StoreTime) | undefined
  const unsubscribe = revocations.subscribe?.(() => void refresh())

  function keep(added: readonly Revocation[]): void {
    for (const revocation of added) {
      const joined = joinRevocations(copy.get(revocation.key), revocation)
      copy.set(revocation.key, joined, lastExpiry(joined))
    }
  }

  async function load(): Promise<boolean> {
    const startedAt = performance.now()
    const answer = await revocations.since(cursor)
    const heard = storeTimeFrom(answer.now, startedAt)
    keep(answer.revocations)
    // An answer that was given up on may come after the one to a later question.
    if (startedAt > freshSince) {
      cursor = answer.cursor
      freshSince = startedAt
      storeTime = heard
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

  const isFresh = () => performance.now() - freshSince <= maxLagMs

  return {
    isFresh,
    refresh,
    failure: () => failure,
    storeTime: () => storeTime?.(),
    async askStoreTime() {
      return isFresh() || (await refresh()) ? storeTime?.() : undefined
    },
    isDead: (identity) => isEndedBy(copy, identity),
    async write(written) {
      await revocations.write(written)
      keep(written)
    },
    close: () => unsubscribe?.(),
  }
}
