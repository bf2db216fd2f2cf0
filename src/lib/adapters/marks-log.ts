import type { Mark, Marks } from '../state/store.ts'

/** A mark where it lies in a log. */
export interface LoggedMark {
  readonly id: string
  readonly mark: Mark
}

/**
 * Answers `Marks.since` from a log that can be read from one of its entries on, that one included;
 * from `''` on it is read whole.
 *
 * The cursor is the last entry that was seen. Where it is gone, the log was trimmed or is another
 * one, from a backup or of a replica that took over, whose ids may be lower; so all of it is read
 * again. A mark that is read twice says the same.
 */
export async function marksSince(
  readFrom: (id: string) => Promise<readonly LoggedMark[]>,
  cursor = '',
): ReturnType<Marks['since']> {
  const entries = await readFrom(cursor)
  if (cursor !== '' && entries[0]?.id !== cursor) return marksSince(readFrom)
  const now = Date.now()
  const news = entries.filter(({ id, mark }) => id !== cursor && mark.expiresAt > now)
  return { marks: news.map(({ mark }) => mark), cursor: entries.at(-1)?.id ?? '' }
}
