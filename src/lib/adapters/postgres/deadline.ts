import type { PostgresClient } from './client.ts'

/** How long an idle connection may take to answer the check, in milliseconds. */
const checkMs = 500

/** The part of a `pg` pool that is used here, beyond what every client has. */
interface Pool {
  query(statement: Statement): Promise<{ readonly rows: unknown[] }>
  readonly idleCount: number
}

/** A statement in the form that `pg` accepts. */
interface Statement {
  readonly text: string
  readonly values?: unknown[]
  /** In milliseconds. After that, the pool closes the connection. */
  readonly query_timeout: number
}

/** Pools whose connections are being checked. */
const checked = new WeakSet<object>()

/**
 * Wraps a pool so that every statement times out. A connection that died without a reset (a
 * failover, a NAT) is then closed, and so are the pool's other dead connections. The pool hands out
 * the connection that was used last, so each dead one would otherwise delay a request by the full
 * timeout.
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

/** Only pools are wrapped: other clients may not accept a statement as an object. */
function isPool(client: object): client is PostgresClient & Pool {
  return 'idleCount' in client && typeof client.idleCount === 'number'
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

/** Checks all idle connections at once. Those that do not answer are closed. */
function closeDead(pool: Pool): void {
  if (checked.has(pool)) return
  checked.add(pool)
  const check = { text: 'select 1', query_timeout: checkMs }
  const checks = Array.from({ length: pool.idleCount }, () => pool.query(check))
  void Promise.allSettled(checks).then(() => checked.delete(pool))
}
