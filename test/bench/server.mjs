import { createServer } from 'node:http'

/**
 * One application in a process of its own, so that its CPU time is its own.
 *
 * It listens before the application exists, because the emulator has to know the address first.
 * Messages: `{ app, options }` makes the application; `{ usage: true }` asks what was used so far.
 */
const server = createServer()
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))

process.on('message', async ({ app, options }) => {
  if (app) {
    const { createApp } = await import(`./apps/${app}.mjs`)
    server.on('request', createApp(options))
  }
  const { user, system } = process.cpuUsage()
  process.send({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() })
})
process.on('disconnect', () => process.exit())
