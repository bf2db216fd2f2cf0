import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StateStore } from '../src/index.ts'
import { postgresStore } from '../src/postgres.ts'
import { redisStore } from '../src/redis.ts'
import { hasPostgres, type Postgres, startPostgres } from './support/postgres.ts'
import { hasRedis, type Redis, startRedis } from './support/redis.ts'
import { runCli as run } from './support/run-cli.ts'

describe.skipIf(!hasRedis)('express-scalekit revoke --all, for a Redis', () => {
  let redis: Redis
  let url: string
  beforeAll(async () => {
    redis = await startRedis()
    url = `redis://127.0.0.1:${redis.port}`
  })
  afterAll(() => redis.close())

  it.each<[string, string[], (url: string) => Record<string, string>]>([
    ['of the variable', [], (REDIS_URL) => ({ REDIS_URL })],
    ['of the option', ['--redis'], () => ({})],
  ])('%s begins an epoch that is not the first', async (_which, flags, env) => {
    const store = redisStore(redis.client)
    const before = await epochOf(store)
    const options = flags.flatMap((flag) => [flag, url])
    const { code, text } = await run(['revoke', '--all', ...options], env(url))
    expect([code, text]).toEqual([
      0,
      'All sessions in Redis with the prefix "scalekit:" are over: every user has to sign in again.\n',
    ])
    const after = await epochOf(store)
    expect(after.id).not.toBe(before.id)
    expect(after.isFirst).toBe(false)
  })

  it('says so where no application has used the prefix, and leaves nothing there', async () => {
    const args = ['revoke', '--all', '--prefix', 'misspelled:']
    const { code, errors } = await run(args, { REDIS_URL: url })
    expect([code, errors]).toEqual([
      1,
      'No application has used Redis with the prefix "misspelled:": are --prefix and --schema right?\n',
    ])
    expect(await redis.client.exists('misspelled:marks')).toBe(0)
  })
})

describe.skipIf(!hasPostgres)('express-scalekit revoke --all, for a PostgreSQL', () => {
  let postgres: Postgres
  let url: string
  beforeAll(async () => {
    postgres = await startPostgres()
    const { host, user, database } = postgres.address
    url = `postgres://${user}@/${database}?host=${encodeURIComponent(host)}`
  })
  afterAll(() => postgres.close())

  it('begins an epoch in the schema that is named', async () => {
    const [ours, others] = ['ours', 'others'].map((schema) =>
      postgresStore(postgres.pool, { schema }),
    )
    const before = [await epochOf(ours!), await epochOf(others!)]
    const env = { DATABASE_URL: url, REDIS_URL: 'redis://127.0.0.1:1' }
    const { code } = await run(['revoke', '--all', '--schema', 'ours'], env)
    expect(code).toBe(0)
    expect((await epochOf(ours!)).id).not.toBe(before[0]!.id)
    expect(await epochOf(others!)).toEqual(before[1])
  })

  it('says so where no application has used the schema, and makes none', async () => {
    const args = ['revoke', '--all', '--schema', 'misspelled']
    const { code, errors } = await run(args, { DATABASE_URL: url })
    expect([code, errors.includes('No application has used')]).toEqual([1, true])
    const found = "select 1 from pg_namespace where nspname = 'misspelled'"
    expect((await postgres.pool.query(found)).rows).toEqual([])
  })
})

describe('express-scalekit revoke says what is wrong:', () => {
  const urls = { REDIS_URL: 'redis://127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/x' }

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no --all', ['revoke'], urls, /--all is missing/],
    ['no store', ['revoke', '--all'], {}, /The store is missing: set REDIS_URL or DATABASE_URL/],
    ['two stores', ['revoke', '--all'], urls, /are both set: name the prefix .* or the schema/],
    [
      'two options',
      ['revoke', '--all', '--redis', 'redis://a', '--postgres', 'postgres://b'],
      {},
      /not both/,
    ],
    [
      'a password on the command line',
      ['revoke', '--all', '--redis', 'redis://:hunter2@127.0.0.1'],
      {},
      /^Set REDIS_URL instead of --redis/m,
    ],
    ['no URL', ['revoke', '--all', '--redis', 'local'], {}, /--redis must be a URL/],
  ])('%s', async (_what, args, env, message) => {
    const { code, errors } = await run(args, env)
    expect(code).toBe(2)
    expect(errors.trim().split('\n').at(-1)).toMatch(message)
    expect(errors).not.toContain('hunter2')
  })

  it('a store that does not answer', async () => {
    const { code, errors } = await run(['revoke', '--all'], { REDIS_URL: urls.REDIS_URL })
    expect(code).toBe(1)
    expect(errors).toContain('ECONNREFUSED')
  })
})

async function epochOf({ revocations }: StateStore) {
  return (await revocations.since()).epoch!
}
