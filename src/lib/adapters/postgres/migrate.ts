import type { PostgresClient } from './client.ts'
import type { Tables } from './tables.ts'

/** Makes the tables where they are missing; a role that may not make any can use those of another. */
export async function migrate(pool: PostgresClient, tables: Tables): Promise<void> {
  const { hasSchema, hasTables } = await look(pool, tables)
  if (hasTables) return
  const schema = hasSchema ? '' : `create schema ${tables.schema};`
  try {
    // Statements that are sent together are one transaction.
    await pool.query(schema + definition(tables))
  } catch (error) {
    // A process that began at the same moment made them first.
    if (!(await look(pool, tables)).hasTables) throw error
  }
}

interface Found {
  readonly hasSchema: boolean
  readonly hasTables: boolean
}

async function look(pool: PostgresClient, { schema, deadLetters }: Tables): Promise<Found> {
  const { rows } = await pool.query(
    `select to_regnamespace($1) is not null as "hasSchema", to_regclass($2) is not null as "hasTables"`,
    [schema, deadLetters],
  )
  return rows[0] as Found
}

/** Moments are numbers of milliseconds, as JavaScript has them. */
function definition({ revocations, used, tokens, deliveries, deadLetters }: Tables): string {
  return `
    create table ${revocations} (
      id bigint generated always as identity primary key,
      key text not null,
      not_before float8 not null,
      expires_at float8 not null
    );
    create table ${used} (key text primary key, expires_at float8 not null);
    create table ${tokens} (
      session_id text primary key,
      tokens text not null,
      expires_at float8 not null
    );
    create table ${deliveries} (
      delivery_id text primary key,
      body_hash text not null,
      previous_body_hash text,
      attempt integer not null,
      state text not null,
      owner text not null,
      lease_end float8 not null,
      expires_at float8 not null
    );
    create table ${deadLetters} (
      delivery_id text primary key,
      failed_at float8 not null,
      letter text not null
    );
    create index marks_end on ${revocations} (expires_at);
    create index used_end on ${used} (expires_at);
    create index tokens_end on ${tokens} (expires_at);
    create index deliveries_end on ${deliveries} (expires_at);
  `
}
