import { Redis as IoRedis } from 'ioredis'
import { Pool } from 'pg'
import { createClient } from 'redis'
import type { StateStore } from '../../src/index.ts'
import { postgresStore } from '../../src/postgres.ts'
import { redisStore } from '../../src/redis.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

/** A store whose connections go through a proxy, so that they can die. */
export interface DyingStore {
  readonly store: StateStore
  readonly proxy: TcpProxy
  /** Has several connections open, as an application does that has been busy. */
  busy(): Promise<unknown>
  close(): Promise<void>
}

/** `redis`, with the options of the production guide. */
export async function nodeRedisStore(): Promise<DyingStore> {
  const redis = await startRedis()
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: redis.port })
  const url = `redis://127.0.0.1:${proxy.port}`
  const client = createClient({ url, disableOfflineQueue: true })
  await client.on('error', () => {}).connect()
  return {
    store: redisStore(client),
    proxy,
    busy: () => client.ping(),
    async close() {
      client.destroy()
      await proxy.close()
      await redis.close()
    },
  }
}

/** `ioredis` as it is. */
export async function ioRedisStore(): Promise<DyingStore> {
  const redis = await startRedis()
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: redis.port })
  const client = new IoRedis({ port: proxy.port })
  client.on('error', () => {})
  return {
    store: redisStore(client),
    proxy,
    busy: () => client.ping(),
    async close() {
      client.disconnect()
      await proxy.close()
      await redis.close()
    },
  }
}

/** `pg`, with the options of the production guide. */
export async function pgStore(): Promise<DyingStore> {
  const postgres = await startPostgres()
  const { host, port, user, database } = postgres.address
  const proxy = await startTcpProxy({ path: `${host}/.s.PGSQL.${port}` })
  const pool = new Pool({
    host: '127.0.0.1',
    port: proxy.port,
    user,
    database,
    connectionTimeoutMillis: 2000,
  })
  pool.on('error', () => {})
  return {
    store: postgresStore(pool),
    proxy,
    busy: () => Promise.all(Array.from({ length: 8 }, () => pool.query('select pg_sleep(0.05)'))),
    async close() {
      await pool.end()
      await proxy.close()
      await postgres.close()
    },
  }
}
