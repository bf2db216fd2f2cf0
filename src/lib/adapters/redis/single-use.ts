import type { SingleUse } from '../../state/store.ts'
import { type RedisClient, wholeMs } from './client.ts'

/** Single use by a key that only one caller can set. */
export function redisSingleUse(client: RedisClient, prefix: string): SingleUse {
  return {
    async claim(key, expiresAt) {
      const set = ['SET', prefix + key, '', 'NX', 'PXAT', wholeMs(expiresAt)]
      return (await client.sendCommand(set)) === 'OK'
    },
  }
}
