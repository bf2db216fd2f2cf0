import type { PostgresClient } from './client.ts'
import { hasSqlState, undefinedTable } from './sql.ts'
import type { Tables } from './tables.ts'

/** The versions found in a schema. */
export interface SchemaVersion {
  readonly hasSchema: boolean
  /** The version of the tables; 0 if they do not exist. */
  readonly version: number
  /** The recorded version; 0 if none is recorded, as in tables that are older than the record. */
  readonly recorded: number
}

/**
 * Reads the recorded version with one query. Without a record, the version is derived from the
 * tables.
 */
export async function schemaVersion(pool: PostgresClient, tables: Tables): Promise<SchemaVersion> {
  const recorded = await recordedVersion(pool, tables)
  if (recorded > 0) return { hasSchema: true, version: recorded, recorded }
  const { rows } = await pool.query(
    `select to_regnamespace($1) is not null as "hasSchema",
      (to_regclass($2) is not null)::int as version`,
    [tables.schema, tables.deadLetters],
  )
  return { ...(rows[0] as Omit<SchemaVersion, 'recorded'>), recorded }
}

async function recordedVersion(pool: PostgresClient, { versions }: Tables): Promise<number> {
  try {
    const { rows } = await pool.query(
      `select coalesce(max(version), 0) as version from ${versions}`,
    )
    return (rows[0] as { version: number }).version
  } catch (error) {
    if (hasSqlState(error, undefinedTable)) return 0
    throw error
  }
}
