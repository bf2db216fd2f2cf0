import type { Revocation, Revocations } from '../../state/store.ts'
import {
  type LoggedRevocation,
  loggedRevocations,
  type RevocationsLog,
} from '../revocations-log.ts'
import type { Database } from './database.ts'
import { now, quoteText } from './sql.ts'

/** Revocations in a table, numbered in the order in which other processes can read them. */
export function postgresRevocations(database: Database): Revocations {
  return loggedRevocations(postgresLog(database))
}

function postgresLog({ tables, query }: Database): RevocationsLog {
  const { revocations: table } = tables
  const lock = `express-scalekit ${table}`
  return {
    async read(from, limit, epochId) {
      const values = [from || '0', limit, epochId || null]
      const rows = await query<RevocationRow & { hasEpoch: boolean }>(readIn(table), ...values)
      const entries = rows.filter(({ id }) => id !== null).map(loggedRevocation)
      return { entries, hasEpoch: rows[0]!.hasEpoch }
    },
    async add(records, epochId) {
      const columns = (['key', 'notBefore', 'expiresAt'] as const).map((name) =>
        records.map((record) => record[name]),
      )
      return (await query(addIn(table), lock, ...columns, epochId || null)).length > 0
    },
    async addEpoch(record, lastId) {
      await query(addEpochIn(table, lock, record, lastId || '0'))
    },
  }
}

/** `id` is a string: a bigint can be larger than JavaScript's exact integers. */
interface RevocationRow {
  readonly id: string
  readonly key: string
  readonly notBefore: number
  readonly expiresAt: number
}

function loggedRevocation({ id, key, notBefore, expiresAt }: RevocationRow): LoggedRevocation {
  return { id: String(id), revocation: { key, notBefore, expiresAt } }
}

/** Takes where to begin, how many, and the epoch to look for. Answers one row at least. */
function readIn(table: string): string {
  return `select ${isThere(table, '$3')} as "hasEpoch", page.*
  from (select) as one left join lateral (
    select id, key, not_before as "notBefore", expires_at as "expiresAt" from ${table}
    where id >= $1 order by id limit $2
  ) as page on true
  order by page.id`
}

/** Whether a row is there; none is asked for by null. */
function isThere(table: string, id: string): string {
  return `(${id}::bigint is null or exists (select from ${table} where id = ${id}::bigint))`
}

/**
 * The advisory lock lets one transaction at a time take numbers. Without it, a lower number could
 * be committed after another process has read a higher one, which would then never read the lower.
 * Processes of different versions share the lock, so its key (`$1`) must not change.
 *
 * Expired revocations are deleted, up to ten more than come in.
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
  insert into ${table} (key, not_before, expires_at)
  select key, not_before, expires_at
  from turn, unnest($2::text[], $3::float8[], $4::float8[])
    with ordinality as revocation (key, not_before, expires_at, place)
  where ${isThere(table, '$5')}
  order by place
  returning true`
}

/**
 * Two statements, which are one transaction: the second sees what was committed while the first
 * waited for the lock. Such a pair takes no parameters.
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
