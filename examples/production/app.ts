import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { requireAuth, type ScalekitAuth, scalekitAuth } from 'express-scalekit'
import { redisStore } from 'express-scalekit/redis'
import { createClient } from 'redis'
import { stoppable } from './stoppable.ts'

/** @param isStopping Whether this process is about to end, so that the proxy should skip it. */
export function createApp(auth: ScalekitAuth, isStopping: () => boolean = () => false): Express {
  const app = express()
  // Above the kit: a health check has no session, and does not ask the store.
  app.get('/healthz', (_req, res) => {
    res.sendStatus(isStopping() ? 503 : 200)
  })
  // For a rolling deployment: this process takes requests once it has reached the store.
  app.get('/readyz', async (_req, res) => {
    const { store } = await auth.health()
    res.sendStatus(store.ok && !isStopping() ? 200 : 503)
  })
  app.use(auth)
  app.get('/', requireAuth(), (req, res) => {
    res.json({ email: req.scalekit.user?.email, process: process.pid })
  })
  return app
}

async function main(): Promise<void> {
  const { PORT = '3001', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env
  // Without its queue, a command fails at once while Redis is away, and guards answer 503.
  const client = createClient({ url: REDIS_URL, disableOfflineQueue: true })
  const report = ({ message }: Error) => console.error(`redis: ${message}`)
  // Without `await`, so that the application listens while Redis is away; it connects by itself.
  client.on('error', report).connect().catch(report)
  const auth = scalekitAuth({ store: redisStore(client) })

  const server = createServer()
  const running = stoppable(server)
  server.on(
    'request',
    createApp(auth, () => running.isStopping),
  )
  // Longer than the proxy keeps an idle connection: 60 seconds, unless you changed it there.
  server.keepAliveTimeout = 65_000
  server.listen(Number(PORT), '127.0.0.1', () => console.log(`${process.pid} listens on ${PORT}`))

  async function stop(): Promise<void> {
    await running.stop({ drainMs: 2000, graceMs: 20_000 })
    await auth.close()
    // Not `close()`, which would wait for a Redis that is away.
    client.destroy()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
