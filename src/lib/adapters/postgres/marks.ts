import type { Marks } from '../../state/store.ts'
import { type LoggedMark, marksSince } from '../marks-log.ts'
import type { Database } from './database.ts'
import { now } from './sql.ts'

/** Marks in a table, numbered in the order in which others can see them. */
export function postgresMarks({ tables, query }: Database): Marks {
  const { marks: table } = tables
  const readFrom = async (id: string) => {
    const rows = await query<MarkRow>(
      `select id, key, not_before as "notBefore", expires_at as "expiresAt" from ${table}
      where id >= $1 order by id`,
      id || '0',
    )
    return rows.map(loggedMark)
  }
  return {
    async write(marks) {
      if (marks.length === 0) return
      const columns = (['key', 'notBefore', 'expiresAt'] as const).map((name) =>
        marks.map((mark) => mark[name]),
      )
      await query(add(table), `express-scalekit ${table}`, ...columns)
    },
    since: (cursor) => marksSince(readFrom, cursor),
  }
}

/** `id` is a text, since it may be larger than JavaScript's numbers are exact. */
interface MarkRow {
  readonly id: string
  readonly key: string
  readonly notBefore: number
  readonly expiresAt: number
}

function loggedMark({ id, ...mark }: MarkRow): LoggedMark {
  return { id: String(id), mark }
}

/**
 * Numbers are given out one transaction after another, or a lower one could be committed after a
 * higher one was read, and would never be seen. Expired marks go, a few more than come in.
 */
function add(table: string): string {
  return `with turn as materialized (
    select pg_advisory_xact_lock(hashtextextended($1, 0))
  ), swept as (
    delete from ${table} where id = any(array(
      select id from ${table} where expires_at <= ${now}
      limit cardinality($2::text[]) + 10 for update skip locked
    ))
  )
  insert into ${table} (key, not_before, expires_at)
  select key, not_before, expires_at
  from turn, unnest($2::text[], $3::float8[], $4::float8[])
    with ordinality as mark (key, not_before, expires_at, place)
  order by place`
}
