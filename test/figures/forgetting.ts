/**
 * Prints what becomes of sessions when a real Redis or PostgreSQL forgets something.
 * `npx tsx test/figures/forgetting.ts [<clone of a version before epochs>]`
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import express from 'express'
import { Pool } from 'pg'
import type { ScalekitAuth, ScalekitAuthOptions, StateStore } from '../../src/index.ts'
import { scalekitAuth } from '../../src/index.ts'
import { postgresStore } from '../../src/postgres.ts'
import { type RedisClient, redisStore } from '../../src/redis.ts'
import { type Emulator, startEmulator } from '../../src/testing.ts'
import { startPostgres } from '../support/postgres.ts'
import { startRedis } from '../support/redis.ts'
import { type Visitor, visitorOf } from '../support/visitor.ts'

const maxLagMs = 600
const secret = 'a secret of these figures, of 32 characters'
const [livingCount, endedCount] = [8, 2]

interface Kit {
  scalekitAuth(options: ScalekitAuthOptions): ScalekitAuth
}
interface Running {
  readonly url: string
  close(): Promise<void>
}

/** One process; all stand behind one address, that of the first. */
async function start(
  kit: Kit,
  store: StateStore,
  behind: { emulator?: Emulator; url?: string },
): Promise<Running & { emulator: Emulator }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = behind.url ?? own
  const emulator =
    behind.emulator ??
    (await startEmulator({
      redirectUris: [`${url}/callback`],
      postLogoutRedirectUris: [`${url}/logout`],
    }))
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const options = { ...emulator.options, baseUrl: url, secret, store, logger: silent }
  const auth = kit.scalekitAuth({ ...options, revocation: { maxLagMs } })
  const app = express().use(auth)
  app.get('/app', auth.requireAuth(), (_req, res) => void res.end())
  server.on('request', app)
  return {
    emulator,
    url: own,
    async close() {
      await auth.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

function assertStatus(expected: number, { status, text }: { status: number; text: string }): void {
  if (status !== expected) throw new Error(`${expected} was expected, and not ${status}: ${text}`)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function cookiesOf(url: string, browser: Visitor) {
  const cookies = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
  return { Host: new URL(url).host, Cookie: cookies.join('; ') }
}

async function countIn(process: Running, all: readonly Record<string, string>[]) {
  const statuses = await Promise.all(
    all.map(async (cookie) => {
      // 503 says that the process is busy with reading; a client asks again.
      for (;;) {
        const { status } = await visitorOf(process.url).call('/app', cookie)
        if (status !== 503) return status
      }
    }),
  )
  return statuses.filter((status) => status === 200).length
}

/** Somebody signs in, some sign out, something happens, and a second and a new process are asked. */
async function play(
  what: string,
  parts: {
    readonly store: () => StateStore
    readonly before?: Kit
    readonly storeBefore?: () => StateStore
    /** Runs between the sign-ins and the sign-outs. */
    readonly midway?: () => Promise<unknown>
    readonly happens: () => Promise<unknown>
  },
): Promise<void> {
  const kit = { scalekitAuth }
  const first = await start(parts.before ?? kit, (parts.storeBefore ?? parts.store)(), {})
  const shared = { emulator: first.emulator, url: first.url }
  const second = await start(kit, parts.store(), shared)
  const browsers = Array.from({ length: livingCount + endedCount }, () => visitorOf(first.url))
  for (const browser of browsers) {
    const login = '/login?domain=acme.example&return_to=/app'
    assertStatus(302, await browser.signIn(login, 'ada@acme.example'))
  }
  const cookies = browsers.map((browser) => cookiesOf(first.url, browser))
  await countIn(second, cookies)
  await parts.midway?.()
  for (const browser of browsers.slice(livingCount)) {
    const click = { 'Sec-Fetch-Site': 'same-origin' }
    assertStatus(200, await browser.post('/logout', click))
  }
  await pause(2 * maxLagMs)
  await countIn(second, cookies)
  await parts.happens()
  await pause(2 * maxLagMs)
  // The processes that remember come first, and write back what is lacking.
  if (!parts.before) await countIn(first, cookies)
  const third = await start(kit, parts.store(), shared)
  for (const [name, running] of [
    ['running', second],
    ['new', third],
  ] as const) {
    const living = await countIn(running, cookies.slice(0, livingCount))
    const ended = await countIn(running, cookies.slice(livingCount))
    console.log(
      `${what}; ${name} process: ${living} of ${livingCount} still signed in, ${ended} of ${endedCount} ended sessions let in`,
    )
  }
  await Promise.all([first, second, third].map((process) => process.close()))
  await first.emulator.close()
}

/** Until what expires has been evicted many times over, as the keys of another application would. */
async function fillUp(client: Awaited<ReturnType<typeof startRedis>>['client']): Promise<void> {
  for (let key = 0; key < 20_000; key += 1) {
    await client.set(`another:${key}`, 'x'.repeat(1000), { EX: 3600 }).catch(() => {})
  }
  console.log(/evicted_keys:\d+/.exec(await client.info())?.[0])
}

async function onRedis(before: Kit | undefined, redisBefore: typeof redisStore | undefined) {
  const primary = await startRedis()
  const { client } = primary
  const store = () => redisStore(client)
  const fresh = async () => void (await client.flushAll())
  await play('Redis: nothing', { store, happens: async () => {} })
  await fresh()
  await play('Redis: flushed', { store, happens: fresh })
  await fresh()
  await play('Redis: stream evicted alone', { store, happens: () => client.del('scalekit:marks') })

  for (const policy of ['volatile-lru', 'allkeys-lru']) {
    const full = await startRedis('--maxmemory', '6mb', '--maxmemory-policy', policy)
    await play(`Redis: filled up under ${policy}`, {
      store: () => redisStore(full.client),
      happens: () => fillUp(full.client),
    })
    await full.close()
  }

  for (const isLagging of [false, true]) {
    await fresh()
    const replica = await startRedis()
    let target: RedisClient = client
    const switched = () => redisStore({ sendCommand: (args) => target.sendCommand(args) })
    await play(`Redis: ${isLagging ? 'a lagging' : 'an empty'} replica took over`, {
      store: switched,
      async midway() {
        if (!isLagging) return
        await replica.client.sendCommand(['REPLICAOF', '127.0.0.1', String(primary.port)])
        const isSynced = async () => (await replica.client.info()).includes('master_link_status:up')
        while (!(await isSynced())) await pause(20)
        await replica.client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
      },
      async happens() {
        target = replica.client
      },
    })
    await replica.close()
  }

  await fresh()
  await play('Redis: quiet until all revocations expired', {
    store,
    async happens() {
      const brief = { key: 'brief', notBefore: 0, expiresAt: Date.now() + 200 }
      await store().revocations.write([brief])
      await pause(600)
    },
  })
  await fresh()
  const epochs = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const one = await primary.connect()
      return (await redisStore(one).revocations.since()).epoch?.id
    }),
  )
  console.log(`Redis: 50 processes at once made ${new Set(epochs).size} epoch`)
  if (before && redisBefore) {
    await fresh()
    await play('Redis: upgrade, one process of the version before still runs', {
      before,
      storeBefore: () => redisBefore(client),
      store,
      happens: async () => {},
    })
  }
  await primary.close()
}

