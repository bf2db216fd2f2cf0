import type { Revocations } from '../../state/store.ts'
import { clockNamed, type LoggedRevocation, revocationsSince } from '../revocations-log.ts'
import type { Database } from './database.ts'
import { now } from './sql.ts'

/** Revocations in a table, numbered in the order in which other processes can read them. */
export function postgresRevocations({ tables, query }: Database): Revocations {
  const { revocations: table } = tables
  const readFrom = async (id: string) => {
    const rows = await query<RevocationRow | ClockRow>(
      `select ${now} as now, id, key, not_before as "notBefore", expires_at as "expiresAt", clock
      from (values (1)) as always left join ${table} on id >= $1 order by id`,
      id || '0',
    )
    return { entries: rows.filter(isRevocation).map(loggedRevocation), now: rows[0]!.now }
  }
  return {
    async write(revocations) {
      if (revocations.length === 0) return
      const columns = (['key', 'notBefore', 'expiresAt', 'clock'] as const).map((name) =>
        revocations.map((revocation) => revocation[name] ?? null),
      )
      await query(add(table), `express-scalekit ${table}`, ...columns)
    },
    since: (cursor) => revocationsSince(readFrom, cursor),
  }
}

/** The database's clock, which is asked with the revocations and also where there is none. */
interface ClockRow {
  readonly now: number
  readonly id: null
}

/** `id` is a string: a bigint can be larger than JavaScript's exact integers. */
interface RevocationRow {
  readonly now: number
  readonly id: string
  readonly key: string
  readonly notBefore: number
  readonly expiresAt: number
  readonly clock: string | null
}

function isRevocation(row: RevocationRow | ClockRow): row is RevocationRow {
  return row.id !== null
}

function loggedRevocation({
  id,
  key,
  notBefore,
  expiresAt,
  clock,
}: RevocationRow): LoggedRevocation {
  return { id: String(id), revocation: { key, notBefore, expiresAt, ...clockNamed(clock) } }
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
  insert into ${table} (key, not_before, expires_at, clock)
  select key, not_before, expires_at, clock
  from turn, unnest($2::text[], $3::float8[], $4::float8[], $5::text[])
    with ordinality as revocation (key, not_before, expires_at, clock, place)
  order by place`
}
