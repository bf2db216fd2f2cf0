import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { migrate } from '../../../../src/lib/adapters/postgres/migrate.ts'
import { schemaSteps } from '../../../../src/lib/adapters/postgres/schema-steps.ts'
import { tablesIn } from '../../../../src/lib/adapters/postgres/tables.ts'
import { rowsOfVersion1, tablesOfVersion1 } from './version-1.ts'

/** With two made-up steps. The last needs the one before, and its trace shows how often it ran. */
export const laterSteps = [
  ...schemaSteps,
  (schema: string) => `
    alter table ${schema}.tokens add column trace text not null default '';
    insert into ${schema}.tokens (session_id, tokens, expires_at, trace)
      values ('trace', '{}', 0, '2')`,
  (schema: string) => `update ${schema}.tokens set trace = trace || '3' where session_id = 'trace'`,
]

/** The versions that are recorded after these steps. */
export const versionsOf = (steps: readonly unknown[]) => steps.map((_, at) => at + 1)

export const newSchema = () => `test ${randomUUID()}`

/** Keeps tokens by the statement of the versions 1 and 2. Never edit it. */
export async function putAsBefore(
  pool: Pool,
  schema: string,
  ...values: readonly [sessionId: string, json: string, expiresAt: number]
): Promise<void> {
  await pool.query(
    `insert into "${schema}".tokens (session_id, tokens, expires_at) values ($1, $2, $3)
    on conflict (session_id) do update
    set tokens = excluded.tokens, expires_at = excluded.expires_at`,
    [...values],
  )
}

/** Schemas of one database in several states, and what is in them. */
export function schemasIn(pool: Pool) {
  async function select(sql: string, ...values: unknown[]): Promise<unknown[][]> {
    return (await pool.query({ text: sql, values, rowMode: 'array' })).rows
  }

  return {
    select,
    /** As an application left it that did not record versions yet. */
    async oldSchema(): Promise<string> {
      const schema = newSchema()
      await pool.query(tablesOfVersion1(schema) + rowsOfVersion1(schema))
      return schema
    },
    /** With tables that have had these steps. */
    async currentSchema(steps = schemaSteps): Promise<string> {
      const schema = newSchema()
      await migrate(pool, tablesIn(schema), steps)
      return schema
    },
    async versionsIn(schema: string): Promise<unknown[]> {
      return (await select(`select version from "${schema}".store_versions order by 1`)).flat()
    },
    /** What {@link laterSteps} left. */
    async tracesIn(schema: string): Promise<unknown[]> {
      const traces = `select trace from "${schema}".tokens where session_id = 'trace'`
      return (await select(traces)).flat()
    },
    /** All columns and indexes but those of the versions. */
    columnsAndIndexesIn: (schema: string) =>
      select(
        `select table_name, column_name, data_type, is_nullable, column_default, is_identity
        from information_schema.columns
        where table_schema = $1 and table_name <> 'store_versions'
        union all
        select tablename, indexname, replace(indexdef, $1, ''), '', '', ''
        from pg_indexes where schemaname = $1 and tablename <> 'store_versions'
        order by 1, 2`,
        schema,
      ),
  }
}
