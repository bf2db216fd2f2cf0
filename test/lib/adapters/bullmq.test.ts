import { randomUUID } from 'node:crypto'
import { Queue, type QueueOptions, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { bullmq } from '../../../src/queues.ts'
import { eventually } from '../../support/eventually.ts'
import { hasRedis, startRedis } from '../../support/redis.ts'
import { gate, taking } from '../../support/taking.ts'
import { deliver } from '../../support/webhook.ts'

describe.skipIf(!hasRedis)('a queue of BullMQ', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.close())

  function open(options: Partial<QueueOptions> = {}): Queue {
    const connection = { host: '127.0.0.1', port: redis.port }
    const queue = new Queue(`test-${randomUUID()}`, { connection, ...options })
    onTestFinished(() => queue.close())
    return queue
  }

  const clients = {
    ioredis() {
      const client = new Redis({ host: '127.0.0.1', port: redis.port })
      onTestFinished(() => client.disconnect())
      return { connection: client, ping: () => client.ping() }
    },
    async redis() {
      const client = await redis.connect()
      return { connection: client, ping: () => client.ping() }
    },
  }

  it.each(['ioredis', 'redis'] as const)(
    'may have a client of the application’s, which stays open: %s',
    async (kind) => {
      const { connection, ping } = await clients[kind]()
      const queue = open({ connection })
      const before = (await redis.client.clientList()).length
      const { auth, url, handled } = await taking({ delivery: bullmq(queue), onUserLogin() {} })
      await deliver(url).expect(201)
      await eventually(() => expect(handled).toHaveLength(1))
      await auth.close()
      expect(await ping()).toBe('PONG')
      await eventually(async () => {
        expect((await redis.client.clientList()).length).toBeLessThanOrEqual(before)
      })
    },
  )

  it('may have a prefix', async () => {
    const queue = open({ prefix: 'mine' })
    const { url, handled } = await taking({ delivery: bullmq(queue), onUserLogin() {} })
    await deliver(url).expect(201)
    await eventually(() => expect(handled).toHaveLength(1))
  })

  it('keeps what is done for a week, unless it is told otherwise', async () => {
    const [plain, own] = [open(), open({ defaultJobOptions: { removeOnComplete: 5, attempts: 2 } })]
    for (const queue of [plain, own]) {
      const { url } = await taking({ delivery: bullmq(queue, { worker: false }) })
      await deliver(url, { id: 'msg_kept' }).expect(201)
    }
    const optionsIn = async (queue: Queue) => (await queue.getJob('webhook-msg_kept'))!.opts
    expect(await optionsIn(plain)).toMatchObject({ removeOnComplete: { age: 604_800 } })
    expect(await optionsIn(own)).toMatchObject({ removeOnComplete: 5, attempts: 2 })
  })

  it('acknowledges nothing that it took for another job', async () => {
    // The types do not let it be a default, but BullMQ does.
    const merging: object = { deduplication: { id: 'one' } }
    const queue = open({ defaultJobOptions: merging })
    const { url } = await taking({ delivery: bullmq(queue, { worker: false }) })
    await deliver(url, { id: 'msg_first' }).expect(201)
    await deliver(url, { id: 'msg_first' }).expect(201)
    const refused = await deliver(url, { id: 'msg_second' }).expect(503)
    expect(refused.body.code).toBe('webhook_queue_unavailable')
  })

  it('has a dead letter before a run whose worker may not die, too', async () => {
    const queue = open()
    const receiver = await taking({ delivery: bullmq(queue, { worker: false }) })
    await deliver(receiver.url, { id: 'msg_deadly' }).expect(201)
    const { connection } = queue.opts
    const dying = new Worker(queue.name, undefined, { connection, lockDuration: 50 })
    expect(await dying.getNextJob('token')).toBeDefined()
    await dying.close()
    const { opened, open: letGo } = gate()
    const handler = vi.fn(() => opened)
    const { auth, handled } = await taking({
      delivery: bullmq(queue, { worker: { stalledInterval: 50, maxStalledCount: 1 } }),
      onDirectoryUserCreated: handler,
    })
    await eventually(() => expect(handler).toHaveBeenCalled())
    expect(await auth.webhooks.deadLetters()).toMatchObject([{ attempt: 2 }])
    letGo()
    await eventually(() => expect(handled).toHaveLength(1))
    expect(await auth.webhooks.deadLetters()).toEqual([])
  })

  it('may forget at once what is done: the ledger knows', async () => {
    const queue = open({ defaultJobOptions: { removeOnComplete: true } })
    const handler = vi.fn()
    const { url, handled } = await taking({
      delivery: bullmq(queue),
      onDirectoryUserCreated: handler,
    })
    await deliver(url, { id: 'msg_forgotten' }).expect(201)
    await eventually(() => expect(handled).toHaveLength(1))
    const isForgotten = async () =>
      expect(await queue.getJob('webhook-msg_forgotten')).toBeUndefined()
    await eventually(isForgotten)
    await deliver(url, { id: 'msg_forgotten' }).expect(201)
    await eventually(isForgotten)
    expect(handler).toHaveBeenCalledTimes(1)
  })
})
