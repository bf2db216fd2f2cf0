import type { Revocation, Revocations } from '../../state/store.ts'
import { clockNamed, type LoggedRevocation, revocationsSince } from '../revocations-log.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { readClock, script } from './script.ts'

/**
 * Adds revocations (key, not before, expires at, clock) to a stream, which expires with the last of
 * them. The clock comes last: processes of an older version read the fields before it by their place.
 * Expired entries are removed from its front, a few more than come in: a long-lasting entry holds
 * back those behind it, but not for longer than it lasts itself.
 */
const add = script(`${readClock}
  local lastsMs = redis.call('PTTL', KEYS[1])
  for at = 1, #ARGV, 4 do
    redis.call('XADD', KEYS[1], '*', 'key', ARGV[at], 'notBefore', ARGV[at + 1], 'expiresAt', ARGV[at + 2],
      'clock', ARGV[at + 3])
    lastsMs = math.max(lastsMs, ARGV[at + 2] - now)
  end
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', #ARGV / 4 + 10)) do
    if tonumber(entry[2][6]) > now then break end
    redis.call('XDEL', KEYS[1], entry[1])
  end
  redis.call('PEXPIRE', KEYS[1], lastsMs)
`)

/** Reads the stream from an entry on, and Redis's clock. */
const read = script(`${readClock}
  return { now, redis.call('XRANGE', KEYS[1], ARGV[1], '+') }
`)

/** Revocations in a stream, which Redis keeps in the order they were written. */
export function redisRevocations(client: RedisClient, key: string): Revocations {
  const readFrom = async (id: string) => {
    const [now, entries] = (await read(client, [key], [id || '-'])) as [number, StreamEntry[]]
    return { entries: entries.map(loggedRevocation), now: Number(now) }
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

function textsOf({ key, notBefore, expiresAt, clock }: Revocation): string[] {
  return [key, wholeMs(notBefore), wholeMs(expiresAt), clock ?? '']
}

function loggedRevocation([id, fields]: StreamEntry): LoggedRevocation {
  const [, key, , notBefore, , expiresAt, , clock] = fields
  const instants = { notBefore: Number(notBefore), expiresAt: Number(expiresAt) }
  return { id, revocation: { key: key!, ...instants, ...clockNamed(clock) } }
}
