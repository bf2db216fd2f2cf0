import { randomText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { epochOf, epochRecord } from './epoch-record.ts'
import { type FileRecord, openFileLog } from './file-log.ts'
import type { Alias, Revocation } from './store.ts'

/** Records of one kind that survive the process that keeps them in memory. */
export interface DurableRecords<Item> {
  /** The records that earlier processes wrote. */
  readonly records: readonly Item[]
  /** Calls `keep` with each record written from now on. */
  listen(keep: (record: Item) => void): void
  append(records: readonly Item[]): Promise<void>
}

/** The parts of a memory store that it writes to its file. */
export interface MemoryFile {
  readonly revocations: DurableRecords<Revocation>
  readonly aliases: DurableRecords<Alias>
}

/**
 * Keeps revocations, the epoch and aliases in a file, as lines `{ "revocation": … }` and
 * `{ "alias": … }`. Other lines are preserved.
 *
 * @throws {@link ConfigError} if the file cannot be used
 */
export function memoryFile(file: string, clock: Clock): MemoryFile {
  const log = openFileLog(file, (records) => withEpoch(lastAliases(records.filter(isLive))))

  function isLive({ revocation, alias }: FileRecord): boolean {
    const { expiresAt = Number.POSITIVE_INFINITY } = (revocation ?? alias ?? {}) as Partial<Alias>
    return expiresAt > clock()
  }

  function recordsOf<Item>(kind: 'revocation' | 'alias'): DurableRecords<Item> {
    const items = (record: FileRecord) => (kind in record ? [record[kind] as Item] : [])
    return {
      records: log.records.flatMap(items),
      listen: (keep) => log.listen((record) => items(record).forEach(keep)),
      append: (added) => log.append(added.map((item) => ({ [kind]: item }))),
    }
  }

  return { revocations: recordsOf('revocation'), aliases: recordsOf('alias') }
}

/**
 * Keeps the last line of each alias: every sign-in writes its aliases again, with a later expiry.
 */
function lastAliases(records: readonly FileRecord[]): readonly FileRecord[] {
  const names = records.map(aliasNameIn)
  const ends = new Map<string, number>()
  for (const [at, record] of records.entries()) {
    const name = names[at]
    if (name) ends.set(name, Math.max(ends.get(name) ?? 0, (record.alias as Alias).expiresAt))
  }
  return records.filter((record, at) => {
    const name = names[at]
    return !name || (record.alias as Alias).expiresAt === ends.get(name)
  })
}

function aliasNameIn({ alias }: FileRecord): string | undefined {
  const { key, value } = (alias ?? {}) as Partial<Alias>
  return alias === undefined ? undefined : JSON.stringify([key, value])
}

function withEpoch(records: readonly FileRecord[]): readonly FileRecord[] {
  const hasEpoch = records.some(({ revocation }) => revocation && epochOf(revocation as Revocation))
  const epoch = epochRecord({ id: randomText(128), isFirst: true })
  return hasEpoch ? records : [{ revocation: epoch }, ...records]
}
