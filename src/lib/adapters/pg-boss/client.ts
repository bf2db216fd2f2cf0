/** A job as pg-boss returns it with its metadata. */
export interface PgBossJob {
  readonly id: string
  readonly data: unknown
  /** A number, or PostgreSQL's string form of one. */
  readonly expireInSeconds: number | string
  readonly retryCount: number
  readonly retryLimit: number
}

/**
 * The part of a `pg-boss` instance, version 10 and later, that the kit uses. Options that only some
 * versions have are typed as `object`.
 */
export interface PgBossClient {
  createQueue(name: string, options?: object): Promise<unknown>
  getQueue(name: string): Promise<unknown>
  send(name: string, data: object, options: { readonly id: string }): Promise<string | null>
  getJobById(name: string, id: string, options?: object): Promise<{ readonly data: unknown } | null>
  fetch(
    name: string,
    options: { readonly batchSize: number; readonly includeMetadata: true },
  ): Promise<readonly PgBossJob[]>
  complete(name: string, id: string): Promise<unknown>
  fail(name: string, id: string, data: object): Promise<unknown>
  cancel(name: string, id: string): Promise<unknown>
  /** Up to version 10: finds the jobs of crashed workers. Later versions do so every minute. */
  expire?(): Promise<unknown>
}
