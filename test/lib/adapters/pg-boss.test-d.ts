import type PgBoss from 'pg-boss'
import { expectTypeOf, it } from 'vitest'
import type { PgBossClient } from '../../../src/queues.ts'

/** How pg-boss 12 declares what is used of it; version 10 is installed here. */
interface PgBoss12 {
  createQueue(
    name: string,
    options?: { policy?: string; retryLimit?: number; expireInSeconds?: number },
  ): Promise<void>
  getQueue(name: string): Promise<{ name: string } | null>
  send(request: { name: string; data?: object }): Promise<string | null>
  send(name: string, data?: object | null, options?: { id?: string }): Promise<string | null>
  getJobById<T>(name: string, id: string, options?: { db?: object }): Promise<Job12<T> | null>
  fetch<T>(
    name: string,
    options: { batchSize?: number; includeMetadata: true },
  ): Promise<Job12<T>[]>
  fetch<T>(name: string, options?: { batchSize?: number }): Promise<{ id: string; data: T }[]>
  complete(name: string, id: string | string[], data?: object | null): Promise<object>
  fail(name: string, id: string | string[], data?: object | null): Promise<object>
  cancel(name: string, id: string | string[], options?: { db?: object }): Promise<object>
}

interface Job12<T> {
  id: string
  data: T
  expireInSeconds: number
  retryCount: number
  retryLimit: number
}

it('takes an instance of every version of pg-boss', () => {
  expectTypeOf<PgBoss>().toExtend<PgBossClient>()
  expectTypeOf<PgBoss12>().toExtend<PgBossClient>()
})
