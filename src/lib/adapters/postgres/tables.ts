/** The store's tables, as SQL names them. */
export interface Tables {
  readonly schema: string
  readonly revocations: string
  readonly used: string
  readonly tokens: string
  readonly tokenLeases: string
  readonly deliveries: string
  readonly deadLetters: string
  readonly aliases: string
  /** The versions that the other tables have had. */
  readonly versions: string
}

/**
 * The tables of a schema. Revocations keep the first name of their table, `marks`: during a rolling
 * deploy, processes of an older version read and write it under that name.
 */
export function tablesIn(schema: string): Tables {
  const quoted = quoteIdentifier(schema)
  return {
    schema: quoted,
    revocations: `${quoted}.marks`,
    used: `${quoted}.used`,
    tokens: `${quoted}.tokens`,
    tokenLeases: `${quoted}.token_leases`,
    deliveries: `${quoted}.deliveries`,
    deadLetters: `${quoted}.dead_letters`,
    aliases: `${quoted}.aliases`,
    versions: `${quoted}.store_versions`,
  }
}

/** @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
