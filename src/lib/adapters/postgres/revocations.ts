import type { Revocation, Revocations } from '../../state/store.ts'
import {
  clockNamed,
  type LoggedRevocation,
  loggedRevocations,
  type RevocationsLog,
} from '../revocations-log.ts'
import type { Database } from './database.ts'
import { now, quoteText } from './sql.ts'

/**
 * Stores revocations in a table, numbered in the order in which they become visible to other
 * processes.
 */
export function postgresRevocations(database: Database): Revocations {
  return loggedRevocations(postgresLog(database))
}

function postgresLog({ tables, query }: Database): RevocationsLog {
  const { revocations: table } = tables
  const lock = `express-scalekit ${table}`
  return {
    async read(from, limit, epochId) {
      const values = [from || '0', limit, epochId || null]
      const rows = await query<RevocationRow | EmptyRow>(readIn(table), ...values)
      const { hasEpoch, now: storeNow } = rows[0]!
      return { entries: rows.filter(isRevocation).map(loggedRevocation), hasEpoch, now: storeNow }
    },
    async add(records, epochId) {
      const columns = (['key', 'notBefore', 'expiresAt', 'clock'] as const).map((name) =>
        records.map((record) => record[name] ?? null),
      )
      return (await query(addIn(table), lock, ...columns, epochId || null)).length > 0
    },
    async addEpoch(record, lastId) {
      await query(addEpochIn(table, lock, record, lastId || '0'))
    },
  }
}

/**
 * Columns that are read together with the revocations. A row without a revocation has them as well.
 */
interface ReadRow {
  /** The database's clock, in milliseconds. */
  readonly now: number
  readonly hasEpoch: boolean
}

interface EmptyRow extends ReadRow {
  readonly id: null
}

/** `id` is a string: a bigint can be larger than JavaScript's exact integers. */
interface RevocationRow extends ReadRow {
  readonly id: string
  readonly key: string
  readonly notBefore: number
  readonly expiresAt: number
  readonly clock: string | null
}

function isRevocation(row: RevocationRow | EmptyRow): row is RevocationRow {
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
 * Parameters: the first id, how many rows, and the id of the epoch's row. Returns at least one row:
 * if there is no revocation, one that has only the columns of `ReadRow`.
 */
function readIn(table: string): string {
  return `select ${now} as now, ${isThere(table, '$3')} as "hasEpoch", page.*
  from (select) as one left join lateral (
    select id, key, not_before as "notBefore", expires_at as "expiresAt", clock from ${table}
    where id >= $1 order by id limit $2
  ) as page on true
  order by page.id`
}

/**
 * SQL that says whether the row with this id exists. It is also true for null, because then no row
 * is required.
 */
function isThere(table: string, id: string): string {
  return `(${id}::bigint is null or exists (select from ${table} where id = ${id}::bigint))`
}

/**
 * The advisory lock lets one transaction at a time take numbers. Without it, a lower number could
 * be committed after another process has read a higher one. That process would then never read the
 * lower number. Processes of different versions share the lock, so its key (`$1`) must not change.
 *
 * Each statement also deletes expired revocations: up to ten more than it adds.
 */
function addIn(table: string): string {
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
  where ${isThere(table, '$6')}
  order by place
  returning true`
}

/**
 * Two statements in one transaction, so that the second sees the rows that were committed while the
 * first waited for the lock. A query of two statements cannot have parameters, so the values are
 * part of the SQL.
 */
function addEpochIn(
  table: string,
  lock: string,
  { key, notBefore, expiresAt }: Revocation,
  lastId: string,
): string {
  return `select pg_advisory_xact_lock(hashtextextended(${quoteText(lock)}, 0));
  insert into ${table} (key, not_before, expires_at)
  select ${quoteText(key)}, ${notBefore}, ${expiresAt}
  where not exists (select from ${table} where id > ${lastId} and key like 'epoch:%')
    and (${lastId} = 0 or exists (select from ${table} where id = ${lastId}))`
}
