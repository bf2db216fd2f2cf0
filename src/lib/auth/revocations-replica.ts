import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Clock } from '../ground/clock.ts'
import type { Identity } from '../ground/types.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import type {
  LocalRevocations,
  Revocation,
  Revocations,
  RevocationsPage,
  StoreEpoch,
} from '../state/store.ts'
import type { StoreOutage } from '../state/store-outage.ts'
import { isOfEpoch, type MemoryRule } from './forgotten.ts'
import { localRevocations } from './local-revocations.ts'
import { isEndedBy } from './revocation.ts'
import { revocationsCopy } from './revocations-copy.ts'
import { type StoreTime, storeTimeFrom } from './store-time.ts'

/** How long a request waits for the store before it is refused, in milliseconds. */
const deadlineMs = 1000
/** How long a store that failed is left alone before it is asked again, in milliseconds. */
const probeAfterMs = 500
/** How many are written at once, or looked at before others get their turn. */
const batchSize = 1000

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
  /** The epoch that a session carries which begins now; `undefined` before it is known. */
  epoch(): StoreEpoch | undefined
  /** What is known. */
  readonly known: Pick<LocalRevocations, 'size' | 'writes' | 'get'>
  /** Whether a revocation ended this session, or the store has forgotten whether one did. */
  isDead(identity: Identity): boolean
  /** Whether the second of these is the reason. */
  isForgotten(identity: Identity): boolean
  /** Writes to the store and, once that succeeded, here. */
  write(revocations: readonly Revocation[]): Promise<void>
  /**
   * Calls `heard` with the keys of revocations once they are known here, whichever process wrote them.
   * `undefined` stands for all keys: another epoch began, or the store does not say which they are.
   *
   * @returns a function that ends it
   */
  onHeard(heard: HeardKeys): () => void
  close(): void
}

/** Gets the keys of revocations that have just become known. */
export type HeardKeys = (keys: readonly string[] | undefined) => void

