import { maxDeadLetters } from '../../state/retention.ts'
import type { DeadLetter, Ledger } from '../../state/store.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { script } from './script.ts'

/** Stores a letter. Arguments: its id, its time, its content, and the maximum number of letters. */
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

/** The part of the ledger that keeps deliveries that failed for good. */
export type DeadLetters = Pick<
  Ledger,
  'putDeadLetter' | 'getDeadLetter' | 'deadLetters' | 'removeDeadLetter'
>

/**
 * Stores the order of the letters under one key and their contents under another. They are kept
 * until they are handled. Above the maximum number, the oldest is removed.
 */
export function redisDeadLetters(client: RedisClient, prefix: string): DeadLetters {
  // A cluster chooses the node by the part in braces, so both keys are on the same node.
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