async function onPostgres(
  before: Kit | undefined,
  storeOfBefore: typeof postgresStore | undefined,
) {
  const server = await startPostgres()
  const empty = await startPostgres()
  const { pool } = server
  let schemas = 0
  const next = () => `figures_${schemas++}`

  async function one(what: string, happens: (schema: string) => Promise<unknown>) {
    const schema = next()
    await play(`PostgreSQL: ${what}`, {
      store: () => postgresStore(pool, { schema }),
      happens: () => happens(schema),
    })
  }

  await one('nothing', async () => {})
  await one('all tables truncated', (schema) =>
    pool.query(
      `truncate ${schema}.marks, ${schema}.used, ${schema}.tokens, ${schema}.deliveries, ${schema}.store_versions`,
    ),
  )
  await one('marks truncated alone', (schema) => pool.query(`truncate ${schema}.marks`))
  await one('the two newest revocations lost, as by a lagging replica', (schema) =>
    pool.query(
      `delete from ${schema}.marks where id in (select id from ${schema}.marks order by id desc limit 2)`,
    ),
  )
  const schema = next()
  let target: Pool = pool
  await play('PostgreSQL: an empty replica took over', {
    store: () => postgresStore({ query: (text, values) => target.query(text, values) }, { schema }),
    async happens() {
      target = empty.pool
      await postgresStore(empty.pool, { schema }).singleUse.claim('tables', Date.now() + 1000)
    },
  })
  await one('quiet until all revocations expired', async (name) => {
    const brief = { key: 'brief', notBefore: 0, expiresAt: Date.now() + 200 }
    await postgresStore(pool, { schema: name }).revocations.write([brief])
    await pause(600)
  })
  const at = next()
  const epochs = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const own = new Pool({ ...server.address, max: 1 })
      const { epoch } = await postgresStore(own, { schema: at }).revocations.since()
      await own.end()
      return epoch?.id
    }),
  )
  console.log(`PostgreSQL: 20 processes at once made ${new Set(epochs).size} epoch`)
  if (before && storeOfBefore) {
    const old = next()
    await play('PostgreSQL: upgrade, one process of the version before still runs', {
      before,
      storeBefore: () => storeOfBefore(pool, { schema: old }),
      store: () => postgresStore(pool, { schema: old }),
      happens: async () => {},
    })
  }
  await server.close()
  await empty.close()
}

const folder = process.argv[2]
const load = (file: string) => import(pathToFileURL(`${folder}/src/${file}`).href)
const before = folder ? ((await load('index.ts')) as Kit) : undefined
await onRedis(before, folder ? (await load('redis.ts')).redisStore : undefined)
await onPostgres(before, folder ? (await load('postgres.ts')).postgresStore : undefined)
