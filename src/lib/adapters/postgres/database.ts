import { rememberSuccess } from '../../ground/remember-success.ts'
import type { PostgresClient } from './client.ts'
import { migrate } from './migrate.ts'
import { type Tables, tablesIn } from './tables.ts'

/** The store's tables, and how to ask for what is in them. */
export interface Database {
  readonly tables: Tables
  /** Runs one statement, which is a transaction of its own; `Row` is what it selects. */
  query<Row>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]>
}

/** The database. Its tables are created or migrated before the first statement of the process. */
export function database(pool: PostgresClient, schema: string): Database {
  const tables = tablesIn(schema)
  const ready = rememberSuccess(() => migrate(pool, tables), { clock: Date.now, retryAfterMs: 0 })
  return {
    tables,
    async query<Row>(text: string, ...values: readonly unknown[]) {
      await ready()
      const { rows } = await pool.query(text, [...values])
      return rows as Row[]
    },
  }
}
