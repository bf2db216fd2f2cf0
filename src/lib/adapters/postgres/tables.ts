/** The quoted names of the store's tables. */
export interface Tables {
  readonly schema: string
  readonly revocations: string
  readonly used: string
  readonly tokens: string
  readonly tokenLeases: string
  readonly deliveries: string
  readonly deadLetters: string
  readonly aliases: string
  /** The table that records the versions of the others. */
  readonly versions: string
}

/**
 * The tables of a schema. The table of revocations keeps its first name, `marks`: during a rolling
 * deploy, processes of an older version use it under that name.
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
