import type { Revocation, Revocations } from '../../state/store.ts'
import { type LoggedRevocation, revocationsSince } from '../revocations-log.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { readClock, script } from './script.ts'

/**
 * Adds revocations (key, not before, expires at) to a stream, which expires with the last of them.
 * Expired entries are removed from its front, a few more than come in: a long-lasting entry holds
 * back those behind it, but not for longer than it lasts itself.
 */
const add = script(`${readClock}
  local lastsMs = redis.call('PTTL', KEYS[1])
  for at = 1, #ARGV, 3 do
    redis.call('XADD', KEYS[1], '*', 'key', ARGV[at], 'notBefore', ARGV[at + 1], 'expiresAt', ARGV[at + 2])
    lastsMs = math.max(lastsMs, ARGV[at + 2] - now)
  end
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', #ARGV / 3 + 10)) do
    if tonumber(entry[2][6]) > now then break end
    redis.call('XDEL', KEYS[1], entry[1])
  end
  redis.call('PEXPIRE', KEYS[1], lastsMs)
`)

/** Revocations in a stream, which Redis keeps in the order they were written. */
export function redisRevocations(client: RedisClient, key: string): Revocations {
  const readFrom = async (id: string) => {
    const entries = await client.sendCommand(['XRANGE', key, id || '-', '+'])
    return (entries as StreamEntry[]).map(loggedRevocation)
  }
  return {
    async write(revocations) {
      if (revocations.length > 0) await add(client, [key], revocations.flatMap(textsOf))
    },
    since: (cursor) => revocationsSince(readFrom, cursor),
  }
}

/** An entry as Redis answers it: its id, and names and values in turn. */
type StreamEntry = readonly [id: string, fields: readonly string[]]

function textsOf({ key, notBefore, expiresAt }: Revocation): string[] {
  return [key, wholeMs(notBefore), wholeMs(expiresAt)]
}

function loggedRevocation([id, [, key, , notBefore, , expiresAt]]: StreamEntry): LoggedRevocation {
  const revocation = { key: key!, notBefore: Number(notBefore), expiresAt: Number(expiresAt) }
  return { id, revocation }
}
