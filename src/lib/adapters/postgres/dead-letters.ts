import type { DeadLetter, Ledger } from '../../state/store.ts'
import type { Database } from './database.ts'

/** The part of the ledger that keeps deliveries whose last attempt failed. */
type DeadLetters = Pick<
  Ledger,
  'putDeadLetter' | 'getDeadLetter' | 'deadLetters' | 'removeDeadLetter'
>

/** Stores one row for each dead letter. It does not expire: handling the letter deletes it. */
export function postgresDeadLetters({ tables, query, list }: Database): DeadLetters {
  const { deadLetters } = tables
  return {
    async putDeadLetter(letter) {
      await query(
        `insert into ${deadLetters} (delivery_id, failed_at, letter) values ($1, $2, $3)
        on conflict (delivery_id) do update
        set failed_at = excluded.failed_at, letter = excluded.letter`,
        letter.deliveryId,
        letter.failedAt,
        JSON.stringify(letter),
      )
    },
    async getDeadLetter(deliveryId) {
      const [row] = await query<{ letter: string }>(
        `select letter from ${deadLetters} where delivery_id = $1`,
        deliveryId,
      )
      return row && (JSON.parse(row.letter) as DeadLetter)
    },
    async deadLetters() {
      const rows = await list<{ letter: string }>(
        `select letter from ${deadLetters} order by failed_at, delivery_id`,
      )
      return rows.map(({ letter }) => JSON.parse(letter) as DeadLetter)
    },
    async removeDeadLetter(deliveryId) {
      const mine = await query(
        `delete from ${deadLetters} where delivery_id = $1 returning true`,
        deliveryId,
      )
      return mine.length === 1
    },
  }
}
