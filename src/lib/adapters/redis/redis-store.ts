import { ConfigError } from '../../ground/errors.ts'
import type { StateStore } from '../../state/store.ts'
import { redisAliases } from './aliases.ts'
import type { RedisClient } from './client.ts'
import { redisDeadLetters } from './dead-letters.ts'
import { redisDeliveries } from './deliveries.ts'
import { evictionProblems } from './eviction.ts'
import { redisRevocations } from './revocations.ts'
import { redisSingleUse } from './single-use.ts'
import { redisTokenStore } from './token-store.ts'

/**
 * Keeps state in Redis 6.2 or Valkey 7.2 and later, for any number of processes; a cluster will do.
 *
 * Everything ends by itself except dead letters, of which there are at most a thousand, and one
 * small stream. A Redis that evicts keys to make room, or restarts empty, forgets who signed out, and
 * then every user has to sign in again: set `maxmemory-policy noeviction` and `appendonly yes`.
 *
 * @param client A connected client; its connection stays yours to close.
 * @param options `prefix` Begins every key; two applications need two. Default: `scalekit:`.
 *
 * @throws {@link ConfigError} without a client
 *
 * @example
 * const client = createClient({ url: process.env.REDIS_URL, disableOfflineQueue: true })
 * await client.on('error', console.error).connect()
 * app.use(scalekitAuth({ store: redisStore(client) }))
 */
export function redisStore(
  client: RedisClient,
  { prefix = 'scalekit:' }: { readonly prefix?: string } = {},
): StateStore {
  assertClient(client)
  return {
    revocations: redisRevocations(client, `${prefix}marks`),
    singleUse: redisSingleUse(client, `${prefix}used:`),
    tokenStore: redisTokenStore(client, prefix),
    ledger: {
      ...redisDeliveries(client, `${prefix}delivery:`),
      ...redisDeadLetters(client, prefix),
    },
    aliases: redisAliases(client, `${prefix}alias:`),
    problems: () => evictionProblems(client),
  }
}

function assertClient(client: unknown): void {
  if (typeof (client as RedisClient | null | undefined)?.sendCommand === 'function') return
  throw new ConfigError([
    'redisStore() needs a client with a sendCommand() function: redisStore(await createClient({ url }).connect()) of the package `redis`',
  ])
}
