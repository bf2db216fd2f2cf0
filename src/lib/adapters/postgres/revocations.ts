import type { Revocations } from '../../state/store.ts'
import { type LoggedRevocation, revocationsSince } from '../revocations-log.ts'
import type { Database } from './database.ts'
import { now } from './sql.ts'

/** Revocations in a table, numbered in the order in which other processes can read them. */
export function postgresRevocations({ tables, query }: Database): Revocations {
  const { revocations: table } = tables
  const readFrom = async (id: string) => {
    const rows = await query<RevocationRow>(
      `select id, key, not_before as "notBefore", expires_at as "expiresAt" from ${table}
      where id >= $1 order by id`,
      id || '0',
    )
    return rows.map(loggedRevocation)
  }
  return {
    async write(revocations) {
      if (revocations.length === 0) return
      const columns = (['key', 'notBefore', 'expiresAt'] as const).map((name) =>
        revocations.map((revocation) => revocation[name]),
      )
      await query(add(table), `express-scalekit ${table}`, ...columns)
    },
    since: (cursor) => revocationsSince(readFrom, cursor),
  }
}

/** `id` is a string: a bigint can be larger than JavaScript's exact integers. */
interface RevocationRow {
  readonly id: string
  readonly key: string
  readonly notBefore: number
  readonly expiresAt: number
}

function loggedRevocation({ id, ...revocation }: RevocationRow): LoggedRevocation {
  return { id: String(id), revocation }
}

/**
 * The advisory lock lets one transaction at a time take numbers. Without it, a lower number could
 * be committed after another process has read a higher one, which would then never read the lower.
 * Processes of different versions share the lock, so its key (`$1`) must not change.
 *
 * Expired revocations are deleted, up to ten more than come in.
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
    with ordinality as revocation (key, not_before, expires_at, place)
  order by place`
}
