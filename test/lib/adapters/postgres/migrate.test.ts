import type { Pool, PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { migrate } from '../../../../src/lib/adapters/postgres/migrate.ts'
import { schemaSteps } from '../../../../src/lib/adapters/postgres/schema-steps.ts'
import { tablesIn } from '../../../../src/lib/adapters/postgres/tables.ts'
import { type PostgresClient, postgresStore } from '../../../../src/postgres.ts'
import { hasPostgres, type Postgres, startPostgres } from '../../../support/postgres.ts'
import { entry, tokens } from '../../identities.ts'
import { hourMs, revocation, useAll } from '../../state/use-all.ts'
import { laterSteps, newSchema, putAsBefore, schemasIn, versionsOf } from './schemas.ts'
import { expectRowsOfVersion1 } from './version-1.ts'

describe.skipIf(!hasPostgres)('the tables of postgresStore', () => {
  let postgres: Postgres
  let elsewhere: Pool
  let schemas: ReturnType<typeof schemasIn>
  const clients: PoolClient[] = []

  beforeAll(async () => {
    postgres = await startPostgres()
    elsewhere = postgres.connect()
    schemas = schemasIn(postgres.pool)
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.release(true)
  })
  afterAll(() => postgres.close())

  /** One connection until the end of the test. */
  async function connection(): Promise<PoolClient> {
    const client = await postgres.pool.connect()
    clients.push(client)
    return client
  }

  /** A connection as a role that may use a schema and the tables in it, and nothing more. */
  async function userOf(schema: string): Promise<PoolClient> {
    const client = await connection()
    await client.query(`
      create role "user of ${schema}";
      grant usage on schema "${schema}" to "user of ${schema}";
      grant select, insert, update, delete on all tables in schema "${schema}"
        to "user of ${schema}";
      set role "user of ${schema}"`)
    return client
  }

  /** A pool that notes what it is asked. */
  function recording(pool: PostgresClient) {
    const asked: string[] = []
    const query = (text: string, values?: unknown[]) => {
      asked.push(text)
      return pool.query(text, values)
    }
    return { pool: { query }, asked }
  }

  describe('of version 1', () => {
    it('keep their rows and get a version', async () => {
      const schema = await schemas.oldSchema()
      await expectRowsOfVersion1(postgresStore(postgres.pool, { schema }))
      expect(await schemas.versionsIn(schema)).toEqual(versionsOf(schemaSteps))
    })

    it('take revocations of processes of both versions during a rolling deploy', async () => {
      const schema = await schemas.currentSchema()
      const { revocations } = postgresStore(postgres.pool, { schema })
      const added = { ...revocation('new', hourMs), clock: 'scalekit' } as const
      await revocations.write([added])
      const old = revocation('old', hourMs)
      await postgres.pool.query(
        `insert into "${schema}".marks (key, not_before, expires_at) values ($1, $2, $3)`,
        [old.key, old.notBefore, old.expiresAt],
      )
      expect((await revocations.since()).revocations).toEqual([added, old])
      const read = `select key, not_before, expires_at from "${schema}".marks
        where key not like 'epoch:%' order by id limit 1`
      expect(await schemas.select(read)).toEqual([['new', added.notBefore, added.expiresAt]])
    })

    it('take tokens of processes of both versions during a rolling deploy', async () => {
      const schema = await schemas.currentSchema()
      const { tokenStore } = postgresStore(postgres.pool, { schema })
      const plain = JSON.stringify(tokens())
      const end = Date.now() + hourMs
      await putAsBefore(postgres.pool, schema, 'old', plain, end)
      expect(await tokenStore.get('old')).toEqual({ version: 0, sealed: plain })
      expect(await tokenStore.replace('old', entry({ version: 1 }), end, 0)).toBe('replaced')
      expect(await tokenStore.get('old')).toEqual(entry({ version: 1 }))
      await tokenStore.put('new', entry(), end)
      // They find no ID token, and sign out without it.
      for (const sessionId of ['old', 'new']) {
        const read = `select tokens from "${schema}".tokens where session_id = $1`
        const [[json]] = (await schemas.select(read, sessionId)) as [[string]]
        expect(JSON.parse(json).idToken).toBeUndefined()
      }
    })

    it('are what the first step creates', async () => {
      const created = await schemas.currentSchema(schemaSteps.slice(0, 1))
      const found = await schemas.columnsAndIndexesIn(await schemas.oldSchema())
      expect(await schemas.columnsAndIndexesIn(created)).toEqual(found)
      expect(found).toHaveLength(20 + 9)
    })

    it('keep their rows through all later steps', async () => {
      const schema = await schemas.oldSchema()
      await migrate(postgres.pool, tablesIn(schema), laterSteps)
      expect(await schemas.versionsIn(schema)).toEqual(versionsOf(laterSteps))
      expect(await schemas.tracesIn(schema)).toEqual(['23'])
      await expectRowsOfVersion1(postgresStore(postgres.pool, { schema }))
    })

    it('serve a role that may not record their version', async () => {
      const schema = await schemas.oldSchema()
      const { pool, asked } = recording(await userOf(schema))
      await migrate(pool, tablesIn(schema), schemaSteps.slice(0, 1))
      expect(asked.at(-1)).toMatch(/^select /)
      expect(await schemas.columnsAndIndexesIn(schema)).toHaveLength(20 + 9)
    })

    it('serve a role that was given rights on them before another recorded their version', async () => {
      const schema = await schemas.oldSchema()
      const user = await userOf(schema)
      await migrate(postgres.pool, tablesIn(schema))
      const { pool, asked } = recording(user)
      await migrate(pool, tablesIn(schema))
      expect(asked).toHaveLength(1)
      await expectRowsOfVersion1(postgresStore(user, { schema }))
    })
  })

  it('of version 2 keep their tokens and get versions and leases for them', async () => {
    const schema = await schemas.currentSchema(schemaSteps.slice(0, 2))
    const plain = JSON.stringify(tokens())
    await putAsBefore(postgres.pool, schema, 'old', plain, Date.now() + hourMs)
    const { tokenStore } = postgresStore(postgres.pool, { schema })
    expect(await tokenStore.get('old')).toEqual({ version: 0, sealed: plain })
    const asked = { owner: 'me', version: 0, leaseMs: 1000 }
    expect(await tokenStore.lease('old', asked)).toEqual({ status: 'granted' })
    expect(await schemas.versionsIn(schema)).toEqual(versionsOf(schemaSteps))
  })

  it('are asked for their version once, and for nothing else, when they are current', async () => {
    const schema = await schemas.currentSchema()
    const { pool, asked } = recording(postgres.pool)
    await migrate(pool, tablesIn(schema))
    expect(asked).toEqual([expect.stringMatching(/^select [^;]*$/)])
    expect(asked[0]).not.toContain('lock')
  })

  it('of a later version serve a process that does not know it', async () => {
    const schema = await schemas.currentSchema(laterSteps)
    const { pool, asked } = recording(postgres.pool)
    await migrate(pool, tablesIn(schema))
    expect(asked).toHaveLength(1)
    await useAll(postgresStore(postgres.pool, { schema }))
    expect(await schemas.versionsIn(schema)).toEqual(versionsOf(laterSteps))
  })

  it.each([
    ['no tables', async () => newSchema()],
    ['tables of version 1', () => schemas.oldSchema()],
    ['current tables', () => schemas.currentSchema()],
    ['tables that lack one step', () => schemas.currentSchema(laterSteps.slice(0, -1))],
  ])('are migrated once by processes that start together from %s', async (_from, prepare) => {
    const schema = await prepare()
    const pools = Array.from({ length: 6 }, (_, at) => (at % 2 ? elsewhere : postgres.pool))
    await Promise.all(pools.map((pool) => migrate(pool, tablesIn(schema), laterSteps)))
    expect(await schemas.versionsIn(schema)).toEqual(versionsOf(laterSteps))
    expect(await schemas.tracesIn(schema)).toEqual(['23'])
  })

  it('are migrated by one process at a time, and the next one goes on from there', async () => {
    const schema = await schemas.currentSchema()
    const first = await connection()
    await first.query('begin')
    await migrate(first, tablesIn(schema), laterSteps.slice(0, -1))
    const second = migrate(elsewhere, tablesIn(schema), laterSteps)
    await Promise.race([second, vi.waitFor(expectAdvisoryWait)])
    await first.query('commit')
    await second
    expect(await schemas.versionsIn(schema)).toEqual(versionsOf(laterSteps))
    expect(await schemas.tracesIn(schema)).toEqual(['23'])
  })

  async function expectAdvisoryWait(): Promise<void> {
    const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted"
    expect(await schemas.select(waiting)).toHaveLength(1)
  }

  it('are migrated while another process writes revocations', async () => {
    const schema = await schemas.currentSchema()
    const writer = await connection()
    await writer.query('begin')
    await postgresStore(writer, { schema }).revocations.write([revocation('a', hourMs)])
    const migrator = await connection()
    await migrator.query('set lock_timeout = 100')
    await migrate(migrator, tablesIn(schema), laterSteps)
    expect(await schemas.versionsIn(schema)).toEqual(versionsOf(laterSteps))
  })

  it('are left alone when their version cannot be read', async () => {
    const schema = await schemas.currentSchema()
    await postgres.pool.query(`revoke select on "${schema}".store_versions from public`)
    const user = await userOf(schema)
    await postgres.pool.query(`revoke all on "${schema}".store_versions from "user of ${schema}"`)
    const { pool, asked } = recording(user)
    const migration = migrate(pool, tablesIn(schema))
    await expect(migration).rejects.toThrow('permission denied for table store_versions')
    expect(asked).toHaveLength(1)
  })

  it('get their version back when an application truncates all tables', async () => {
    const schema = await schemas.currentSchema()
    await useAll(postgresStore(postgres.pool, { schema }))
    const tables = Object.entries(tablesIn(schema)).filter(([name]) => name !== 'schema')
    await postgres.pool.query(`truncate ${tables.map(([, table]) => table).join(', ')}`)
    await useAll(postgresStore(postgres.pool, { schema }))
    expect(await schemas.versionsIn(schema)).toEqual(versionsOf(schemaSteps))
  })

  describe('when a step fails', () => {
    const failingSteps = [
      ...laterSteps,
      (schema: string) => `create table ${schema}.half (id text); select 1 / 0`,
    ]
    const fail = async (schema: string) => {
      const migration = migrate(postgres.pool, tablesIn(schema), failingSteps)
      await expect(migration).rejects.toThrow('division by zero')
    }

    it('stay as they are without a recorded version, and can be migrated later', async () => {
      const schema = await schemas.oldSchema()
      const before = await schemas.columnsAndIndexesIn(schema)
      await fail(schema)
      expect(await schemas.columnsAndIndexesIn(schema)).toEqual(before)
      await migrate(postgres.pool, tablesIn(schema), laterSteps)
      expect(await schemas.tracesIn(schema)).toEqual(['23'])
      await expectRowsOfVersion1(postgresStore(postgres.pool, { schema }))
    })

    it('stay as they are with a recorded version', async () => {
      const schema = await schemas.currentSchema()
      const before = await schemas.columnsAndIndexesIn(schema)
      await fail(schema)
      expect(await schemas.columnsAndIndexesIn(schema)).toEqual(before)
      expect(await schemas.versionsIn(schema)).toEqual(versionsOf(schemaSteps))
      await useAll(postgresStore(postgres.pool, { schema }))
    })

    it('are not created', async () => {
      const schema = newSchema()
      await fail(schema)
      expect(await schemas.select('select from pg_namespace where nspname = $1', schema)).toEqual(
        [],
      )
    })
  })

  describe('tell a role that may not change them what to do', () => {
    it('where there are none', async () => {
      const schema = newSchema()
      await postgres.pool.query(`create schema "${schema}"`)
      const store = postgresStore(await userOf(schema), { schema })
      await expect(store.revocations.since()).rejects.toThrow(
        `The PostgreSQL role "user of ${schema}" may not bring the tables of the schema "${schema}" ` +
          `to version ${schemaSteps.length}. Start the application once with a role that may, such ` +
          `as their owner. After that, "user of ${schema}" needs USAGE on the schema, and SELECT, ` +
          'INSERT, UPDATE and DELETE on its tables',
      )
    })

    it.each([
      ['of version 1', () => schemas.oldSchema(), 1],
      ['current', () => schemas.currentSchema(), schemaSteps.length],
    ])('where those that are there are %s and lack a step', async (_which, prepare, version) => {
      const schema = await prepare()
      const migration = migrate(await userOf(schema), tablesIn(schema), laterSteps)
      await expect(migration).rejects.toThrow(
        `The PostgreSQL role "user of ${schema}" may not bring the tables of the schema ` +
          `"${schema}" from version ${version} to version ${laterSteps.length}. Start the application`,
      )
    })
  })
})
