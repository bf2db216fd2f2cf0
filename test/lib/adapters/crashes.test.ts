// @module-tag slow
import { setTimeout as delay } from 'node:timers/promises'
import PgBoss from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compileKit, type Processes, startProcesses } from '../../support/crashes/processes.ts'
import { createSender, type Sender } from '../../support/crashes/sender.ts'
import { hasPostgres, type Postgres, startPostgres } from '../../support/postgres.ts'
import { seededRandom } from '../../support/random.ts'
import { hasRedis, type Redis, startRedis } from '../../support/redis.ts'
import { webhookSecret as secret } from '../../support/webhook.ts'

const kills = 100
const eventsPerKill = 20
const events = kills * eventsPerKill
const processCount = 3
/** Of each way, how many events are on their way at once. */
const inFlight = 8
/** Each way is killed, all of them by the same kills. */
const ways = ['inline', 'bullmq', 'pg-boss', 'inline-once', 'pg-boss-once'] as const

const random = seededRandom(20_260_101)

/** What a way has to show. */
interface Figures {
  readonly way: string
  readonly acknowledged: number
  readonly effects: number
  readonly doubles: number
  readonly lost: number
}

/** Runs work on each of these, some at a time. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const left = [...items]
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

describe.skipIf(!hasRedis || !hasPostgres)('an application whose processes are killed', () => {
  let redis: Redis
  let postgres: Postgres
  let processes: Processes
  let sender: Sender
  const acknowledged = new Map<string, Set<string>>(ways.map((way) => [way, new Set()]))

  beforeAll(async () => {
    ;[redis, postgres] = await Promise.all([
      startRedis('--appendonly', 'yes', '--appendfsync', 'everysec'),
      startPostgres(),
    ])
    await postgres.pool.query('create table effects (way text, delivery_id text)')
    await createQueues(postgres)
    const kit = await compileKit()
    const settings = { kit, redisPort: redis.port, postgres: postgres.address, secret }
    processes = startProcesses(processCount, settings)
    sender = createSender(secret, processes.ports)
    await vi.waitFor(() => expect(processes.ports()).toHaveLength(processCount), 45_000)
  }, 60_000)

  afterAll(async () => {
    sender.close()
    await processes.close()
    await Promise.all([redis.close(), postgres.close()])
  })

  /** Sends the events that fall between two kills, each as often as it takes. */
  async function sendRound(round: number, onSend: () => void): Promise<void> {
    const ids = Array.from({ length: eventsPerKill }, (_, at) => `msg_${round}_${at}`)
    const sendAll = (way: string) =>
      eachOf(ids, async (id) => {
        onSend()
        await sender.send(`/${way}`, id)
        acknowledged.get(way)!.add(id)
      })
    await Promise.all(ways.map(sendAll))
  }

  /** Kills a process at a random moment of a round; those of earlier rounds may still be going on. */
  function killWithin(round: number): {
    readonly killed: Promise<void>
    readonly sent: Promise<void>
  } {
    const killAfter = random.integer(eventsPerKill * ways.length)
    let count = 0
    let sent = Promise.resolve()
    const killed = new Promise<void>((resolve) => {
      sent = sendRound(round, () => {
        if (count++ === killAfter) void killOne().then(resolve)
      })
    })
    return { killed, sent }
  }

  async function killOne(): Promise<void> {
    await delay(random.integer(20))
    const isUp = () => expect(processes.ports().length).toBeGreaterThan(0)
    await vi.waitFor(isUp, { timeout: 60_000, interval: 5 })
    processes.kill(random.integer(processes.ports().length))
  }

  async function figuresOf(way: string): Promise<Figures> {
    const { rows } = await postgres.pool.query<{ id: string; times: number }>(
      'select delivery_id as id, count(*)::int as times from effects where way = $1 group by 1',
      [way],
    )
    const sent = acknowledged.get(way)!
    const found = new Set(rows.map(({ id }) => id))
    return {
      way,
      acknowledged: sent.size,
      effects: rows.length,
      doubles: rows.reduce((sum, { times }) => sum + times - 1, 0),
      lost: [...sent].filter((id) => !found.has(id)).length,
    }
  }

  it(`${kills} times loses nothing of what it acknowledged`, async () => {
    const rounds: Promise<void>[] = []
    for (let round = 0; round < kills; round += 1) {
      const { killed, sent } = killWithin(round)
      rounds.push(sent)
      await killed
    }
    await Promise.all(rounds)
    let figures: Figures[] = []
    const everyEffect = async () => {
      figures = await Promise.all(ways.map(figuresOf))
      expect(figures.map(({ lost }) => lost)).toEqual(ways.map(() => 0))
    }
    await vi.waitFor(everyEffect, { timeout: 90_000, interval: 250 }).catch(() => {})
    console.table(figures)
    console.log(`${kills} kills, ${sender.attempts} attempts, ${ways.length} × ${events} events`)
    for (const { way, doubles, ...counts } of figures) {
      expect({ way, ...counts }).toEqual({ way, acknowledged: events, effects: events, lost: 0 })
      if (way.endsWith('-once')) expect({ way, doubles }).toEqual({ way, doubles: 0 })
    }
  }, 480_000)
})

/** The queues as they are, but for how soon the work of a dead process is taken up again. */
async function createQueues({ pool }: Postgres): Promise<void> {
  const db = { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) }
  const boss = new PgBoss({ db, schedule: false, supervise: false })
  boss.on('error', () => {})
  await boss.start()
  for (const name of ['pg-boss', 'pg-boss-once']) {
    await boss.createQueue(name, { name, retryLimit: 11, retryDelay: 0, expireInSeconds: 2 })
  }
  await boss.stop({ graceful: false })
}
