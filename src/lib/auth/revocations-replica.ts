import type { Clock } from '../ground/clock.ts'
import type { Identity } from '../ground/types.ts'
import type { LocalRevocations, Revocation, Revocations, StoreEpoch } from '../state/store.ts'
import type { StoreOutage } from '../state/store-outage.ts'
import type { MemoryRule } from './forgotten.ts'
import { localRevocations } from './local-revocations.ts'
import { remoteRevocations } from './remote-revocations.ts'
import type { StoreTime } from './store-time.ts'

/** This process's copy of all revocations. Requests read it without waiting. */
export interface RevocationsReplica {
  /** Whether the copy is recent enough to rely on. */
  isFresh(): boolean
  /**
   * Updates the copy. Resolves with whether it contains all that the store had at `since`. Never
   * rejects.
   *
   * @param since By `performance.now()`. Default: `maxLagMs` before the call.
   */
  refresh(since?: number): Promise<boolean>
  /** Makes the copy outdated until the store has been asked again. */
  invalidate(): void
  /** Returns the error of the last update, or `undefined` if it succeeded. */
  failure(): unknown
  /**
   * Returns the current time of the store's clock, within the bounds that this process knows.
   * `undefined` before the store's first response.
   */
  storeTime(): StoreTime | undefined
  /**
   * Returns the store's time from a recent copy, which it updates if needed. `undefined` while the
   * store does not respond.
   */
  askStoreTime(): Promise<StoreTime | undefined>
  /** Returns the epoch for sessions that begin now. `undefined` before it is known. */
  epoch(): StoreEpoch | undefined
  /**
   * Revocations before this time are forgotten, so access tokens from before it are refused. By
   * this process's clock, in milliseconds since the epoch. `-Infinity` if the store keeps them, or
   * if forgetting them is allowed.
   */
  readonly forgottenUntil: number
  /** The known revocations. */
  readonly known: Pick<LocalRevocations, 'size' | 'writes' | 'get'>
  /**
   * Whether a revocation ended this session, or the store has lost the record of whether one did.
   */
  isDead(identity: Identity): boolean
  /** Whether the store has lost that record. */
  isForgotten(identity: Identity): boolean
  /** Writes to the store and, after that succeeded, to the copy. */
  write(revocations: readonly Revocation[]): Promise<void>
  /**
   * Calls `heard` with the keys of revocations when this process learns of them, whichever process
   * wrote them. `undefined` stands for all keys: another epoch began, or the store does not report
   * keys.
   *
   * @returns a function that removes the listener
   */
  onHeard(heard: HeardKeys): () => void
  close(): void
}

/** Receives the keys of revocations that have just become known. */
export type HeardKeys = (keys: readonly string[] | undefined) => void

/** How the copy is kept up to date. */
export interface ReplicaOptions {
  readonly clock: Clock
  /** The largest age of the copy, in milliseconds. */
  readonly maxLagMs: number
  /** The rule for revocations in memory. Default: sessions of another epoch have ended. */
  readonly memory?: MemoryRule
  /**
   * Informed when an outage of the store begins and ends. Default: each request asks the store
   * again.
   */
  readonly outage?: Pick<StoreOutage, 'failure' | 'began' | 'ended' | 'onDoubt'>
  /** Called when the copy is complete for the first time. */
  onFirstRead?(): void
}

export function replicateRevocations(
  revocations: Revocations,
  options: ReplicaOptions,
): RevocationsReplica {
  const { memory = { afterRestart: 'end', onOtherProcess() {} } } = options
  return revocations.local
    ? localRevocations(revocations, revocations.local, { clock: options.clock, memory })
    : remoteRevocations(revocations, options)
}
