import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresStore } from '../../../../src/postgres.ts'
import { eventually } from '../../../support/eventually.ts'
import { hasPostgres, type Postgres, startPostgres } from '../../../support/postgres.ts'
import { pass } from '../../../support/real-time.ts'
import { claim, hourMs } from '../../state/use-all.ts'

describe.skipIf(!hasPostgres)('an effect in the application’s own transaction', () => {
  let postgres: Postgres

  beforeAll(async () => {
    postgres = await startPostgres()
    await postgres.pool.query('create table effects (delivery_id text)')
  })
  afterAll(() => postgres.close())

  /** A delivery with an id of its own, and the ledgers of two processes. */
  function twoProcesses() {
    const [one, two] = [postgres.pool, postgres.connect()].map((pool) => postgresStore(pool).ledger)
    return { one: one!, two: two!, deliveryId: `msg_${randomUUID()}` }
  }

  /** Runs work between `begin` and `commit`, or `rollback` where it rejects. */
  async function transact(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await postgres.pool.connect()
    try {
      await client.query('begin')
      await work(client)
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }

  const takeEffect = (client: PoolClient, deliveryId: string) =>
    client.query('insert into effects values ($1)', [deliveryId])

  async function effectsOf(deliveryId: string): Promise<number> {
    const found = 'select 1 from effects where delivery_id = $1'
    return (await postgres.pool.query(found, [deliveryId])).rows.length
  }

  it('is there when the delivery is done', async () => {
    const { one, two, deliveryId } = twoProcesses()
    await one.claim(claim(deliveryId))
    await transact(async (client) => {
      await takeEffect(client, deliveryId)
      await one.settleIn(client, deliveryId, 'me', hourMs)
    })
    expect(await effectsOf(deliveryId)).toBe(1)
    expect((await two.claim(claim(deliveryId))).status).toBe('done')
  })

  it('is not there, and the delivery is not done, after a rollback', async () => {
    const { one, two, deliveryId } = twoProcesses()
    await one.claim(claim(deliveryId))
    const transaction = transact(async (client) => {
      await takeEffect(client, deliveryId)
      await one.settleIn(client, deliveryId, 'me', hourMs)
      throw new Error('second thoughts')
    })
    await expect(transaction).rejects.toThrow('second thoughts')
    expect(await effectsOf(deliveryId)).toBe(0)
    expect((await two.claim(claim(deliveryId))).status).toBe('busy')
    await one.release(deliveryId, 'me')
    expect((await two.claim(claim(deliveryId))).status).toBe('claimed')
  })

  it('is given up by whoever has lost the delivery to another', async () => {
    const { one, two, deliveryId } = twoProcesses()
    await one.claim(claim(deliveryId, { leaseMs: 50 }))
    await pass(50)
    await two.claim(claim(deliveryId, { owner: 'another' }))
    const late = transact(async (client) => {
      await takeEffect(client, deliveryId)
      await one.settleIn(client, deliveryId, 'me', hourMs)
    })
    await expect(late).rejects.toThrow('Another attempt has the delivery now')
    expect(await effectsOf(deliveryId)).toBe(0)
    expect((await one.claim(claim(deliveryId))).status).toBe('busy')
  })

  it.each([
    ['never claimed', async () => {}],
    [
      'released',
      async ({ one, deliveryId }: ReturnType<typeof twoProcesses>) => {
        await one.claim(claim(deliveryId))
        await one.release(deliveryId, 'me')
      },
    ],
    [
      'done before',
      async ({ one, deliveryId }: ReturnType<typeof twoProcesses>) => {
        await one.claim(claim(deliveryId))
        await one.settle(deliveryId, 'me', hourMs)
      },
    ],
  ])('does not come of a delivery that was %s', async (_case, prepare) => {
    const processes = twoProcesses()
    await processes.one.deadLetters()
    await prepare(processes)
    const { one, deliveryId } = processes
    const transaction = transact((client) => one.settleIn(client, deliveryId, 'me', hourMs))
    await expect(transaction).rejects.toThrow('Another attempt has the delivery now')
  })

  it('is waited for by another claim, although the lease ends meanwhile', async () => {
    const { one, two, deliveryId } = twoProcesses()
    await one.claim(claim(deliveryId, { leaseMs: 50 }))
    let second: ReturnType<typeof two.claim> | undefined
    await transact(async (client) => {
      await takeEffect(client, deliveryId)
      await one.settleIn(client, deliveryId, 'me', hourMs)
      await pass(50)
      second = two.claim(claim(deliveryId, { owner: 'another' }))
      await Promise.race([second, eventually(expectSomebodyWaits)])
    })
    expect((await second)?.status).toBe('done')
    expect(await effectsOf(deliveryId)).toBe(1)
  })

  async function expectSomebodyWaits(): Promise<void> {
    const waiting = await postgres.pool.query('select 1 from pg_locks where not granted')
    expect(waiting.rows).toHaveLength(1)
  }

  it('takes place once, whichever of two processes comes first', async () => {
    const { one, two, deliveryId } = twoProcesses()
    const attempt = (ledger: typeof one, owner: string) => async () => {
      const { status } = await ledger.claim(claim(deliveryId, { owner, leaseMs: 1 }))
      if (status !== 'claimed') return
      await transact(async (client) => {
        await takeEffect(client, deliveryId)
        await ledger.settleIn(client, deliveryId, owner, hourMs)
      })
    }
    const attempts = Array.from({ length: 8 }, (_, at) =>
      attempt(at % 2 ? one : two, `owner ${at}`),
    )
    await Promise.allSettled(attempts.map((run) => run()))
    expect(await effectsOf(deliveryId)).toBe(1)
  })
})
