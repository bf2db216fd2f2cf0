import { deliveryMemoryMs } from '../../state/retention.ts'
import type { ClaimAnswer, Ledger } from '../../state/store.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { readClock, script } from './script.ts'

/**
 * Claims a delivery. Arguments: body hash, owner, lease and memory in milliseconds, and whether to
 * claim a finished one.
 */
const claim = script(`${readClock}
  local known = redis.call('HMGET', KEYS[1], 'state', 'bodyHash', 'attempt', 'leaseEnd')
  local state, attempt = known[1], tonumber(known[3] or 0)
  local isSameBody = (not state or known[2] == ARGV[1]) and 1 or 0
  if state == 'done' and ARGV[5] ~= 'again' then return { 'done', isSameBody, attempt } end
  if state == 'claimed' and tonumber(known[4]) > now then return { 'busy', isSameBody, attempt } end
  redis.call('HSET', KEYS[1], 'state', 'claimed', 'bodyHash', ARGV[1], 'owner', ARGV[2],
    'leaseEnd', now + ARGV[3], 'attempt', attempt + 1)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 'claimed', isSameBody, attempt + 1 }
`)

/** Records the owner's result. Arguments: owner, state, lease and memory in milliseconds. */
const report = script(`${readClock}
  local known = redis.call('HMGET', KEYS[1], 'state', 'owner')
  if known[1] ~= 'claimed' or known[2] ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'state', ARGV[2], 'leaseEnd', now + ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return 1
`)

/** The part of the ledger that keeps deliveries that may still succeed. */
export type Deliveries = Pick<Ledger, 'claim' | 'renew' | 'settle' | 'release'>

/** Stores each delivery in its own hash. Each change of its state is atomic. */
export function redisDeliveries(client: RedisClient, prefix: string): Deliveries {
  async function tell(
    deliveryId: string,
    owner: string,
    { state = 'claimed', leaseMs = 0, keepMs = deliveryMemoryMs },
  ): Promise<boolean> {
    const args = [owner, state, wholeMs(leaseMs), wholeMs(keepMs)]
    return (await report(client, [prefix + deliveryId], args)) === 1
  }

  return {
    async claim({ deliveryId, bodyHash, owner, leaseMs, evenIfDone }) {
      const times = [wholeMs(leaseMs), wholeMs(deliveryMemoryMs)]
      const args = [bodyHash, owner, ...times, evenIfDone ? 'again' : '']
      return claimAnswer(await claim(client, [prefix + deliveryId], args))
    },
    renew: (deliveryId, owner, leaseMs) => tell(deliveryId, owner, { leaseMs }),
    async settle(deliveryId, owner, keepMs) {
      await tell(deliveryId, owner, { state: 'done', keepMs })
    },
    async release(deliveryId, owner) {
      await tell(deliveryId, owner, { state: 'released' })
    },
  }
}

function claimAnswer(reply: unknown): ClaimAnswer {
  const [status, isSameBody, attempt] = reply as [ClaimAnswer['status'], number, number]
  return { status, isSameBody: isSameBody === 1, attempt }
}
