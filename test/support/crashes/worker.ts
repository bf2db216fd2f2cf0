/** A process that takes webhooks, handles them from a queue, and stops as the guide says. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Queue } from 'bullmq'
import { Pool } from 'pg'
import PgBoss from 'pg-boss'
import { createClient } from 'redis'
import { scalekitAuth } from '../../../src/index.ts'
import { postgresStore } from '../../../src/postgres.ts'
import { bullmq, pgBoss } from '../../../src/queues.ts'
import { redisStore } from '../../../src/redis.ts'
import { webhookSecret } from '../webhook.ts'

const { REDIS_PORT, PG_HOST } = process.env
const engine = await (REDIS_PORT ? onRedis(Number(REDIS_PORT)) : onPostgres(PG_HOST!))

async function onRedis(port: number) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true })
  client.on('error', () => {})
  client.connect().catch(() => {})
  const queue = new Queue('webhooks', { connection: { host: '127.0.0.1', port } })
  queue.on('error', () => {})
  // It has connected, or it tries again.
  await Promise.race([queue.waitUntilReady(), once(queue, 'error')])
  return {
    store: redisStore(client),
    delivery: bullmq(queue),
    async close() {
      await queue.close()
      client.destroy()
    },
  }
}

async function onPostgres(host: string) {
  const address = { host, port: 5432, user: 'postgres', database: 'postgres' }
  const pool = new Pool(address)
  pool.on('error', () => {})
  const boss = new PgBoss({ ...address, schedule: false })
  boss.on('error', () => {})
  await boss.start()
  return {
    store: postgresStore(pool),
    delivery: pgBoss(boss),
    async close() {
      await boss.stop({ graceful: false })
      await pool.end()
    },
  }
}

const write = (line: string) => process.stderr.write(`${line}\n`)
const auth = scalekitAuth({
  environmentUrl: 'http://localhost:9',
  clientId: 'skc_1',
  clientSecret: 'secret',
  logger: { debug() {}, info: write, warn: write, error: write },
  store: engine.store,
  webhooks: {
    secret: webhookSecret,
    delivery: engine.delivery,
    onUserLogin: () => void process.stdout.write('handled\n'),
    /** Lasts until the process is asked to stop. */
    async onDirectoryUserCreated() {
      process.stdout.write('handling\n')
      await new Promise((resolve) => process.once('SIGTERM', resolve))
    },
  },
})
const server = createServer((req, res) => auth(req, res, () => res.writeHead(404).end()))
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})

process.once('SIGTERM', () => {
  server.close(async () => {
    await auth.close()
    await engine.close()
  })
})
