import { randomText } from '../ground/bytes.ts'
import { epochOf, epochRecord } from '../state/epoch-record.ts'
import type {
  Revocation,
  RevocationClock,
  Revocations,
  RevocationsPage,
  StoreEpoch,
} from '../state/store.ts'

/** How many entries are read at once: the event loop gets its turn between two pages. */
export const pageSize = 500

/** A revocation where it lies in a log. */
export interface LoggedRevocation {
  readonly id: string
  readonly revocation: Revocation
}

/** Reads an entry's clock. An older version wrote none, and a later one may write others. */
export function clockNamed(name: unknown): { readonly clock?: RevocationClock } {
  return name === 'scalekit' || name === 'store' ? { clock: name } : {}
}

/** An epoch where it lies in a log. */
interface LoggedEpoch extends StoreEpoch {
  readonly entryId: string
}

/** What was read of a log. */
export interface LogReading {
  readonly entries: readonly LoggedRevocation[]
  /** Whether the entry is there that was to be looked for; true where there was none. */
  readonly hasEpoch: boolean
  /** What the clock of the log's server said then, in milliseconds since the epoch. */
  readonly now: number
}

/** A log of revocations in a database; each method is one step there. */
export interface RevocationsLog {
  /**
   * At most `limit` entries from one of them on, that entry included; from `''` on, the first.
   *
   * @param epochId An entry to look for; `''` for none.
   */
  read(from: string, limit: number, epochId: string): Promise<LogReading>
  /**
   * Adds entries at the end, where `epochId` is there or `''`.
   *
   * @returns whether they were added
   */
  add(records: readonly Revocation[], epochId: string): Promise<boolean>
  /** Adds an epoch, where `lastId` (`''`: nothing) is there and no epoch comes after it. */
  addEpoch(record: Revocation, lastId: string): Promise<void>
}

/**
 * Implements `Revocations` over a log.
 *
 * The epoch lies in the log as an entry with the fields of a revocation, so that it cannot outlive
 * them, and processes of a version that knows no epochs read and keep it as one. Of several, the
 * last counts.
 *
 * The cursor is the last entry that was seen, with its content: ids of a backup or of a replica that
 * took over can be lower, and may be given out again. Where it is gone, all is read again. A
 * revocation that is read twice says the same.
 */
export function loggedRevocations(log: RevocationsLog): Revocations {
  let known: LoggedEpoch | undefined
  // From then on, an epoch that this process makes is not the first one.
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

  /** A process that has not read yet looks at the first page only, whatever waits for it. */
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

/** What has not expired by the clock of the log's server, and was not seen. */
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
