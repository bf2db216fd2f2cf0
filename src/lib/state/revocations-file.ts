import { randomText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { epochOf, epochRecord } from './epoch-record.ts'
import { type FileRecord, openFileLog } from './file-log.ts'
import type { DurableRecords } from './memory-revocations.ts'
import type { Revocation } from './store.ts'

/**
 * Revocations and the epoch in a file, in lines `{ "revocation": … }`. What other lines hold is kept.
 *
 * @throws {@link ConfigError} where the file cannot be used
 */
export function revocationsFile(file: string, clock: Clock): DurableRecords {
  const log = openFileLog(file, (records) => withEpoch(records.filter(isLive)))

  function isLive(record: FileRecord): boolean {
    const revocation = revocationIn(record)
    return revocation === undefined || revocation.expiresAt > clock()
  }

  return {
    records: log.records.flatMap((record) => revocationIn(record) ?? []),
    listen: (keep) =>
      log.listen((record) => {
        const revocation = revocationIn(record)
        if (revocation) keep(revocation)
      }),
    append: (revocations) => log.append(revocations.map((revocation) => ({ revocation }))),
  }
}

function withEpoch(records: readonly FileRecord[]): readonly FileRecord[] {
  const hasEpoch = records.map(revocationIn).some((record) => record && epochOf(record))
  const epoch = epochRecord({ id: randomText(128), isFirst: true })
  return hasEpoch ? records : [{ revocation: epoch }, ...records]
}

function revocationIn({ revocation }: FileRecord): Revocation | undefined {
  return revocation as Revocation | undefined
}
