/** A job as pg-boss tells of it with its metadata. */
export interface PgBossJob {
  readonly id: string
  readonly data: unknown
  /** A number, or how PostgreSQL writes one. */
  readonly expireInSeconds: number | string
  readonly retryCount: number
  readonly retryLimit: number
}

/**
 * What is used of an instance of `pg-boss`, version 10 and later. Options that only some versions
 * have are an `object`.
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
  /** Until version 10: finds jobs whose workers died. Later versions do so every minute themselves. */
  expire?(): Promise<unknown>
}
