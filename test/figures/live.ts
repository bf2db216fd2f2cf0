/**
 * Prints how long open connections of two processes go on after `auth.revoke`: a WebSocket, Socket.IO
 * and an event stream at each, on Redis and on PostgreSQL; and how many of them an outage of the store
 * closes. `npx tsx test/figures/live.ts [rounds] [seconds of the outage]`
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Pool, type PoolConfig } from 'pg'
import { createClient } from 'redis'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'
import { createLiveApp } from '../../examples/live/app.ts'
import type { ScalekitAuthOptions, StateStore } from '../../src/index.ts'
import { postgresStore } from '../../src/postgres.ts'
import { redisStore } from '../../src/redis.ts'
import { startEmulator } from '../../src/testing.ts'
import { freePort } from '../package/free-port.ts'
import { startPostgres } from '../support/postgres.ts'
import { cookiesOf } from '../support/processes.ts'
import { startRedis } from '../support/redis.ts'
import { visitorOf } from '../support/visitor.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const secret = 'a secret of these figures, of 32 characters'

interface Where {
  readonly redis?: number
  readonly postgres?: PoolConfig
}

async function storeAt({ redis, postgres }: Where): Promise<StateStore> {
  if (postgres) return postgresStore(new Pool(postgres))
  const client = createClient({ socket: { host: '127.0.0.1', port: redis! } })
  client.on('error', () => {})
  await client.connect()
  return redisStore(client)
}

/** An application in a process of its own, which revokes when it is told to. */
async function child(where: Where): Promise<void> {
  const store = await storeAt(where)
  process.on('message', (message: { options?: ScalekitAuthOptions; userId?: string }) => {
    void (message.options ? serve(message.options) : revoke(message.userId!))
  })
  let app: ReturnType<typeof createLiveApp> | undefined

  async function serve(options: ScalekitAuthOptions): Promise<void> {
    app = createLiveApp({ ...options, store })
    app.server.listen(Number(new URL(String(options.baseUrl)).port), () => process.send!('ready'))
  }

  async function revoke(userId: string): Promise<void> {
    await app!.auth.revoke({ userId }, { atScalekit: false })
    process.send!('revoked')
  }

  process.send!('started')
}

async function startBoth(where: Where) {
  const urls = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const emulator = await startEmulator({ redirectUris: urls.map((url) => `${url}/callback`) })
  const children = urls.map(() =>
    fork(fileURLToPath(import.meta.url), ['child', JSON.stringify(where)], {
      execArgv: ['--import', 'tsx'],
    }),
  )
  await Promise.all(children.map((each) => once(each, 'message')))
  for (const [index, each] of children.entries()) {
    const options = { ...emulator.options, baseUrl: urls[index], name: 'figures', secret }
    each.send({ options })
    await once(each, 'message')
  }
  async function close(): Promise<void> {
    for (const each of children) each.kill('SIGKILL')
    await emulator.close()
  }
  return { urls, children, close }
}

/** Opens one of each kind at each process; `closed` gets the time of each close. */
async function openAll(urls: readonly string[]) {
  const browser = visitorOf(urls[0]!)
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  const { body } = await browser.call('/me')
  const closed: number[] = []
  const close = () => closed.push(performance.now())
  const ends: (() => void)[] = []
  for (const url of urls) {
    const headers = { Origin: url, ...cookiesOf(browser) }
    const socket = new WebSocket(`${url.replace('http', 'ws')}/live`, { headers })
    socket.once('close', close)
    await once(socket, 'message')
    const client = io(url, { extraHeaders: headers, reconnection: false })
    client.once('disconnect', close)
    await new Promise((resolve) => client.once('roles', resolve))
    const [stream] = (await once(get(`${url}/news`, { headers }), 'response')) as [IncomingMessage]
    stream.once('close', close).resume()
    ends.push(
      () => socket.terminate(),
      () => client.close(),
      () => stream.destroy(),
    )
  }
  const end = () => {
    for (const each of ends) each()
  }
  return { userId: body.user.id as string, closed, end }
}

async function measure(what: string, where: Where, rounds: number): Promise<void> {
  const { urls, children, close } = await startBoth(where)
  const waits: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { userId, closed, end } = await openAll(urls)
    // At any moment between two looks.
    await pause(Math.random() * 1000)
    children[1]!.send({ userId })
    await once(children[1]!, 'message')
    const arrivedAt = performance.now()
    while (closed.length < 6 && performance.now() < arrivedAt + 10_000) await pause(5)
    waits.push(...closed.map((at) => at - arrivedAt))
    if (closed.length < 6) console.log(`${what}: only ${closed.length} of 6 were closed`)
    end()
  }
  waits.sort((one, other) => one - other)
  const p50 = waits[Math.floor(waits.length / 2)]!.toFixed(0)
  console.log(
    `${what}: ${waits.length} connections in ${rounds} rounds: p50 ${p50} ms, worst ${waits.at(-1)!.toFixed(0)} ms`,
  )
  await close()
}

/** The server of the store is stopped, and not its connections: nothing answers. */
async function outage(
  what: string,
  where: Where,
  processesOf: () => Promise<readonly number[]>,
  seconds: number,
): Promise<void> {
  const { urls, close } = await startBoth(where)
  const { closed, end } = await openAll(urls)
  const pids = await processesOf()
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  await pause(seconds * 1000)
  const during = closed.length
  for (const pid of pids) process.kill(pid, 'SIGCONT')
  await pause(5000)
  console.log(
    `${what}: an outage of ${seconds} s closed ${during} of 6, and its end ${closed.length - during}`,
  )
  end()
  await close()
}

/** Its backends, and the one that accepts connections. */
async function processesOfPostgres(pool: Pool): Promise<readonly number[]> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pid FROM pg_stat_activity')
  const { rows: files } = await pool.query<{ text: string }>(
    "SELECT pg_read_file('postmaster.pid') AS text",
  )
  return [Number.parseInt(files[0]!.text, 10), ...rows.map(({ pid }) => pid)]
}

const [role, given] = process.argv.slice(2)
if (role === 'child') await child(JSON.parse(given!))
else {
  const [rounds, seconds] = [Number(role ?? 50), Number(given ?? 20)]
  const redis = await startRedis('--appendonly', 'yes')
  await measure('Redis', { redis: redis.port }, rounds)
  const admin = await redis.connect()
  const pid = Number(/process_id:(\d+)/.exec(await admin.info('server'))![1])
  await outage('Redis', { redis: redis.port }, async () => [pid], seconds)
  await redis.close()
  const postgres = await startPostgres()
  await measure('PostgreSQL', { postgres: postgres.address }, rounds)
  const where = { postgres: postgres.address }
  await outage('PostgreSQL', where, () => processesOfPostgres(postgres.pool), seconds)
  await postgres.close()
  process.exit()
}
