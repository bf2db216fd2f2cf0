/**
 * Signs in, takes a webhook and ends the session, by one optional peer: `node check.mjs redis`.
 * The peer's server is in the environment.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { scalekitAuth } from 'express-scalekit'
import { signIn, startEmulator } from 'express-scalekit/testing'
import { signWebhook } from 'express-scalekit/webhooks'

const { REDIS_PORT, PG_HOST } = process.env
const address = { host: PG_HOST, port: 5432, user: 'postgres', database: 'postgres' }

/** By peer: what it puts into the options, and how it ends. */
const peers = {
  async redis() {
    const { createClient } = await import('redis')
    const { redisStore } = await import('express-scalekit/redis')
    const client = createClient({ socket: { host: '127.0.0.1', port: Number(REDIS_PORT) } })
    await client.connect()
    return { options: { store: redisStore(client) }, end: () => client.quit() }
  },
  async pg() {
    const { Pool } = (await import('pg')).default
    const { postgresStore } = await import('express-scalekit/postgres')
    const pool = new Pool(address)
    return { options: { store: postgresStore(pool) }, end: () => pool.end() }
  },
  async bullmq() {
    const { Queue } = await import('bullmq')
    const { bullmq } = await import('express-scalekit/queues')
    const connection = { host: '127.0.0.1', port: Number(REDIS_PORT) }
    const queue = new Queue('webhooks', { connection })
    return { webhooks: { delivery: bullmq(queue) }, end: () => queue.close() }
  },
  async 'pg-boss'() {
    const { default: Default, PgBoss = Default } = await import('pg-boss')
    const { pgBoss } = await import('express-scalekit/queues')
    const boss = new PgBoss({ ...address, schedule: false })
    boss.on('error', () => {})
    await boss.start()
    return { webhooks: { delivery: pgBoss(boss) }, end: () => boss.stop({ graceful: false }) }
  },
  async express() {
    const { default: express } = await import('express')
    return { app: express().use(express.json()), end() {} }
  },
}

const { options, webhooks, app, end } = await peers[process.argv[2]]()
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${server.address().port}`
const emulator = await startEmulator({ redirectUris: [`${url}/callback`] })
const secret = emulator.webhookSecret
const handled = Promise.withResolvers?.() ?? deferred()
const auth = scalekitAuth({
  ...emulator.options,
  baseUrl: url,
  ...options,
  webhooks: { secret, ...webhooks, onOrganizationCreated: handled.resolve },
})
const home = auth.protect([], (req, res) => res.end(req.scalekit.user.email))
server.on('request', app ? app.use(auth).get('/', home) : serve)

function deferred() {
  const made = {}
  made.promise = new Promise((resolve) => {
    made.resolve = resolve
  })
  return made
}

function serve(req, res) {
  const failed = (error) => res.writeHead(error?.status ?? 500).end(error?.message)
  auth(req, res, (error) => (error ? failed(error) : home(req, res, failed)))
}

const { headers } = await signIn(auth, 'ada@acme.example', app && { app })
const answer = await fetch(url, { headers })
assert.equal(answer.status, 200, await answer.clone().text())
const body = JSON.stringify({
  spec_version: '1',
  id: 'evt_1',
  type: 'organization.created',
  object: 'Organization',
  occurred_at: new Date().toISOString(),
  environment_id: 'env_1',
  data: { id: 'org_1', display_name: 'Zoë & Co' },
})
const signed = signWebhook({ id: 'msg_1', body, secret })
const type = { 'content-type': 'application/json' }
const taken = await fetch(`${url}/webhooks`, {
  method: 'POST',
  headers: { ...type, ...signed },
  body,
})
assert.equal(taken.status, 201, await taken.clone().text())
await handled.promise
await auth.revoke({ organizationId: emulator.organizations[0].id })
assert.equal((await fetch(url, { headers })).status, 401)
await auth.close()
await end()
await emulator.close()
server.closeAllConnections()
server.close()
console.log('works')
process.exit(0)
