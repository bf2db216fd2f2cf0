import { randomUUID } from 'node:crypto'
import { postgresStore } from '../../../src/postgres.ts'
import { type Revocation, type Revocations, redisStore } from '../../../src/redis.ts'
import { hasPostgres, startPostgres } from '../../support/postgres.ts'
import { hasRedis, startRedis } from '../../support/redis.ts'
import { addAsBefore as addToStream, readAsBefore as readStream } from './before-epochs.ts'

/** Revocations in a database, and what can happen to them there. */
export interface Place {
  /** As one more process has them, which hears of each answer only after `pause`. */
  open(pause?: Promise<unknown>): Revocations
  /** All is lost, as by a flush, an eviction or `truncate`. */
  empty(): Promise<void>
  /** The newest entries are lost, as where a replica took over that lagged behind. */
  loseNewest(count: number): Promise<void>
  /** What a process of the version before epochs writes, and reads. */
  addAsBefore(revocations: readonly Revocation[]): Promise<void>
  readAsBefore(): Promise<readonly Revocation[]>
}

export interface Server {
  place(): Place
  close(): Promise<void>
}

async function onRedis(): Promise<Server> {
  const { client, close } = await startRedis()
  return {
    close,
    place() {
      const prefix = `test-${randomUUID()}:`
      const key = `${prefix}marks`
      return {
        open(pause) {
          const sendCommand = (args: string[]) => heardAfter(pause, client.sendCommand(args))
          return redisStore({ sendCommand }, { prefix }).revocations
        },
        async empty() {
          await client.del(key)
        },
        async loseNewest(count) {
          const lost = await client.xRevRange(key, '+', '-', { COUNT: count })
          await client.xDel(
            key,
            lost!.map(({ id }) => id),
          )
        },
        addAsBefore: (added) => addToStream(client, key, added),
        readAsBefore: () => readStream(client, key),
      }
    },
  }
}

async function onPostgres(): Promise<Server> {
  const { pool, close } = await startPostgres()
  return {
    close,
    place() {
      const schema = `test ${randomUUID()}`
      const table = `"${schema}".marks`
      return {
        open(pause) {
          const query = (text: string, values?: unknown[]) =>
            heardAfter(pause, pool.query(text, values))
          return postgresStore({ query }, { schema }).revocations
        },
        async empty() {
          await pool.query(`truncate ${table} restart identity`)
        },
        async loseNewest(count) {
          const newest = `select id from ${table} order by id desc limit ${count}`
          const { rows } = await pool.query(
            `delete from ${table} where id in (${newest}) returning id`,
          )
          const next = Math.min(...rows.map(({ id }) => Number(id)))
          // As on a replica: what was given out since is given out again.
          await pool.query(`alter table ${table} alter column id restart with ${next}`)
        },
        async addAsBefore(added) {
          const columns = (['key', 'notBefore', 'expiresAt'] as const).map((name) =>
            added.map((each) => each[name]),
          )
          await pool.query(
            `insert into ${table} (key, not_before, expires_at)
            select * from unnest($1::text[], $2::float8[], $3::float8[])`,
            columns,
          )
        },
        async readAsBefore() {
          const { rows } = await pool.query(
            `select key, not_before as "notBefore", expires_at as "expiresAt" from ${table} order by id`,
          )
          return rows
        },
      }
    },
  }
}

/** Each kind: its name, whether it is installed, and how one is started. */
export const servers = [
  ['Redis', hasRedis, onRedis],
  ['PostgreSQL', hasPostgres, onPostgres],
] as const

async function heardAfter<Answer>(pause: Promise<unknown> | undefined, asked: Promise<Answer>) {
  const answer = await asked
  await pause
  return answer
}
