/** The one method of `pg` that the store calls. Pools and clients both have it. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
}
