import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Identity } from '../ground/types.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import type { Revocation, Revocations, RevocationsPage, StoreEpoch } from '../state/store.ts'
import { isOfEpoch } from './forgotten.ts'
import { isEndedBy } from './revocation.ts'
import { revocationsCopy } from './revocations-copy.ts'
import type { HeardKeys, ReplicaOptions, RevocationsReplica } from './revocations-replica.ts'
import { type StoreTime, storeTimeFrom } from './store-time.ts'

/** How long a request waits for the store before it is refused, in milliseconds. */
const deadlineMs = 1000
/** How long a failed store is left alone before it is asked again, in milliseconds. */
const probeAfterMs = 500
/** The largest number of revocations in one write, or in one turn of the event loop. */
const batchSize = 1000

/** One pass through all pages. The next pass continues where it ended. */
interface Reading {
  readonly done: Promise<void>
  readonly turn: Turn
}

interface Turn {
  /** When the last page was requested, by `performance.now()`. */
  askedAt: number
  /** The number of pages that have arrived. */
  pages: number
}

/** A copy of the revocations of a store that other processes write to as well. */
export function remoteRevocations(
  revocations: Revocations,
  { clock, maxLagMs, outage, onFirstRead }: ReplicaOptions,
): RevocationsReplica {
  const copy = revocationsCopy(clock)
  let epoch: StoreEpoch | undefined
  let cursor: string | undefined
  let freshSince = Number.NEGATIVE_INFINITY
  let invalidatedAt = Number.NEGATIVE_INFINITY
  let reading: Reading | undefined
  /** The epoch before the store was replaced, until the missing revocations are written back. */
  let before: StoreEpoch | undefined
  let failure: unknown
  let storeTime: (() => StoreTime) | undefined
  let probe: NodeJS.Timeout | undefined
  let isClosed = false
  const listeners = new Set<HeardKeys>()
  const unsubscribe = revocations.subscribe?.(() => void refresh(performance.now()))
  outage?.onDoubt(() => void refresh())

  /** Adds records to the copy and informs listeners. */
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

  /** Adds a page to the copy, even if its caller has given up. */
  function take(page: RevocationsPage, asked: string | undefined, askedAt: number): boolean {
    const heard = storeTimeFrom(page.now, askedAt)
    // A response that was given up on may arrive after the response to a later request.
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

  /** Yields to the event loop after each page. */
  async function read(turn: Turn): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const asked = cursor
      turn.askedAt = performance.now()
      hasMore = take(await revocations.since(asked), asked, turn.askedAt)
      turn.pages += 1
      if (hasMore) await yieldToOthers()
      // It would ask for the pages that the later pass asks for, and make its responses useless.
      if (isAbandoned(turn)) return
    }
    if (before) await writeBack(before)
  }

  /** A pass that fails is repeated once: its connection may have ended, and not the store. */
  async function readOrRepeat(turn: Turn): Promise<void> {
    try {
      await read(turn)
    } catch (error) {
      if (isAbandoned(turn) || outage?.failure()) throw error
      await read(turn)
    }
  }

  function isAbandoned(turn: Turn): boolean {
    return reading?.turn !== turn
  }

  /**
   * Writes back the revocations that a store lacks after a replica took over. Every process that
   * has them does so.
   */
  async function writeBack({ id }: StoreEpoch): Promise<void> {
    // A later epoch has ended all sessions that they could end.
    if (epoch?.isFirst || epoch?.id === id) {
      for (const batch of inBatches(copy.lacking())) {
        if (batch.length > 0) await write(batch)
        else await yieldToOthers()
      }
    }
    before = undefined
  }

  function start(): Reading {
    const turn = { askedAt: performance.now(), pages: 0 }
    const done = readOrRepeat(turn).finally(() => {
      if (!isAbandoned(turn)) reading = undefined
    })
    done.then(
      () => setImmediate(lookWhetherBack),
      () => {},
    )
    return { turn, done }
  }

  /** Requests do not wait during an outage: the probe asks the store meanwhile. */
  async function refresh(since: number = performance.now() - maxLagMs): Promise<boolean> {
    if (outage?.failure()) return false
    const neededSince = Math.max(since, invalidatedAt)
    const isRead = await ask()
    // The pass may have begun for another caller, before `since`. The next one begins after it.
    const isReadNow = isRead && freshSince < neededSince ? await ask() : isRead
    // A late response to an earlier pass may have made those of this one useless.
    return isReadNow && freshSince >= neededSince
  }

  async function ask(): Promise<boolean> {
    // A pass that still receives pages continues. One that hangs is abandoned.
    if (!reading || performance.now() - reading.turn.askedAt >= deadlineMs) reading = start()
    const { turn, done } = reading
    const { pages } = turn
    try {
      await withTimeout(deadlineMs, done)
      outage?.ended()
      return true
    } catch (error) {
      // A later pass has succeeded meanwhile, so the store is well again.
      if (freshSince > turn.askedAt) return true
      failure = error
      // The store responds, but it has many pages.
      if (isAbandoned(turn) || turn.pages === pages) goAway(error)
      return false
    }
  }

  /** A response that no request waits for any more tells that the store may be back. */
  function lookWhetherBack(): void {
    if (outage?.failure() && !isClosed) void ask()
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
  const isFresh = () => freshSince >= invalidatedAt && performance.now() - freshSince <= maxLagMs

  return {
    isFresh,
    refresh,
    invalidate() {
      invalidatedAt = performance.now()
    },
    failure: () => failure,
    storeTime: () => storeTime?.(),
    async askStoreTime() {
      return isFresh() || (await refresh()) ? storeTime?.() : undefined
    },
    epoch: () => epoch,
    // Of a store that comes back empty, the processes have copies, and write them back.
    forgottenUntil: Number.NEGATIVE_INFINITY,
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

/** Yields batches of at most `batchSize`. A batch is empty if the store lacks none of that many. */
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
