// One process of an application that takes webhooks in several ways, each at a path of its own. It
// is plain JavaScript on the compiled kit, so that it starts quickly: it is killed all the time.
import { createServer } from 'node:http'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import PgBoss from 'pg-boss'

const { kit, redisPort, postgres, secret } = JSON.parse(process.argv[2])
const { scalekitAuth } = await import(`${kit}/index.js`)
const { redisStore } = await import(`${kit}/redis.js`)
const { postgresStore } = await import(`${kit}/postgres.js`)
const { bullmq, pgBoss } = await import(`${kit}/queues.js`)

process.on('disconnect', () => process.exit())

const pool = new Pool({ ...postgres, connectionTimeoutMillis: 5000 }).on('error', () => {})
const redis = new Redis({ host: '127.0.0.1', port: redisPort }).on('error', () => {})
const client = { sendCommand: ([name, ...args]) => redis.call(name, ...args) }
const queue = new Queue('webhooks', { connection: { host: '127.0.0.1', port: redisPort } })
queue.on('error', () => {})
const db = { executeSql: (text, values) => pool.query(text, values) }
const boss = new PgBoss({ db, schedule: false, maintenanceIntervalSeconds: 1 })
boss.on('error', () => {})
await boss.start()

const takeEffect = (client, way, deliveryId) =>
  client.query('insert into effects (way, delivery_id) values ($1, $2)', [way, deliveryId])

/** The effect and the delivery's end in one transaction. */
async function takeEffectAndSettle(way, delivery) {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await takeEffect(client, way, delivery.deliveryId)
    await delivery.settleIn(client)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** Workers that died are noticed after a second or two, as they would be after half a minute. */
const worker = { lockDuration: 2000, stalledInterval: 1000 }
const jobs = (name) => pgBoss(boss, { queue: name, worker: { pollingIntervalSeconds: 0.2 } })
const inSql = (schema) => postgresStore(pool, { schema })
const inRedis = (prefix) => redisStore(client, { prefix })

const ways = {
  inline: { store: inRedis('inline:') },
  bullmq: { store: inRedis('bullmq:'), delivery: bullmq(queue, { worker }) },
  'pg-boss': { store: inSql('pg-boss'), delivery: jobs('pg-boss') },
  'inline-once': { store: inSql('inline-once'), isOnce: true },
  'pg-boss-once': { store: inSql('pg-boss-once'), delivery: jobs('pg-boss-once'), isOnce: true },
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const routes = Object.fromEntries(
  Object.entries(ways).map(([way, { store, delivery = 'inline', isOnce = false }]) => {
    const auth = scalekitAuth({
      environmentUrl: 'https://acme.scalekit.com',
      clientId: 'skc_1',
      clientSecret: 'client_secret_of_a_test',
      logger: silent,
      paths: { webhooks: `/${way}` },
      store,
      webhooks: {
        secret,
        delivery,
        onDirectoryUserCreated: (_event, given) =>
          isOnce ? takeEffectAndSettle(way, given) : takeEffect(pool, way, given.deliveryId),
      },
    })
    return [`/${way}`, auth.routes.webhooks]
  }),
)

const server = createServer((req, res) => {
  routes[req.url](req, res, () => res.writeHead(500).end())
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
