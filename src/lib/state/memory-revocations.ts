import { randomText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { expiringMap } from '../ground/expiring-map.ts'
import { epochOf, epochRecord } from './epoch-record.ts'
import { joinRevocations, lastExpiry } from './join-revocations.ts'
import type { DurableRecords } from './memory-file.ts'
import type { Revocation, Revocations, StoreEpoch } from './store.ts'

/**
 * Keeps revocations in this process. With a file, they are written there first, so that the next
 * process knows them.
 */
export function memoryRevocations(clock: Clock, file?: DurableRecords<Revocation>): Revocations {
  const revocations = expiringMap<readonly Revocation[]>(clock)
  // Created on first use: runtimes such as Cloudflare Workers forbid random values while a module
  // is loading.
  let known: StoreEpoch | undefined
  const epoch = () => (known ??= { id: randomText(128), isFirst: true })
  let beganAt = clock()
  let writes = 0
  const listeners = new Set<(key: string) => void>()

  function keep(record: Revocation): void {
    writes += 1
    const begun = epochOf(record)
    if (begun) {
      known = begun
      beganAt = clock()
    } else {
      const joined = joinRevocations(revocations.get(record.key), record)
      revocations.set(record.key, joined, lastExpiry(joined))
    }
    for (const heard of listeners) heard(record.key)
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
      get writes() {
        return writes
      },
      get: revocations.get,
      get epoch() {
        return epoch()
      },
      get beganAt() {
        return file ? undefined : beganAt
      },
      subscribe(heard) {
        listeners.add(heard)
        return () => void listeners.delete(heard)
      },
    },
    write,
    async since() {
      return { epoch: epoch(), revocations: revocations.values().flat(), cursor: '', now: clock() }
    },
    beginEpoch: () => write([epochRecord({ id: randomText(128), isFirst: false })]),
  }
}
