import type { RedisClient } from './client.ts'

/**
 * Returns a warning if this Redis may evict keys to free memory, and with them the state of
 * sessions.
 *
 * @throws if Redis does not report its memory settings
 */
export async function evictionProblems(client: RedisClient): Promise<readonly string[]> {
  // Managed services refuse `CONFIG GET` more often than `INFO`.
  const info = String(await client.sendCommand(['INFO', 'memory']))
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
  if (policy === undefined || policy === 'noeviction') return []
  return [
    `store_evicts: the maxmemory-policy of Redis is ${policy}, so that Redis may delete what ended sessions, used states and tokens: set it to noeviction`,
  ]
}
