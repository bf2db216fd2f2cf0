import type { Aliases } from '../../state/store.ts'
import type { Database } from './database.ts'
import { now } from './sql.ts'

/** Stores one row for each value of a key. */
export function postgresAliases({ tables, query }: Database): Aliases {
  const { aliases: table } = tables
  return {
    async add(aliases) {
      if (aliases.length === 0) return
      const columns = (['key', 'value', 'expiresAt'] as const).map((name) =>
        aliases.map((alias) => alias[name]),
      )
      await query(add(table), ...columns)
      await query(sweep(table))
    },
    async find(keys) {
      const rows = await query<{ value: string }>(
        `select distinct value from ${table} where key = any($1::text[]) and expires_at > ${now}`,
        keys,
      )
      return rows.map(({ value }) => value)
    },
  }
}

/** All processes lock the rows in the same order, so that they cannot deadlock. */
function add(table: string): string {
  return `insert into ${table} as known (key, value, expires_at)
  select key, value, max(expires_at)
  from unnest($1::text[], $2::text[], $3::float8[]) as alias (key, value, expires_at)
  group by key, value order by key, value
  on conflict (key, value) do update
  set expires_at = greatest(known.expires_at, excluded.expires_at)`
}

/**
 * Deletes more expired rows than are usually added. It is a separate statement: combined with the
 * insert, it could deadlock with another process.
 */
function sweep(table: string): string {
  return `delete from ${table} where ctid = any(array(
    select ctid from ${table} where expires_at <= ${now} limit 20 for update skip locked
  ))`
}
