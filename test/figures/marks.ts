/**
 * Prints what many revocations cost a process: how long until it knows them all, and the longest time
 * that its event loop stood still. `npx tsx test/figures/marks.ts [counts]`
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { memoryStore, type StateStore } from '../../src/index.ts'
import { replicateRevocations } from '../../src/lib/auth/revocations-replica.ts'
import { postgresStore } from '../../src/postgres.ts'
import { type Revocation, redisStore } from '../../src/redis.ts'
import { startPostgres } from '../support/postgres.ts'
import { startRedis } from '../support/redis.ts'

const weekMs = 7 * 24 * 3_600_000

function marks(from: number, count: number): Revocation[] {
  const now = Date.now()
  return Array.from({ length: count }, (_, at) => ({
    key: `session:25:https://acme.scalekit.com0:${String(from + at).padStart(22, '0')}`,
    notBefore: now,
    expiresAt: now + weekMs,
  }))
}

async function fill({ revocations }: StateStore, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 2000)
    await revocations.write(marks(at, Math.min(2000, to - at)))
}

/** In a process of its own, as it is after a restart. */
async function measure(where: object): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(where)], {
    execArgv: ['--import', 'tsx'],
  })
  await once(child, 'exit')
}

interface Where {
  readonly name: string
  readonly redis?: number
  readonly postgres?: object
  readonly file?: string
}

async function child({ name, redis, postgres, file }: Where): Promise<void> {
  const client = redis ? createClient({ socket: { host: '127.0.0.1', port: redis } }) : undefined
  await client?.connect()
  const pool = postgres ? new Pool(postgres) : undefined
  const startedAt = performance.now()
  const store = client
    ? redisStore(client)
    : pool
      ? postgresStore(pool)
      : memoryStore({ file: file! })
  const openedMs = performance.now() - startedAt
  const replica = replicateRevocations(store.revocations, { clock: Date.now, maxLagMs: 1000 })
  const turns = watchTurns()
  let waits = 0
  for (; !(await replica.refresh()); waits += 1);
  const readyMs = performance.now() - startedAt
  const { longestMs, longestCpuMs } = turns.stop()
  const stall = file
    ? `opened in ${openedMs.toFixed(0)} ms, before it listens`
    : `longest stall ${longestMs.toFixed(1)} ms, of which ${longestCpuMs.toFixed(1)} ms of processor`
  console.log(`${name}: ready after ${readyMs.toFixed(0)} ms, ${stall}, ${waits} waits of 1 s`)
  client?.destroy()
  await pool?.end()
}

/** The longest turn of the event loop, by the wall and by the processor: others may have it. */
function watchTurns() {
  let [longestMs, longestCpuMs] = [0, 0]
  let [time, cpu] = [performance.now(), process.cpuUsage()]
  let next = setImmediate(turn)

  function turn(): void {
    const { user, system } = process.cpuUsage(cpu)
    longestMs = Math.max(longestMs, performance.now() - time)
    longestCpuMs = Math.max(longestCpuMs, (user + system) / 1000)
    time = performance.now()
    cpu = process.cpuUsage()
    next = setImmediate(turn)
  }

  return {
    stop() {
      clearImmediate(next)
      return { longestMs, longestCpuMs }
    },
  }
}

async function main(counts: readonly number[]): Promise<void> {
  const redis = await startRedis()
  const postgres = await startPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'figures-'))
  let before = 0
  for (const count of counts) {
    await fill(redisStore(redis.client), before, count)
    await fill(postgresStore(postgres.pool), before, count)
    const file = join(folder, String(count))
    await fill(memoryStore({ file }), 0, count)
    rmSync(`${file}.lock`)
    before = count
    await measure({ name: `Redis, ${count}`, redis: redis.port })
    await measure({ name: `PostgreSQL, ${count}`, postgres: postgres.address })
    await measure({ name: `file, ${count}`, file })
  }
  await redis.close()
  await postgres.close()
  rmSync(folder, { recursive: true })
}

if (process.send) await child(JSON.parse(process.argv[2]!))
else
  await main(
    process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100_000, 500_000, 1_000_000],
  )
