import { leaseMemoryMs } from '../../state/retention.ts'
import type { LeaseAnswer, LeaseRequest, TokenStore } from '../../state/store.ts'
import type { Database } from './database.ts'
import { now, sweep } from './sql.ts'

/** Stores one row for each session. Each change is one statement. */
export function postgresTokenLeases({
  tables,
  query,
}: Database): Pick<TokenStore, 'lease' | 'endLease'> {
  const { tokenLeases: table } = tables

  async function grant(sessionId: string, { owner, version, leaseMs }: LeaseRequest) {
    const values = [owner, version, leaseMs, leaseMemoryMs]
    const [granted] = await query<{ triedMsAgo: number | null }>(
      grantIn(table),
      sessionId,
      ...values,
    )
    return granted
  }

  /**
   * Returns the reason why a lease was not granted. If the row was deleted in the meantime, another
   * owner had it: the result is `busy`.
   */
  async function refusal(sessionId: string): Promise<LeaseAnswer> {
    const [known] = await query<LeaseAnswer>(
      `select case when owner is null then 'quiet' else 'busy' end as status,
        greatest(free_at - ${now}, 0) as "leftMs"
      from ${table} where session_id = $1`,
      sessionId,
    )
    return known ?? { status: 'busy', leftMs: 0 }
  }

  return {
    async lease(sessionId, request) {
      const granted = await grant(sessionId, request)
      if (!granted) return refusal(sessionId)
      const { triedMsAgo } = granted
      return { status: 'granted', ...(triedMsAgo === null ? {} : { triedMsAgo }) }
    },
    async endLease(sessionId, owner, { isAnswered, quietMs = 0 }) {
      await query(endIn(table), sessionId, owner, isAnswered, quietMs, leaseMemoryMs)
    },
  }
}

/**
 * Parameters: session, owner, version, lease and memory. A null column means unknown: `owner` after
 * the end of a lease, `begun_at` of a lease for a lower version, `tried_at` if no attempt has an
 * unknown outcome. A lease that expired counts as such an attempt. Expired rows are ignored.
 */
function grantIn(table: string): string {
  const counts = `known.version >= excluded.version and known.expires_at > ${now}`
  return `${sweep(table, 'session_id')}
  insert into ${table} as known
    (session_id, owner, version, begun_at, free_at, expires_at)
  values ($1, $2, $3, ${now}, ${now} + $4, ${now} + $4 + $5)
  on conflict (session_id) do update set
    owner = excluded.owner,
    version = case when ${counts} then known.version else excluded.version end,
    begun_at = case when ${counts} and known.version > excluded.version
      then null else excluded.begun_at end,
    tried_at = case when ${counts} then coalesce(known.tried_at, known.begun_at) end,
    free_at = excluded.free_at,
    expires_at = excluded.expires_at
  where not (${counts}) or known.free_at <= ${now}
  returning case when version = $3 then ${now} - tried_at end as "triedMsAgo"`
}

/** Parameters: session, owner, whether a response arrived, quiet time and memory. */
function endIn(table: string): string {
  return `update ${table} set
    owner = null,
    begun_at = null,
    tried_at = case when $3 then tried_at else coalesce(tried_at, begun_at) end,
    free_at = ${now} + $4,
    expires_at = ${now} + $4 + $5
  where session_id = $1 and owner = $2 and expires_at > ${now}`
}
