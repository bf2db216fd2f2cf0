import { rememberSuccess } from '../../ground/remember-success.ts'
import type { PostgresClient } from './client.ts'
import { withDeadline } from './deadline.ts'
import { migrate } from './migrate.ts'
import { type Tables, tablesIn } from './tables.ts'

/** How long a statement may take, in milliseconds: less than a caller waits for the store. */
const statementTimeoutMs = 1500
/** The same for a list of all dead letters. */
const listTimeoutMs = 30_000

/** The store's tables, and how to ask for what is in them. */
export interface Database {
  readonly tables: Tables
  /** Runs one statement, which is a transaction of its own; `Row` is what it selects. */
  query<Row>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]>
  /** The same for a statement that may select very many rows. */
  list<Row>(text: string): Promise<readonly Row[]>
}

/** The database. Its tables are created or migrated before the first statement of the process. */
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
