import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresStore } from '../../../../src/postgres.ts'
import { eventually } from '../../../support/eventually.ts'
import { hasPostgres, type Postgres, startPostgres } from '../../../support/postgres.ts'
import { pass } from '../../../support/real-time.ts'
import { entry } from '../../identities.ts'
import { describeLedger } from '../../state/ledger-contract.ts'
import { describeSharedRevocations, describeStore } from '../../state/store-contract.ts'
import { describeSharedLeases } from '../../state/token-store-contract.ts'
import {
  claim,
  expectUnused,
  hourMs,
  letter,
  questions,
  revocation,
  useAll,
} from '../../state/use-all.ts'

const leaseRequest = { owner: 'me', version: 0, leaseMs: 1000 }

describe.skipIf(!hasPostgres)('postgresStore', () => {
  let postgres: Postgres
  let elsewhere: Pool

  beforeAll(async () => {
    postgres = await startPostgres()
    elsewhere = postgres.connect()
  })
  afterAll(() => postgres.close())

  /** The store of two processes of one application, each with its own connections. */
  async function create() {
    const schema = `test ${randomUUID()}`
    const [store, other] = [postgres.pool, elsewhere].map((pool) => postgresStore(pool, { schema }))
    return { store: store!, other: other!, schema, now: Date.now, pass }
  }

  async function count(schema: string, table: string): Promise<number> {
    const counted = `select count(*)::int as count from "${schema}".${table}`
    return (await postgres.pool.query(counted)).rows[0].count
  }

  describeStore('postgresStore', create)
  describeSharedRevocations('postgresStore', create)
  describeSharedLeases('postgresStore', create)
  describeLedger('postgresStore', async () => ({ ledger: (await create()).store.ledger, pass }))

  describe('its tables', () => {
    it('are made by many who begin at once', async () => {
      const schema = `test ${randomUUID()}`
      const pools = Array.from({ length: 6 }, (_, at) => (at % 2 ? elsewhere : postgres.pool))
      await Promise.all(pools.map((pool) => postgresStore(pool, { schema }).revocations.since()))
      await useAll(postgresStore(postgres.pool, { schema }))
    })

    it.each(['"; drop schema public; --', "it's", 'UPPER', '$1'])(
      'may be in a schema of any name: %s',
      async (name) => {
        const schema = `${name} ${randomUUID()}`
        await useAll(postgresStore(postgres.pool, { schema }))
        const found = await postgres.pool.query(
          'select 1 from information_schema.tables where table_schema = $1',
          [schema],
        )
        expect(found.rows).toHaveLength(8)
      },
    )

    it('are in the schema `scalekit` when it is told nothing', async () => {
      await postgresStore(postgres.pool).tokenStore.put('1', entry(), Date.now() + hourMs)
      expect(await count('scalekit', 'tokens')).toBe(1)
    })

    it('shared with nobody in another schema', async () => {
      await useAll((await create()).store)
      await expectUnused((await create()).store)
    })

    it.each([
      ['make them in a schema of its own', '', 'all'],
      ['use those that another role made', 'made', 'usage'],
    ])('let a role that may make no schema %s', async (_what, made, right) => {
      const { store, schema } = await create()
      const client = await postgres.pool.connect()
      await client.query(`create role "${schema}"`)
      if (made) await store.revocations.since()
      else await client.query(`create schema "${schema}"`)
      await client.query(`
        grant ${right} on schema "${schema}" to "${schema}";
        grant select, insert, update, delete on all tables in schema "${schema}" to "${schema}";
        set role "${schema}"`)
      await useAll(postgresStore(client, { schema }))
      client.release(true)
    })

    it('lose what has ended as other rows come', async () => {
      const { store, schema } = await create()
      for (let at = 0; at < 3; at += 1) {
        await store.singleUse.claim(`brief:${at}`, Date.now() + 50)
        await store.tokenStore.put(`brief:${at}`, entry(), Date.now() + 50)
        await store.revocations.write([revocation(`brief:${at}`, 50)])
        await store.ledger.claim(claim(`brief:${at}`))
        await store.ledger.settle(`brief:${at}`, 'me', 50)
        await store.aliases.add([{ key: 'key', value: `brief:${at}`, expiresAt: Date.now() + 50 }])
      }
      await pass(50)
      await store.tokenStore.lease('brief', leaseRequest)
      await postgres.pool.query(`update "${schema}".token_leases set expires_at = 0`)
      await store.tokenStore.lease('new', leaseRequest)
      await store.singleUse.claim('new', Date.now() + hourMs)
      await store.tokenStore.put('new', entry(), Date.now() + hourMs)
      await store.revocations.write([revocation('new', hourMs)])
      await store.ledger.claim(claim('new'))
      await store.aliases.add([{ key: 'key', value: 'new', expiresAt: Date.now() + hourMs }])
      // The epoch stays among the revocations.
      const left = { used: 1, tokens: 1, token_leases: 1, marks: 2, deliveries: 1, aliases: 1 }
      for (const [table, rows] of Object.entries(left)) {
        expect([table, await count(schema, table)]).toEqual([table, rows])
      }
    })
  })

  it('remembers a lease for ten minutes after its end, and after its quiet time', async () => {
    const { store, schema } = await create()
    const expectLasts = async (ms: number) => {
      const { rows } = await postgres.pool.query(
        `select expires_at - extract(epoch from now()) * 1000 as "lastsMs"
        from "${schema}".token_leases`,
      )
      expect(rows[0].lastsMs).toBeLessThanOrEqual(ms + 1)
      expect(rows[0].lastsMs).toBeGreaterThan(ms - 60_000)
    }
    await store.tokenStore.lease('1', { ...leaseRequest, leaseMs: hourMs })
    await expectLasts(hourMs + 600_000)
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    await expectLasts(600_000)
    await store.tokenStore.lease('1', { ...leaseRequest, leaseMs: 1 })
    await store.tokenStore.endLease('1', 'me', { isAnswered: false, quietMs: 120_000 })
    await expectLasts(720_000)
  })

  it('knows nothing of a lease that it no longer has to remember', async () => {
    const { store, schema } = await create()
    await store.tokenStore.lease('1', { ...leaseRequest, version: 5 })
    await store.tokenStore.endLease('1', 'me', { isAnswered: false, quietMs: hourMs })
    await postgres.pool.query(`update "${schema}".token_leases set expires_at = 0`)
    expect(await store.tokenStore.lease('1', leaseRequest)).toEqual({ status: 'granted' })
    expect((await store.tokenStore.lease('1', leaseRequest)).status).toBe('busy')
  })

  it('remembers an unfinished delivery for a day after each attempt', async () => {
    const { store, schema } = await create()
    const { ledger } = store
    const table = `"${schema}".deliveries`
    const expectDay = async () => {
      const left = `select expires_at - extract(epoch from now()) * 1000 as "lastsMs" from ${table}`
      const { lastsMs } = (await postgres.pool.query(left)).rows[0]
      expect(lastsMs).toBeLessThanOrEqual(24 * hourMs)
      expect(lastsMs).toBeGreaterThan(23.9 * hourMs)
      await postgres.pool.query(`update ${table} set expires_at = expires_at - ${12 * hourMs}`)
    }
    await ledger.claim(claim('msg_1'))
    await expectDay()
    await ledger.renew('msg_1', 'me', 1000)
    await expectDay()
    await ledger.release('msg_1', 'me')
    await expectDay()
  })

  it('loses no revocation whose number is lower than one that was committed before', async () => {
    const { store, other, schema } = await create()
    await store.revocations.since()
    const slow = await postgres.pool.connect()
    await slow.query('begin')
    await postgresStore(slow, { schema }).revocations.write([revocation('slow', hourMs)])
    const quick = other.revocations.write([revocation('quick', hourMs)])
    await Promise.race([quick, eventually(expectSomebodyWaits)])
    const before = await store.revocations.since()
    await slow.query('commit')
    slow.release()
    await quick
    const after = await store.revocations.since(before.cursor)
    const keys = [...before.revocations, ...after.revocations].map(({ key }) => key)
    expect(keys).toEqual(['slow', 'quick'])
  })

  async function expectSomebodyWaits(): Promise<void> {
    const waiting = await postgres.pool.query('select 1 from pg_locks where not granted')
    expect(waiting.rows).toHaveLength(1)
  }

  it('lets a reader start over when the numbers went back', async () => {
    const { store, schema } = await create()
    await store.revocations.write([revocation('a', hourMs), revocation('b', hourMs)])
    const { cursor } = await store.revocations.since()
    // As of a backup.
    await postgres.pool.query(`truncate "${schema}".marks restart identity`)
    await store.revocations.write([revocation('c', hourMs)])
    expect((await store.revocations.since(cursor)).revocations.map(({ key }) => key)).toEqual(['c'])
  })

  it('keeps every dead letter, also one with a body that no text column takes', async () => {
    const { ledger } = (await create()).store
    const odd = { ...letter('msg_0', 0), body: '\0' }
    await ledger.putDeadLetter(odd)
    await Promise.all(
      Array.from({ length: 1001 }, (_, at) =>
        ledger.putDeadLetter(letter(`msg_${at + 1}`, at + 1)),
      ),
    )
    const letters = await ledger.deadLetters()
    expect([letters.length, letters[0]]).toEqual([1002, odd])
  })

  it('remembers what is done for as long as it was told', async () => {
    const { ledger } = (await create()).store
    for (const [id, keepMs] of [
      ['msg_brief', 50],
      ['msg_lasting', hourMs],
    ] as const) {
      await ledger.claim(claim(id))
      await ledger.settle(id, 'me', keepMs)
    }
    await pass(50)
    const again = await ledger.claim(claim('msg_brief', { bodyHash: 'other' }))
    expect(again).toEqual({ status: 'claimed', isSameBody: true, attempt: 1 })
    expect((await ledger.claim(claim('msg_lasting'))).status).toBe('done')
  })

  it.each(questions)(
    'rejects what %s cannot know when the connection is gone',
    async (_part, ask) => {
      const pool = postgres.connect()
      const store = postgresStore(pool)
      await store.revocations.since()
      await pool.end()
      await expect(ask(store)).rejects.toThrow()
    },
  )

  it('makes its tables after all when the first call failed', async () => {
    const schema = `test ${randomUUID()}`
    let isDown = true
    const query = (text: string, values?: unknown[]) =>
      isDown ? Promise.reject(new Error('down')) : postgres.pool.query(text, values)
    const store = postgresStore({ query }, { schema })
    await expect(store.revocations.since()).rejects.toThrow('down')
    isDown = false
    await useAll(store)
  })
})
