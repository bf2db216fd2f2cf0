import type { Tokens } from '../../ground/types.ts'
import type { TokenStore } from '../../state/store.ts'
import type { Database } from './database.ts'
import { now, sweep } from './sql.ts'

/** Tokens as JSON, a row for each session. */
export function postgresTokenStore({ tables, query }: Database): TokenStore {
  const { tokens: table } = tables
  return {
    async put(sessionId, tokens, expiresAt) {
      await query(
        `${sweep(table, 'session_id')}
        insert into ${table} (session_id, tokens, expires_at) values ($1, $2, $3)
        on conflict (session_id) do update
        set tokens = excluded.tokens, expires_at = excluded.expires_at`,
        sessionId,
        JSON.stringify(tokens),
        expiresAt,
      )
    },
    async get(sessionId) {
      const [row] = await query<{ tokens: string }>(
        `select tokens from ${table} where session_id = $1 and expires_at > ${now}`,
        sessionId,
      )
      return row && (JSON.parse(row.tokens) as Tokens)
    },
    async remove(sessionId) {
      await query(`delete from ${table} where session_id = $1`, sessionId)
    },
  }
}
