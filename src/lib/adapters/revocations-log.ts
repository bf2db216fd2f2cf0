import { randomText } from '../ground/bytes.ts'
import { epochOf, epochRecord } from '../state/epoch-record.ts'
import type {
  Revocation,
  RevocationClock,
  Revocations,
  RevocationsPage,
  StoreEpoch,
} from '../state/store.ts'

/** How many entries are read at once. The event loop runs between two pages. */
export const pageSize = 500

/** A revocation with its position in a log. */
export interface LoggedRevocation {
  readonly id: string
  readonly revocation: Revocation
}

/**
 * Reads an entry's clock. An older version wrote none, and a later version may write other names.
 */
export function clockNamed(name: unknown): { readonly clock?: RevocationClock } {
  return name === 'scalekit' || name === 'store' ? { clock: name } : {}
}

/** An epoch with its position in a log. */
interface LoggedEpoch extends StoreEpoch {
  readonly entryId: string
}

/** The result of reading a log. */
export interface LogReading {
  readonly entries: readonly LoggedRevocation[]
  /** Whether the requested entry exists; true if none was requested. */
  readonly hasEpoch: boolean
  /** The clock of the log's server at that time, in milliseconds since the epoch. */
  readonly now: number
}

/** A log of revocations in a database. Each method is atomic there. */
export interface RevocationsLog {
  /**
   * Reads at most `limit` entries, starting with the entry `from`. With `''`, starts with the
   * first.
   *
   * @param epochId An entry to look for; `''` for none.
   */
  read(from: string, limit: number, epochId: string): Promise<LogReading>
  /**
   * Appends entries if `epochId` exists or is `''`.
   *
   * @returns whether they were added
   */
  add(records: readonly Revocation[], epochId: string): Promise<boolean>
  /** Appends an epoch, if `lastId` exists (`''`: no condition) and no epoch comes after it. */
  addEpoch(record: Revocation, lastId: string): Promise<void>
}

/**
 * Implements `Revocations` on top of a log.
 *
 * The epoch is stored in the log as an entry with the fields of a revocation. It therefore cannot
 * outlive the revocations, and processes of a version without epochs read and keep it like one. If
 * there are several, the last one counts.
 *
 * The cursor is the last entry that was read, with its content: after a restore or a failover, ids
 * can be lower and can be reused. If that entry no longer exists, the whole log is read again.
 * Applying a revocation twice has no further effect.
 */
export function loggedRevocations(log: RevocationsLog): Revocations {
  let known: LoggedEpoch | undefined
  // Once an epoch was known, an epoch that this process creates is not the store's first one.
  let hasKnown = false

  function look(entries: readonly LoggedRevocation[]): void {
    for (const { id: entryId, revocation } of entries) {
      const epoch = epochOf(revocation)
      if (epoch) known = { ...epoch, entryId }
    }
    hasKnown ||= known !== undefined
  }

  async function since(cursor = '', isRestart = false): Promise<RevocationsPage> {
    const from = idOf(cursor)
    const { entries, hasEpoch, now } = await log.read(from, pageSize + 1, known?.entryId ?? '')
    if (!hasEpoch) known = undefined
    const isGone = cursor !== '' && (!entries[0] || cursorAt(entries[0]) !== cursor)
    if (isGone || (!hasEpoch && from !== '')) return since('', true)
    look(entries)
    const hasMore = entries.length > pageSize
    const last = entries.at(-1)
    if (!hasMore && !known) {
      await log.addEpoch(epochRecord({ id: randomText(128), isFirst: !hasKnown }), last?.id ?? '')
      return since(cursor, isRestart)
    }
    return {
      ...(known ? { epoch: { id: known.id, isFirst: known.isFirst } } : {}),
      revocations: newsIn(entries, from, now),
      now,
      cursor: last ? cursorAt(last) : '',
      hasMore,
      isRestart,
    }
  }

  /** A process that has not read yet only reads the first page, however long the log is. */
  async function write(records: readonly Revocation[]): Promise<void> {
    if (!known) await since()
    if (await log.add(records, known?.entryId ?? '')) return
    known = undefined
    await since()
    await log.add(records, '')
  }

  return {
    write: async (revocations) => {
      if (revocations.length > 0) await write(revocations)
    },
    since: (cursor) => since(cursor),
    beginEpoch: () => write([epochRecord({ id: randomText(128), isFirst: false })]),
  }
}

/** The entries that have not expired by the clock of the log's server and were not read before. */
function newsIn(entries: readonly LoggedRevocation[], from: string, now: number): Revocation[] {
  return entries
    .filter(({ id, revocation }) => id !== from && revocation.expiresAt > now)
    .map(({ revocation }) => revocation)
    .filter((revocation) => !epochOf(revocation))
}

function cursorAt({ id, revocation }: LoggedRevocation): string {
  const { key, notBefore, expiresAt, clock = '' } = revocation
  return [id, notBefore, expiresAt, clock, key].join(' ')
}

function idOf(cursor: string): string {
  return cursor.split(' ', 1)[0]!
}
