/** The database's clock in milliseconds. It is used because the clients' clocks differ. */
export const now = '(extract(epoch from statement_timestamp()) * 1000)::float8'

/**
 * Precedes a statement and deletes up to ten expired rows with it. The row whose key is `$1` is
 * left to the statement, because a query cannot change a row twice. Rows that another transaction
 * has locked are skipped, so the deletion never waits.
 */
export function sweep(table: string, key: string): string {
  return `with swept as (
    delete from ${table} where ${key} = any(array(
      select ${key} from ${table} where expires_at <= ${now} and ${key} <> $1
      limit 10 for update skip locked
    ))
  )`
}

/** SQLSTATEs. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const undefinedTable = '42P01'
export const insufficientPrivilege = '42501'

/** Whether PostgreSQL refused a statement with this SQLSTATE. */
export function hasSqlState(error: unknown, state: string): boolean {
  return error instanceof Error && 'code' in error && error.code === state
}

/** Quotes a string for a statement without parameters. */
export function quoteText(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
