import type { Revocation, RevocationClock, Revocations } from '../state/store.ts'

/** A revocation where it lies in a log. */
export interface LoggedRevocation {
  readonly id: string
  readonly revocation: Revocation
}

/** What was read of a log, and what the clock of its server said then, in milliseconds. */
export interface LogReading {
  readonly entries: readonly LoggedRevocation[]
  readonly now: number
}

/** Reads an entry's clock. An older version wrote none, and a later one may write others. */
export function clockNamed(name: unknown): { readonly clock?: RevocationClock } {
  return name === 'scalekit' || name === 'store' ? { clock: name } : {}
}

/**
 * Implements `Revocations.since` over a log that can be read from one of its entries on, that entry
 * included; from `''` on it is read whole.
 *
 * The cursor is the last entry that was seen. Where it is gone, the log was trimmed or is another
 * one, from a backup or of a replica that took over, whose ids may be lower; so all of it is read
 * again. A revocation that is read twice says the same.
 */
export async function revocationsSince(
  readFrom: (id: string) => Promise<LogReading>,
  cursor = '',
): ReturnType<Revocations['since']> {
  const { entries, now } = await readFrom(cursor)
  if (cursor !== '' && entries[0]?.id !== cursor) return revocationsSince(readFrom)
  const news = entries.filter(({ id, revocation }) => id !== cursor && revocation.expiresAt > now)
  return {
    revocations: news.map(({ revocation }) => revocation),
    cursor: entries.at(-1)?.id ?? '',
    now,
  }
}
