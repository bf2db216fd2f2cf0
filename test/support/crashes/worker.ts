/** A process that handles webhooks from BullMQ, and stops as the guide says. */

import { Queue } from 'bullmq'
import { createClient } from 'redis'
import { scalekitAuth } from '../../../src/index.ts'
import { bullmq } from '../../../src/queues.ts'
import { redisStore } from '../../../src/redis.ts'
import { webhookSecret } from '../webhook.ts'

const port = Number(process.env.REDIS_PORT)
const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true })
client.on('error', () => {})
client.connect().catch(() => {})
const deliveries = new Queue('webhooks', { connection: { host: '127.0.0.1', port } })
deliveries.on('error', () => {})
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const auth = scalekitAuth({
  environmentUrl: 'http://localhost:9',
  clientId: 'skc_1',
  clientSecret: 'secret',
  logger: silent,
  store: redisStore(client),
  webhooks: {
    secret: webhookSecret,
    delivery: bullmq(deliveries),
    onDirectoryUserCreated() {},
  },
})

process.once('SIGTERM', async () => {
  await auth.close()
  await deliveries.close()
  process.exit()
})
await deliveries.waitUntilReady()
process.stdout.write('ready\n')
