import type { Alias, Aliases } from '../../state/store.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { readClock, script } from './script.ts'

/** Adds a value with its expiry to a key's set. The set expires with the last of its values. */
const add = script(`${readClock}
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
  local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', KEYS[1], last[2])
`)

const find = script(`${readClock}
  return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
`)

/** Stores a sorted set for each key. The scores are the expiry times of its values. */
export function redisAliases(client: RedisClient, prefix: string): Aliases {
  const addOne = ({ key, value, expiresAt }: Alias) =>
    add(client, [prefix + key], [value, wholeMs(expiresAt)])
  return {
    // One command for each key, because a cluster keeps keys on several nodes.
    async add(aliases) {
      await Promise.all(aliases.map(addOne))
    },
    async find(keys) {
      const found = await Promise.all(keys.map((key) => find(client, [prefix + key], [])))
      return [...new Set((found as string[][]).flat())]
    },
  }
}
