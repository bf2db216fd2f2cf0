import { randomText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { epochOf, epochRecord } from './epoch-record.ts'
import { joinRevocations } from './join-revocations.ts'
import type { Revocation, Revocations, StoreEpoch } from './store.ts'

/** What outlives a process that keeps its revocations in memory. */
export interface DurableRecords {
  /** What was written before. */
  readonly records: readonly Revocation[]
  /** Calls `keep` with all that is written from now on. */
  listen(keep: (record: Revocation) => void): void
  append(records: readonly Revocation[]): Promise<void>
}

/** Revocations in this process; with a file, in that first, so that the next process knows them. */
export function memoryRevocations(clock: Clock, file?: DurableRecords): Revocations {
  const revocations = expiringMap<Revocation>(clock)
  let epoch: StoreEpoch = { id: randomText(128), isFirst: true }
  let beganAt = clock()

  function keep(record: Revocation): void {
    const begun = epochOf(record)
    if (begun) {
      epoch = begun
      beganAt = clock()
      return
    }
    const joined = joinRevocations(revocations.get(record.key), record)
    revocations.set(joined.key, joined, joined.expiresAt)
  }

  async function write(records: readonly Revocation[]): Promise<void> {
    if (file) await file.append(records)
    else records.forEach(keep)
  }

  file?.records.forEach(keep)
  file?.listen(keep)
  return {
    local: {
      get size() {
        return revocations.size
      },
      get: revocations.get,
      get epoch() {
        return epoch
      },
      get beganAt() {
        return file ? undefined : beganAt
      },
    },
    write,
    async since() {
      return { epoch, revocations: revocations.values(), cursor: '' }
    },
    beginEpoch: () => write([epochRecord({ id: randomText(128), isFirst: false })]),
  }
}
