import { randomUUID } from 'node:crypto'
import PgBoss from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryStore } from '../../../src/index.ts'
import { pgBoss } from '../../../src/queues.ts'
import { eventually } from '../../support/eventually.ts'
import { hasPostgres, type Postgres, startPostgres } from '../../support/postgres.ts'
import { gate, taking } from '../../support/taking.ts'
import { deliver } from '../../support/webhook.ts'

const worker = { pollingIntervalSeconds: 0.05 }

describe.skipIf(!hasPostgres)('a queue of pg-boss', () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres.close())

  function open(): { boss: PgBoss; queue: string } {
    const boss = new PgBoss({ ...postgres.address, schedule: false, maintenanceIntervalSeconds: 1 })
    boss.on('error', () => {})
    onTestFinished(() => boss.stop({ graceful: false }))
    return { boss, queue: `test-${randomUUID()}` }
  }

  it('takes nothing before pg-boss has started, and then it does', async () => {
    const { boss, queue } = open()
    const { url, handled } = await taking({
      delivery: pgBoss(boss, { queue, worker }),
      onUserLogin() {},
    })
    const refused = await deliver(url, { id: 'msg_early' }).expect(503)
    expect(refused.body.code).toBe('webhook_queue_unavailable')
    await boss.start()
    await deliver(url, { id: 'msg_early' }).expect(201)
    await eventually(() => expect(handled).toHaveLength(1))
  })

  it('that is there is not made again, which pg-boss 10.0 does not bear', async () => {
    const { boss, queue } = open()
    await boss.start()
    await boss.createQueue(queue)
    const create = vi.spyOn(boss, 'createQueue')
    const { url } = await taking({ delivery: pgBoss(boss, { queue, worker: false }) })
    await deliver(url).expect(201)
    expect(create).not.toHaveBeenCalled()
  })

  it('that somebody removed acknowledges nothing', async () => {
    const { boss, queue } = open()
    await boss.start()
    const { url } = await taking({ delivery: pgBoss(boss, { queue, worker: false }) })
    await deliver(url).expect(201)
    await boss.purgeQueue(queue)
    await boss.deleteQueue(queue)
    await deliver(url).expect(503)
  })

  it('runs again what a worker that died had begun', async () => {
    const { boss, queue } = open()
    await boss.start()
    await boss.createQueue(queue, { name: queue, expireInSeconds: 1, retryDelay: 0 })
    const receiver = await taking({ delivery: pgBoss(boss, { queue, worker: false }) })
    await deliver(receiver.url, { id: 'msg_begun' }).expect(201)
    expect(await boss.fetch(queue)).toHaveLength(1)
    const { handled } = await taking({
      delivery: pgBoss(boss, { queue, worker }),
      onDirectoryUserCreated() {},
    })
    await eventually(() => expect(handled).toMatchObject([{ attempt: 2 }]))
  })

  it.each([
    ['of 20 seconds', 20, 10_000],
    ['of ten minutes, half a minute', 600, 30_000],
    ['of the kit’s own queue, which are 30 seconds', undefined, 15_000],
  ])(
    'claims a delivery for less than its job may take: %s',
    async (_, expireInSeconds, leaseMs) => {
      const { boss, queue } = open()
      await boss.start()
      if (expireInSeconds) await boss.createQueue(queue, { name: queue, expireInSeconds })
      const store = memoryStore()
      const leases: number[] = []
      const keepLease: typeof store.ledger.claim = (claim) => {
        leases.push(claim.leaseMs)
        return store.ledger.claim(claim)
      }
      const { url, handled } = await taking(
        { delivery: pgBoss(boss, { queue, worker }), onDirectoryUserCreated() {} },
        { options: { store: { ...store, ledger: { ...store.ledger, claim: keepLease } } } },
      )
      await deliver(url).expect(201)
      await eventually(() => expect(handled).toHaveLength(1))
      // The next run can have it.
      expect(leases).toEqual([leaseMs])
    },
  )

  it('keeps no process that stops waiting for a PostgreSQL that does not answer', async () => {
    const { boss, queue } = open()
    await boss.start()
    const { opened, open: letGo } = gate()
    const handler = vi.fn(() => opened)
    const { url, auth, handled, log } = await taking({
      delivery: pgBoss(boss, { queue, worker }),
      onDirectoryUserCreated: handler,
    })
    await deliver(url).expect(201)
    await eventually(() => expect(handler).toHaveBeenCalled())
    const unlock = await lockJobs()
    letGo()
    await eventually(() => expect(handled).toHaveLength(1))
    const closedAt = performance.now()
    await auth.close()
    expect(performance.now() - closedAt).toBeLessThan(5000)
    expect(log).toContain('warn The queue of webhooks failed: "Error: timed out after 1500 ms"')
    await unlock()
  })

  /** Makes every statement about a job wait. */
  async function lockJobs(): Promise<() => Promise<unknown>> {
    const client = await postgres.pool.connect()
    onTestFinished(() => client.release(true))
    await client.query('begin')
    await client.query('lock table pgboss.job')
    return () => client.query('rollback')
  }

  it('keeps a delivery for a year until a worker comes', async () => {
    const { boss, queue } = open()
    await boss.start()
    const { url } = await taking({ delivery: pgBoss(boss, { queue, worker: false }) })
    await deliver(url).expect(201)
    const [job] = (await boss.fetch(queue, { includeMetadata: true }))!
    const keptDays = (job!.keepUntil.getTime() - job!.createdOn.getTime()) / (24 * 3_600_000)
    expect(Math.round(keptDays)).toBe(365)
  })

  it('handles as many at once as it is told, and no more', async () => {
    const { boss, queue } = open()
    await boss.start()
    const { opened, open: letGo } = gate()
    let [running, most] = [0, 0]
    const { url, handled } = await taking({
      delivery: pgBoss(boss, { queue, worker: { ...worker, concurrency: 2 } }),
      async onDirectoryUserCreated() {
        running += 1
        most = Math.max(most, running)
        await opened
        running -= 1
      },
    })
    await Promise.all(Array.from({ length: 20 }, () => deliver(url).expect(201)))
    await eventually(() => expect(running).toBe(2))
    letGo()
    await eventually(() => expect(handled).toHaveLength(20))
    expect(most).toBe(2)
  })
})
