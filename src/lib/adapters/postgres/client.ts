/** What is used of `pg`: the one method that its pools and its clients have in common. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
}
