import type { TokenStore } from '../../state/store.ts'
import { entryIn, textOf } from '../token-text.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { script } from './script.ts'
import { redisTokenLeases } from './token-leases.ts'

/** Replaces an entry. Arguments: its content, its expiry, and the version that must be stored. */
const replace = script(`
  local text = redis.call('GET', KEYS[1])
  if not text then return 'gone' end
  local version = cjson.decode(text).version or 0
  if version ~= tonumber(ARGV[3]) then return 'changed' end
  redis.call('SET', KEYS[1], ARGV[1], 'PXAT', ARGV[2])
  return 'replaced'
`)

/** Stores the tokens of each session under a key that ends with the session's id. */
export function redisTokenStore(client: RedisClient, prefix: string): TokenStore {
  const tokens = `${prefix}tokens:`
  return {
    async put(sessionId, entry, expiresAt) {
      const end = wholeMs(expiresAt)
      await client.sendCommand(['SET', tokens + sessionId, textOf(entry), 'PXAT', end])
    },
    async get(sessionId) {
      const text = (await client.sendCommand(['GET', tokens + sessionId])) as string | null
      return text === null ? undefined : entryIn(text)
    },
    async replace(sessionId, entry, expiresAt, expectedVersion) {
      const args = [textOf(entry), wholeMs(expiresAt), String(expectedVersion)]
      const outcome = await replace(client, [tokens + sessionId], args)
      return outcome as 'replaced' | 'changed' | 'gone'
    },
    async remove(sessionId) {
      await client.sendCommand(['DEL', tokens + sessionId])
    },
    ...redisTokenLeases(client, `${prefix}lease:`, tokens),
  }
}
