import type { SingleUse } from '../../state/store.ts'
import type { Database } from './database.ts'
import { now, sweep } from './sql.ts'

/** Stores one row for each used key. Only the first caller can insert it. */
export function postgresSingleUse({ tables, query }: Database): SingleUse {
  const { used } = tables
  return {
    async claim(key, expiresAt) {
      const mine = await query(
        `${sweep(used, 'key')}
        insert into ${used} as known (key, expires_at) values ($1, $2)
        on conflict (key) do update set expires_at = excluded.expires_at
        where known.expires_at <= ${now}
        returning true`,
        key,
        expiresAt,
      )
      return mine.length === 1
    },
  }
}
