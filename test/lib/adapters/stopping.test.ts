// @module-tag slow
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root } from '../../package/manifest.ts'
import { hasPostgres, startPostgres } from '../../support/postgres.ts'
import { hasRedis, startRedis } from '../../support/redis.ts'
import { deliver, example } from '../../support/webhook.ts'

/** A server that a queue is on. */
interface Server {
  readonly env: Readonly<Record<string, string>>
  kill(): Promise<void>
}

type Moment = 'there' | 'away from the start' | 'away since' | 'away since a handler began'

interface Engine {
  readonly name: string
  readonly isInstalled: boolean
  readonly moments: readonly Moment[]
  start(): Promise<Server>
}

const onBullmq: Engine = {
  name: 'BullMQ, with Redis',
  isInstalled: hasRedis,
  moments: ['there', 'away from the start', 'away since', 'away since a handler began'],
  async start() {
    const { port, kill, close } = await startRedis()
    onTestFinished(close)
    return { env: { REDIS_PORT: String(port) }, kill }
  },
}

const onPgBoss: Engine = {
  name: 'pg-boss, with PostgreSQL',
  isInstalled: hasPostgres,
  // Without PostgreSQL, `boss.start()` fails, and the application does not begin.
  moments: ['there', 'away since', 'away since a handler began'],
  async start() {
    const { address, kill, close } = await startPostgres()
    onTestFinished(close)
    return { env: { PG_HOST: address.host }, kill }
  },
}

/** Starts the process. `nextLine` resolves to what it writes next. */
function startWorker(env: Server['env']) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', root('test/support/crashes/worker.ts')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env, NODE_ENV: 'test' },
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => (await lines.next()).value
  return { child, nextLine }
}

const delivered = {
  there: 'user.login',
  'away since': 'user.login',
  'away since a handler began': 'organization.directory.user_created',
} as const

describe.each([onBullmq, onPgBoss])(
  'a process that handles webhooks from $name',
  ({ isInstalled, moments, start }) => {
    it.skipIf(!isInstalled).each(moments)(
      '%s, ends within five seconds of SIGTERM',
      async (moment) => {
        const { env, kill } = await start()
        if (moment === 'away from the start') await kill()
        const { child, nextLine } = startWorker(env)
        const url = `http://127.0.0.1:${await nextLine()}`
        if (moment !== 'away from the start') {
          await deliver(url, { event: example(delivered[moment]) }).expect(201)
          expect(await nextLine()).toBe(
            moment === 'away since a handler began' ? 'handling' : 'handled',
          )
        }
        if (moment.startsWith('away since')) await kill()
        const askedAt = performance.now()
        child.kill('SIGTERM')
        expect(await once(child, 'exit')).toEqual([0, null])
        expect(performance.now() - askedAt).toBeLessThan(5000)
      },
      60_000,
    )
  },
)
