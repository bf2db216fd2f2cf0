/** The database's clock in milliseconds, because the clocks of its clients differ. */
export const now = '(extract(epoch from statement_timestamp()) * 1000)::float8'

/**
 * Goes in front of a statement and deletes up to ten expired rows with it. The row whose key is
 * `$1` is left to the statement itself, since no statement can change a row twice. Rows that
 * another transaction has locked are skipped, so it never waits.
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

/** Whether PostgreSQL refused a statement for this reason. */
export function hasSqlState(error: unknown, state: string): boolean {
  return error instanceof Error && 'code' in error && error.code === state
}

/** A text within a statement that takes no parameters. */
export function quoteText(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
