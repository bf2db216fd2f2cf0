import type { TokenStore } from '../../state/store.ts'
import { entryIn, textOf } from '../token-text.ts'
import type { Database } from './database.ts'
import { now, sweep } from './sql.ts'
import { postgresTokenLeases } from './token-leases.ts'

/** Stores one row for the tokens of each session. */
export function postgresTokenStore(database: Database): TokenStore {
  const { tables, query } = database
  const { tokens: table } = tables
  const isThere = `session_id = $1 and expires_at > ${now}`
  return {
    async put(sessionId, entry, expiresAt) {
      const values = [textOf(entry), expiresAt, entry.version]
      await query(putIn(table), sessionId, ...values)
    },
    async get(sessionId) {
      const read = `select tokens, version from ${table} where ${isThere}`
      const [row] = await query<{ tokens: string; version: number }>(read, sessionId)
      return row && { ...entryIn(row.tokens), version: row.version }
    },
    async replace(sessionId, entry, expiresAt, expectedVersion) {
      const values = [textOf(entry), expiresAt, entry.version, expectedVersion]
      const replace = `update ${table} set tokens = $2, expires_at = $3, version = $4
        where ${isThere} and version = $5 returning true`
      if ((await query(replace, sessionId, ...values)).length === 1) return 'replaced'
      const left = await query(`select true from ${table} where ${isThere}`, sessionId)
      return left.length === 1 ? 'changed' : 'gone'
    },
    async remove(sessionId) {
      await query(`delete from ${table} where session_id = $1`, sessionId)
    },
    ...postgresTokenLeases(database),
  }
}

/** Parameters: session, tokens, expiry and version. */
function putIn(table: string): string {
  return `${sweep(table, 'session_id')}
  insert into ${table} (session_id, tokens, expires_at, version) values ($1, $2, $3, $4)
  on conflict (session_id) do update
  set tokens = excluded.tokens, expires_at = excluded.expires_at, version = excluded.version`
}
