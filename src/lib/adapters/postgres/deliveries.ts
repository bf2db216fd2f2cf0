import { deliveryMemoryMs } from '../../state/retention.ts'
import type { ClaimAnswer, DeliveryClaim, Ledger } from '../../state/store.ts'
import type { PostgresClient } from './client.ts'
import type { Database } from './database.ts'
import { now, sweep } from './sql.ts'

/** The part of the ledger that keeps deliveries that succeeded or may still succeed. */
type Deliveries = Required<
  Omit<Ledger, 'putDeadLetter' | 'getDeadLetter' | 'deadLetters' | 'removeDeadLetter'>
>

/** Stores one row for each delivery. Every change of its state is one statement. */
export function postgresDeliveries({ tables, query }: Database): Deliveries {
  const { deliveries } = tables

  async function grant({ deliveryId, bodyHash, owner, leaseMs, evenIfDone }: DeliveryClaim) {
    const values = [deliveryId, bodyHash, owner, leaseMs, deliveryMemoryMs, evenIfDone ?? false]
    const [granted] = await query<Omit<ClaimAnswer, 'status'>>(claimIn(deliveries), ...values)
    return granted
  }

  /**
   * Returns the reason why a claim was not granted. If the row was deleted in the meantime, another
   * owner had it: the result is `busy`.
   */
  async function refusal({ deliveryId, bodyHash }: DeliveryClaim): Promise<ClaimAnswer> {
    const [known] = await query<ClaimAnswer>(
      `select case state when 'done' then 'done' else 'busy' end as status,
        body_hash = $2 as "isSameBody", attempt
      from ${deliveries} where delivery_id = $1`,
      deliveryId,
      bodyHash,
    )
    return known ?? { status: 'busy', isSameBody: true, attempt: 1 }
  }

  async function report(...values: ReportValues): Promise<boolean> {
    return (await query(reportIn(deliveries), ...values)).length === 1
  }

  return {
    async claim(claim) {
      const granted = await grant(claim)
      return granted ? { status: 'claimed', ...granted } : refusal(claim)
    },
    renew: (deliveryId, owner, leaseMs) =>
      report(deliveryId, owner, 'claimed', leaseMs, deliveryMemoryMs),
    async settle(deliveryId, owner, keepMs) {
      await report(deliveryId, owner, 'done', 0, keepMs)
    },
    async settleIn(transaction, deliveryId, owner, keepMs) {
      const values: ReportValues = [deliveryId, owner, 'done', 0, keepMs]
      const { rows } = await (transaction as PostgresClient).query(reportIn(deliveries), values)
      if (rows.length === 0) throw new Error('Another attempt has the delivery now: roll back')
    },
    async release(deliveryId, owner) {
      await report(deliveryId, owner, 'released', 0, deliveryMemoryMs)
    },
  }
}

/**
 * Parameters: delivery, body hash, owner, lease, memory, and whether to claim a finished one. An
 * expired row is treated as absent.
 */
function claimIn(table: string): string {
  return `${sweep(table, 'delivery_id')}
  insert into ${table} as known
    (delivery_id, body_hash, attempt, state, owner, lease_end, expires_at)
  values ($1, $2, 1, 'claimed', $3, ${now} + $4, ${now} + $5)
  on conflict (delivery_id) do update set
    previous_body_hash = case when known.expires_at > ${now} then known.body_hash end,
    attempt = case when known.expires_at > ${now} then known.attempt else 0 end + 1,
    body_hash = excluded.body_hash,
    state = excluded.state,
    owner = excluded.owner,
    lease_end = excluded.lease_end,
    expires_at = excluded.expires_at
  where known.state = 'released'
    or known.state = 'claimed' and known.lease_end <= ${now}
    or known.state = 'done' and $6
    or known.expires_at <= ${now}
  returning coalesce(previous_body_hash = body_hash, true) as "isSameBody", attempt`
}

type ReportValues = [
  deliveryId: string,
  owner: string,
  state: 'claimed' | 'released' | 'done',
  leaseMs: number,
  keepMs: number,
]

/** Changes the state of a claimed delivery. Only its owner can. */
function reportIn(table: string): string {
  return `update ${table}
  set state = $3, lease_end = ${now} + $4, expires_at = ${now} + $5
  where delivery_id = $1 and owner = $2 and state = 'claimed' and expires_at > ${now}
  returning true`
}
