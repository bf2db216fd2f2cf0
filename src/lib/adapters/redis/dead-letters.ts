import { maxDeadLetters } from '../../state/retention.ts'
import type { DeadLetter, Ledger } from '../../state/store.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { script } from './script.ts'

/** Keeps a letter: its id, its moment, itself, and how many there may be. */
const put = script(`
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
  local tooMany = redis.call('ZCARD', KEYS[1]) - ARGV[4]
  if tooMany <= 0 then return end
  local oldest = redis.call('ZPOPMIN', KEYS[1], tooMany)
  for at = 1, #oldest, 2 do redis.call('HDEL', KEYS[2], oldest[at]) end
`)

const list = script(`
  local ids = redis.call('ZRANGE', KEYS[1], 0, -1)
  if #ids == 0 then return {} end
  return redis.call('HMGET', KEYS[2], unpack(ids))
`)

const remove = script(`
  redis.call('ZREM', KEYS[1], ARGV[1])
  return redis.call('HDEL', KEYS[2], ARGV[1])
`)

/** What a ledger knows of deliveries that failed for good. */
export type DeadLetters = Pick<
  Ledger,
  'putDeadLetter' | 'getDeadLetter' | 'deadLetters' | 'removeDeadLetter'
>

/** Their order in one key, and themselves in another; they stay until somebody handles them. */
export function redisDeadLetters(client: RedisClient, prefix: string): DeadLetters {
  // What is in braces decides where a cluster keeps a key, so these two lie together.
  const letters = `${prefix}{dead-letters}`
  const keys = [`${letters}:order`, letters]
  return {
    async putDeadLetter(letter) {
      const { deliveryId, failedAt } = letter
      const limit = String(maxDeadLetters)
      await put(client, keys, [deliveryId, wholeMs(failedAt), JSON.stringify(letter), limit])
    },
    async getDeadLetter(deliveryId) {
      const json = (await client.sendCommand(['HGET', letters, deliveryId])) as string | null
      return json === null ? undefined : (JSON.parse(json) as DeadLetter)
    },
    async deadLetters() {
      const found = (await list(client, keys, [])) as string[]
      return found.map((json) => JSON.parse(json) as DeadLetter)
    },
    removeDeadLetter: async (deliveryId) => (await remove(client, keys, [deliveryId])) === 1,
  }
}
