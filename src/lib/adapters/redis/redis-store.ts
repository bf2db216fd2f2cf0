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
 * Keeps state in Redis 6.2, Valkey 7.2 or later, for any number of processes. A cluster is
 * supported.
 *
 * All data expires except dead letters, of which there are at most 1000, and one small stream. A
 * Redis that evicts keys to free memory, or restarts empty, loses the record of sign-outs. Every
 * user then has to sign in again. To prevent that, set `maxmemory-policy noeviction` and
 * `appendonly yes`.
 *
 * If a command remains unanswered for one second, the store opens its own connection with the
 * client's settings. If Redis answers there, the store uses it from then on. `auth.close()` closes
 * it.
 *
 * @param client A client of `redis` or `ioredis`. The application closes its connection. It need
 *   not be connected yet.
 * @param options `prefix` The beginning of every key. Each application needs its own. Default:
 *   `scalekit:`.
 * @returns the value for the option `store`
 *
 * @throws {@link ConfigError} if the client is missing
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
