import { once } from 'node:events'
import { createServer } from 'node:http'
import { startEmulator } from 'express-scalekit/testing'

/** Serves an application on a free port, beside an emulator that sends it webhooks. */
export async function start(createApp) {
  const server = createServer()
  await once(server.listen(0), 'listening')
  const baseUrl = `http://localhost:${server.address().port}`
  let skippedMs = 0
  const clock = () => Date.now() + skippedMs
  const emulator = await startEmulator({
    clock,
    redirectUris: [`${baseUrl}/callback`],
    webhooks: [{ url: `${baseUrl}/webhooks` }],
  })
  const webhooks = { secret: emulator.webhookSecret }
  const { app, auth } = createApp({ ...emulator.options, baseUrl, clock, webhooks })
  server.on('request', app)
  return {
    auth,
    baseUrl,
    emulator,
    /** Moves the clock of both, and makes the deliveries that are due by then. */
    skip(seconds) {
      skippedMs += seconds * 1000
      emulator.advance(0)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await auth.close()
      await emulator.close()
    },
  }
}
