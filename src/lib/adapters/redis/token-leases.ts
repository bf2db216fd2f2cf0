import { leaseMemoryMs } from '../../state/retention.ts'
import type { LeaseAnswer, TokenStore } from '../../state/store.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { readClock, script } from './script.ts'

/**
 * Grants a lease. Arguments: owner, version, lease and memory in milliseconds. An empty field means
 * unknown: `owner` after the end of a lease, `begunAt` of a lease for a lower version, `triedAt` if
 * no attempt has an unknown outcome. A lease that expired counts as such an attempt.
 */
const lease = script(`${readClock}
  local known = redis.call('HMGET', KEYS[1], 'version', 'owner', 'begunAt', 'triedAt', 'freeAt')
  local version, begunAt, triedAt = ARGV[2], now, ''
  if known[1] and tonumber(known[1]) >= tonumber(version) then
    local left = tonumber(known[5]) - now
    if left > 0 then return { known[2] == '' and 'quiet' or 'busy', left } end
    if known[1] ~= version then version, begunAt = known[1], '' end
    triedAt = known[4] ~= '' and known[4] or known[3]
  end
  redis.call('HSET', KEYS[1], 'version', version, 'owner', ARGV[1], 'begunAt', begunAt,
    'triedAt', triedAt, 'freeAt', now + ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[3] + ARGV[4])
  if triedAt == '' or version ~= ARGV[2] then return { 'granted' } end
  return { 'granted', now - triedAt }
`)

/**
 * Ends a lease. Arguments: owner, whether a response arrived, quiet time and memory in
 * milliseconds.
 */
const endLease = script(`${readClock}
  local known = redis.call('HMGET', KEYS[1], 'owner', 'begunAt', 'triedAt')
  if known[1] ~= ARGV[1] then return end
  local triedAt = known[3]
  if triedAt == '' and ARGV[2] ~= 'answered' then triedAt = known[2] end
  redis.call('HSET', KEYS[1], 'owner', '', 'begunAt', '', 'triedAt', triedAt, 'freeAt', now + ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[3] + ARGV[4])
`)

/**
 * Stores a hash for each session. A cluster chooses the node by the part in braces, so a lease is
 * on the same node as its tokens and is lost with them.
 */
export function redisTokenLeases(
  client: RedisClient,
  prefix: string,
  tokens: string,
): Pick<TokenStore, 'lease' | 'endLease'> {
  const keysOf = (sessionId: string) => [`${prefix}{${tokens}${sessionId}}`]
  const memory = wholeMs(leaseMemoryMs)
  return {
    async lease(sessionId, { owner, version, leaseMs }) {
      const args = [owner, String(version), wholeMs(leaseMs), memory]
      return leaseAnswer(await lease(client, keysOf(sessionId), args))
    },
    async endLease(sessionId, owner, { isAnswered, quietMs = 0 }) {
      const args = [owner, isAnswered ? 'answered' : '', wholeMs(quietMs), memory]
      await endLease(client, keysOf(sessionId), args)
    },
  }
}

function leaseAnswer(reply: unknown): LeaseAnswer {
  const [status, ms] = reply as [LeaseAnswer['status'], number?]
  if (status !== 'granted') return { status, leftMs: Number(ms) }
  return ms === undefined ? { status } : { status, triedMsAgo: Number(ms) }
}
