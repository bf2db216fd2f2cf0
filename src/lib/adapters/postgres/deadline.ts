import type { PostgresClient } from './client.ts'

/** How long a connection is asked whether it lives, in milliseconds. */
const checkMs = 500

/** What is used of a pool of `pg`, beyond what any client has. */
interface Pool {
  query(statement: Statement): Promise<{ readonly rows: unknown[] }>
  readonly idleCount: number
}

/** A statement as `pg` takes it. */
interface Statement {
  readonly text: string
  readonly values?: unknown[]
  /** In milliseconds; after that, the pool closes the connection. */
  readonly query_timeout: number
}

/** Pools that are being looked through. */
const checked = new WeakSet<object>()

/**
 * The same client, whose statements end. A connection that died without a reset (a failover, a NAT)
 * is closed then, and so are those of its pool that died with it: a pool hands out the connection
 * that was used last, so each would have cost a request its wait.
 */
export function withDeadline(client: PostgresClient, timeoutMs: number): PostgresClient {
  if (!isPool(client)) return client
  const pool: Pool = client
  return {
    async query(text, values) {
      try {
        return await pool.query({ text, ...(values ? { values } : {}), query_timeout: timeoutMs })
      } catch (error) {
        if (isTimeout(error)) closeDead(pool)
        throw error
      }
    },
  }
}

/** Others may not take a statement as an object. */
function isPool(client: object): client is PostgresClient & Pool {
  return 'idleCount' in client && typeof client.idleCount === 'number'
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

/** Asks all idle connections at once; those that do not answer are closed. */
function closeDead(pool: Pool): void {
  if (checked.has(pool)) return
  checked.add(pool)
  const check = { text: 'select 1', query_timeout: checkMs }
  const checks = Array.from({ length: pool.idleCount }, () => pool.query(check))
  void Promise.allSettled(checks).then(() => checked.delete(pool))
}
