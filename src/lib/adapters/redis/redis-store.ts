import { ConfigError } from '../../ground/errors.ts'
import type { StateStore } from '../../state/store.ts'
import { redisAliases } from './aliases.ts'
import type { IoRedisClient, RedisClient } from './client.ts'
import { connectionOf } from './connection.ts'
import { redisDeadLetters } from './dead-letters.ts'
import { redisDeliveries } from './deliveries.ts'
import { evictionProblems } from './eviction.ts'
import { redisRevocations } from './revocations.ts'
import { redisSingleUse } from './single-use.ts'
import { isIoRedis } from './spare.ts'
import { redisTokenStore } from './token-store.ts'

/**
 * Keeps state in Redis 6.2 or Valkey 7.2 and later, for any number of processes; a cluster will do.
 *
 * Everything ends by itself except dead letters, of which there are at most a thousand, and one
 * small stream. A Redis that evicts keys to make room, or restarts empty, forgets who signed out, and
 * then every user has to sign in again: set `maxmemory-policy noeviction` and `appendonly yes`.
 *
 * Where a command stays unanswered for a second, the store opens a connection of its own with the
 * client's settings, and uses it from then on if Redis answers there. `auth.close()` closes it.
 *
 * @param client A client of `redis` or `ioredis`; its connection stays yours to close. It need not be
 *   connected yet.
 * @param options `prefix` Begins every key; two applications need two. Default: `scalekit:`.
 *
 * @throws {@link ConfigError} without a client
 *
 * @example
 * const client = createClient({ url: process.env.REDIS_URL, disableOfflineQueue: true })
 * client.on('error', console.error).connect().catch(console.error)
 * app.use(scalekitAuth({ store: redisStore(client) }))
 */
export function redisStore(
  client: RedisClient | IoRedisClient,
  { prefix = 'scalekit:' }: { readonly prefix?: string } = {},
): StateStore {
  assertClient(client)
  const connection = connectionOf(client)
  return {
    revocations: redisRevocations(connection, `${prefix}marks`),
    singleUse: redisSingleUse(connection, `${prefix}used:`),
    tokenStore: redisTokenStore(connection, prefix),
    ledger: {
      ...redisDeliveries(connection, `${prefix}delivery:`),
      ...redisDeadLetters(connection, prefix),
    },
    aliases: redisAliases(connection, `${prefix}alias:`),
    problems: () => evictionProblems(connection),
    close: connection.close,
  }
}

function assertClient(client: unknown): void {
  if (typeof (client as RedisClient | null | undefined)?.sendCommand === 'function') return
  if (isIoRedis(client)) return
  throw new ConfigError([
    'redisStore() needs a client with a sendCommand() function: redisStore(await createClient({ url }).connect()) of the package `redis`',
  ])
}
