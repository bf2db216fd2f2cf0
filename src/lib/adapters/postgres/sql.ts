/** The database's clock in milliseconds, since those of its clients differ. */
export const now = '(extract(epoch from statement_timestamp()) * 1000)::float8'

/**
 * Deletes a few rows that have ended, beside the statement it stands in front of and never the row
 * that this one is about, by the key in `$1`: no statement can change a row twice. Rows that
 * somebody else holds are left for the next, so it waits for nobody.
 */
export function sweep(table: string, key: string): string {
  return `with swept as (
    delete from ${table} where ${key} = any(array(
      select ${key} from ${table} where expires_at <= ${now} and ${key} <> $1
      limit 10 for update skip locked
    ))
  )`
}
