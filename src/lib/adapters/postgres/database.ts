import { rememberSuccess } from '../../ground/remember-success.ts'
import type { PostgresClient } from './client.ts'
import { withDeadline } from './deadline.ts'
import { migrate } from './migrate.ts'
import { type Tables, tablesIn } from './tables.ts'

/** Maximum duration of a statement, in milliseconds: shorter than callers wait for the store. */
const statementTimeoutMs = 1500
/** Maximum duration of the statement that lists all dead letters, in milliseconds. */
const listTimeoutMs = 30_000

/** The store's tables and the functions that query them. */
export interface Database {
  readonly tables: Tables
  /** Runs one statement, which is its own transaction. `Row` is the type of a selected row. */
  query<Row>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]>
  /** Like `query`, for a statement that may select a large number of rows. */
  list<Row>(text: string): Promise<readonly Row[]>
}

/**
 * Creates the access to the database. The first statement of the process waits until the tables
 * have been created or migrated.
 */
export function database(pool: PostgresClient, schema: string): Database {
  const tables = tablesIn(schema)
  const ready = rememberSuccess(() => migrate(pool, tables), { clock: Date.now, retryAfterMs: 0 })
  const quick = withDeadline(pool, statementTimeoutMs)
  const slow = withDeadline(pool, listTimeoutMs)
  return {
    tables,
    async query<Row>(text: string, ...values: readonly unknown[]) {
      await ready()
      const { rows } = await quick.query(text, [...values])
      return rows as Row[]
    },
    async list<Row>(text: string) {
      await ready()
      const { rows } = await slow.query(text)
      return rows as Row[]
    },
  }
}
