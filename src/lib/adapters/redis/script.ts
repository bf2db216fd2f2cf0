import { createHash } from 'node:crypto'
import type { RedisClient } from './client.ts'

/** Runs a script with its keys and arguments. */
export type Script = (
  client: RedisClient,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>

/**
 * Defines `now` in a script, in milliseconds. It is Redis's own clock, because the clients' clocks
 * differ.
 */
export const readClock: string = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/**
 * A Lua script, which Redis runs atomically. Its source is only sent if Redis has not cached it.
 */
export function script(lua: string): Script {
  const hash = createHash('sha1').update(lua).digest('hex')
  return async (client, keys, args) => {
    const given = [String(keys.length), ...keys, ...args]
    try {
      return await client.sendCommand(['EVALSHA', hash, ...given])
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return client.sendCommand(['EVAL', lua, ...given])
    }
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
