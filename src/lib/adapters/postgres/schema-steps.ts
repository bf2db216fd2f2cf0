/** The SQL of one step, for a quoted schema. */
export type SchemaStep = (schema: string) => string

/**
 * The history of the tables: step n migrates them from version n - 1 to version n. To change the
 * tables, append a step.
 *
 * - A released step is never edited. Databases that have it do not run it again, so an edit would
 *   leave one version with two shapes. For the same reason, a step spells out the names of its
 *   tables.
 * - A step only adds, e.g. a table, an index or a column with a default. During a rolling deploy,
 *   processes that only know earlier versions keep using the same tables.
 * - A later step has no effect when it runs again, e.g. by `if not exists`. Tables with an empty
 *   record count as version 1, for example after an application truncated all its tables.
 * - A step is fast. All steps are one transaction, and requests wait for its locks.
 */
export const schemaSteps: readonly SchemaStep[] = [
  // Times are numbers of milliseconds, as in JavaScript.
  (schema) => `
    create table ${schema}.marks (
      id bigint generated always as identity primary key,
      key text not null,
      not_before float8 not null,
      expires_at float8 not null
    );
    create table ${schema}.used (key text primary key, expires_at float8 not null);
    create table ${schema}.tokens (
      session_id text primary key,
      tokens text not null,
      expires_at float8 not null
    );
    create table ${schema}.deliveries (
      delivery_id text primary key,
      body_hash text not null,
      previous_body_hash text,
      attempt integer not null,
      state text not null,
      owner text not null,
      lease_end float8 not null,
      expires_at float8 not null
    );
    create table ${schema}.dead_letters (
      delivery_id text primary key,
      failed_at float8 not null,
      letter text not null
    );
    create index marks_end on ${schema}.marks (expires_at);
    create index used_end on ${schema}.used (expires_at);
    create index tokens_end on ${schema}.tokens (expires_at);
    create index deliveries_end on ${schema}.deliveries (expires_at)
  `,
  // Processes of version 1 do not write the clock, so it is null.
  (schema) => `
    alter table ${schema}.marks add column if not exists clock text;
    create table if not exists ${schema}.aliases (
      key text not null,
      value text not null,
      expires_at float8 not null,
      primary key (key, value)
    );
    create index if not exists aliases_end on ${schema}.aliases (expires_at)
  `,
  // Processes of earlier versions do not write the version of a session's tokens, so it is 0.
  (schema) => `
    alter table ${schema}.tokens add column if not exists version integer not null default 0;
    create table if not exists ${schema}.token_leases (
      session_id text primary key,
      version integer not null,
      owner text,
      begun_at float8,
      tried_at float8,
      free_at float8 not null,
      expires_at float8 not null
    );
    create index if not exists token_leases_end on ${schema}.token_leases (expires_at)
  `,
]