/** How the copy is kept. */
export interface ReplicaOptions {
  readonly clock: Clock
  /** How old the copy may be, in milliseconds. */
  readonly maxLagMs: number
  /** For revocations in memory only. Default: sessions of another epoch are over. */
  readonly memory?: MemoryRule
  /** Told when the store begins and ends to be away. Default: each request asks it again. */
  readonly outage?: Pick<StoreOutage, 'failure' | 'began' | 'ended' | 'onDoubt'>
  /** Called when the copy is up to date for the first time. */
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

/** A way through all pages; the next one goes on where it ended. */
interface Reading {
  readonly done: Promise<void>
  /** When its last page was asked for. */
  readonly asked: { at: number }
}

function remoteRevocations(
  revocations: Revocations,
  { clock, maxLagMs, outage, onFirstRead }: ReplicaOptions,
): RevocationsReplica {
  const copy = revocationsCopy(clock)
  let epoch: StoreEpoch | undefined
  let cursor: string | undefined
  let freshSince = Number.NEGATIVE_INFINITY
  let reading: Reading | undefined
  /** The epoch before the store was replaced, until it has again what it may lack. */
  let before: StoreEpoch | undefined
  let failure: unknown
  let storeTime: (() => StoreTime) | undefined
  let probe: NodeJS.Timeout | undefined
  let isClosed = false
  const listeners = new Set<HeardKeys>()
  const unsubscribe = revocations.subscribe?.(() => void refresh())
  outage?.onDoubt(() => void refresh())

  /** Keeps what came, and tells of it. */
  function keep(records: readonly Revocation[], where: 'in the store' | 'anywhere'): void {
    copy.keep(records, where)
    if (records.length === 0) return
    for (const heard of listeners) heard(records.map(({ key }) => key))
  }

  function beginEpoch(next: StoreEpoch): void {
    const isOther = epoch?.id !== next.id
    epoch = next
    if (isOther) for (const heard of listeners) heard(undefined)
  }

  /** Keeps what came, also where no caller waits for it any more. */
  function take(page: RevocationsPage, asked: string | undefined, askedAt: number): boolean {
    const heard = storeTimeFrom(page.now, askedAt)
    // An answer that was given up on may come after the one to a later question.
    if (asked !== cursor) {
      keep(page.revocations, 'anywhere')
      return false
    }
    if (askedAt > freshSince) storeTime = heard
    if (page.isRestart) {
      copy.restart()
      before ??= epoch
    }
    keep(page.revocations, 'in the store')
    if (page.epoch) beginEpoch(page.epoch)
    if (!page.hasMore) {
      if (!page.epoch) throw new Error('The store answered no epoch')
      if (freshSince === Number.NEGATIVE_INFINITY) onFirstRead?.()
      freshSince = Math.max(freshSince, askedAt)
      failure = undefined
    }
    cursor = page.cursor
    return page.hasMore ?? false
  }

  /** The event loop gets its turn after each page. */
  async function read(turn: Reading['asked']): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const asked = cursor
      turn.at = performance.now()
      hasMore = take(await revocations.since(asked), asked, turn.at)
      if (hasMore) await yieldToOthers()
    }
    if (before) await writeBack(before)
  }

  /** What a replica that took over has not heard of is told to it by all who have. */
  async function writeBack({ id }: StoreEpoch): Promise<void> {
    // In a later epoch, no session is left that they could end.
    if (epoch?.isFirst || epoch?.id === id) {
      for (const batch of inBatches(copy.lacking())) {
        if (batch.length > 0) await write(batch)
        else await yieldToOthers()
      }
    }
    before = undefined
  }

  function start(): Reading {
    const asked = { at: performance.now() }
    const done = read(asked).finally(() => {
      if (reading?.asked === asked) reading = undefined
    })
    return { asked, done }
  }

  /** No request waits for a store that is away: it is asked again beside the requests. */
  async function refresh(): Promise<boolean> {
    return outage?.failure() ? false : ask()
  }

  async function ask(): Promise<boolean> {
    // One that still gets its pages goes on; one that hangs is left behind.
    if (!reading || performance.now() - reading.asked.at >= deadlineMs) reading = start()
    const { asked, done } = reading
    try {
      await withTimeout(deadlineMs, done)
      outage?.ended()
      return true
    } catch (error) {
      failure = error
      // There may be very many pages, and the store answers.
      const isReading = reading?.asked === asked && performance.now() - asked.at < deadlineMs
      if (!isReading) goAway(error)
      return false
    }
  }

  function goAway(error: unknown): void {
    if (!outage || isClosed) return
    outage.began(error)
    probe ??= setTimeout(() => {
      probe = undefined
      void ask()
    }, probeAfterMs).unref()
  }

  async function write(written: readonly Revocation[]): Promise<void> {
    await revocations.write(written)
    keep(written, 'in the store')
  }

  const isForgotten = (identity: Identity) => epoch !== undefined && !isOfEpoch(identity, epoch)
  const isFresh = () => performance.now() - freshSince <= maxLagMs

  return {
    isFresh,
    refresh,
    failure: () => failure,
    storeTime: () => storeTime?.(),
    async askStoreTime() {
      return isFresh() || (await refresh()) ? storeTime?.() : undefined
    },
    epoch: () => epoch,
    known: copy,
    isDead: (identity) => isForgotten(identity) || isEndedBy(copy, identity),
    isForgotten,
    write,
    onHeard(heard) {
      listeners.add(heard)
      return () => void listeners.delete(heard)
    },
    close() {
      isClosed = true
      clearTimeout(probe)
      unsubscribe?.()
      listeners.clear()
    },
  }
}

/** So many of them, or none where so many were looked at in vain. */
function* inBatches(lacking: Iterable<Revocation | undefined>): Generator<readonly Revocation[]> {
  let batch: Revocation[] = []
  let looked = 0
  for (const revocation of lacking) {
    if (revocation) batch.push(revocation)
    looked += 1
    if (looked % batchSize > 0) continue
    yield batch
    batch = []
  }
  yield batch
}
