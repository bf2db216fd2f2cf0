import { sha256 } from '../../ground/bytes.ts'
import type { PostgresClient } from './client.ts'
import { withDeadline } from './deadline.ts'
import { type SchemaStep, schemaSteps } from './schema-steps.ts'
import { type SchemaVersion, schemaVersion } from './schema-version.ts'
import { hasSqlState, insufficientPrivilege } from './sql.ts'
import type { Tables } from './tables.ts'

/** Maximum durations of reading the version and of a migration, in milliseconds. */
const [lookTimeoutMs, migrationTimeoutMs] = [1500, 60_000]

/**
 * Migrates the tables to the version of the last step, by running the missing steps. Tables of a
 * later version are left unchanged: a later step only adds, so this process can use them.
 *
 * @throws {Error} if a step is missing and the role may not run it
 */
export async function migrate(
  pool: PostgresClient,
  tables: Tables,
  steps: readonly SchemaStep[] = schemaSteps,
): Promise<void> {
  const quick = withDeadline(pool, lookTimeoutMs)
  const before = await schemaVersion(quick, tables)
  if (before.recorded >= steps.length) return
  try {
    // Statements that are sent together are one transaction.
    await withDeadline(pool, migrationTimeoutMs).query(
      [...migration(tables, before, steps)].join('\n;\n'),
    )
  } catch (error) {
    const { version } = await schemaVersion(quick, tables)
    // Another process was faster. Or the tables only lack a version record, which this role may not
    // write.
    if (version >= steps.length) return
    // Another process with fewer steps has migrated only part of the way.
    if (version > before.version) return migrate(pool, tables, steps)
    const from = version === 0 ? '' : ` from version ${version}`
    const task = `bring the tables of the schema ${tables.schema}${from} to version ${steps.length}`
    throw await withAdvice(error, quick, task)
  }
}

/**
 * The statements of a migration. The lock lets one process migrate at a time. A process that waited
 * for the lock fails at its first insert, because the version is the primary key. So no step runs
 * twice.
 */
function* migration(
  { schema, versions }: Tables,
  { hasSchema, recorded, version }: SchemaVersion,
  steps: readonly SchemaStep[],
): Generator<string> {
  yield `select pg_advisory_xact_lock(${lockKey(schema)})`
  if (!hasSchema) yield `create schema ${schema}`
  if (recorded === 0) yield createVersions(versions)
  for (const [at, step] of steps.entries()) {
    if (at >= recorded) yield `insert into ${versions} (version) values (${at + 1})`
    if (at >= version) yield step(schema)
  }
}

/** Every role may read the versions: a role that may only use the tables needs them as well. */
function createVersions(versions: string): string {
  return `create table if not exists ${versions} (version integer primary key);
    grant select on ${versions} to public`
}

/**
 * Two integers. PostgreSQL keeps such locks apart from those with one integer, such as the lock of
 * the revocations.
 */
function lockKey(schema: string): string {
  const hash = sha256(`express-scalekit ${schema}`)
  return `int '${hash.readInt32BE(0)}', int '${hash.readInt32BE(4)}'`
}

/** Adds advice to an error about a missing right. Every other error is returned unchanged. */
async function withAdvice(error: unknown, pool: PostgresClient, task: string): Promise<unknown> {
  if (!hasSqlState(error, insufficientPrivilege)) return error
  const { rows } = await pool.query('select current_user as role')
  const { role } = rows[0] as { role: string }
  return new Error(
    `The PostgreSQL role "${role}" may not ${task}. Start the application once with a role that ` +
      `may, such as their owner. After that, "${role}" needs USAGE on the schema, and SELECT, ` +
      'INSERT, UPDATE and DELETE on its tables',
    { cause: error },
  )
}
