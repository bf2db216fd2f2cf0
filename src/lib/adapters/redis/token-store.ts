import type { Tokens } from '../../ground/types.ts'
import type { TokenStore } from '../../state/store.ts'
import { type RedisClient, wholeMs } from './client.ts'

/** Tokens as JSON, each session's under a key that ends with the session. */
export function redisTokenStore(client: RedisClient, prefix: string): TokenStore {
  return {
    async put(sessionId, tokens, expiresAt) {
      const json = JSON.stringify(tokens)
      await client.sendCommand(['SET', prefix + sessionId, json, 'PXAT', wholeMs(expiresAt)])
    },
    async get(sessionId) {
      const json = (await client.sendCommand(['GET', prefix + sessionId])) as string | null
      return json === null ? undefined : (JSON.parse(json) as Tokens)
    },
    async remove(sessionId) {
      await client.sendCommand(['DEL', prefix + sessionId])
    },
  }
}
