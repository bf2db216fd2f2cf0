import type { Revocation, Revocations } from '../../../src/lib/state/store.ts'

/** The revocations of a store, whose writes are told of once they are known to be there. */
export interface WatchedRevocations {
  readonly revocations: Revocations
  /** How many writes the store rejected that later turned out to be there. */
  readonly unconfirmed: number
}

/** One write, which is in the store as a whole or not at all. */
interface Write {
  readonly records: readonly Revocation[]
  isRejected: boolean
}

/**
 * A store may do its work although the call rejects: its connection was given up, or its answer came
 * too late. So a write counts from its answer, or from the first page in which a process reads it.
 */
export function watchedRevocations(
  { write, since, ...others }: Revocations,
  onWritten: (records: readonly Revocation[]) => void,
): WatchedRevocations {
  const pending = new Set<Write>()
  let unconfirmed = 0

  function settle(write: Write): void {
    if (pending.delete(write)) onWritten(write.records)
  }

  function look(page: readonly Revocation[]): void {
    for (const each of pending) {
      if (!page.some((record) => isSame(record, each.records[0]!))) continue
      if (each.isRejected) unconfirmed += 1
      settle(each)
    }
  }

  return {
    get unconfirmed() {
      return unconfirmed
    },
    revocations: {
      ...others,
      async write(records) {
        const began: Write = { records, isRejected: false }
        if (records.length > 0) pending.add(began)
        try {
          await write(records)
        } catch (error) {
          began.isRejected = true
          throw error
        }
        settle(began)
      },
      async since(cursor) {
        const page = await since(cursor)
        if (pending.size > 0) look(page.revocations)
        return page
      },
    },
  }
}

/** Servers keep whole milliseconds. */
function isSame(one: Revocation, other: Revocation): boolean {
  const isSameInstant = Math.abs(one.notBefore - other.notBefore) <= 1
  return one.key === other.key && one.clock === other.clock && isSameInstant
}
