import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../../src/index.ts'
import { PermanentError } from '../../../src/webhooks.ts'
import { documentedExamples } from '../../fixtures/webhook-examples.ts'
import { eventually } from '../../support/eventually.ts'
import { hasPostgres } from '../../support/postgres.ts'
import { type Engine, startBullmq, startPgBoss } from '../../support/queues.ts'
import { hasRedis } from '../../support/redis.ts'
import { gate, taking } from '../../support/taking.ts'
import { deliver, example } from '../../support/webhook.ts'
import { claim } from '../state/use-all.ts'

/** Of the delivery that is sent by default. */
const hashOfExample = createHash('sha256')
  .update(JSON.stringify(documentedExamples['organization.directory.user_created']))
  .digest('base64url')
const type = 'organization.directory.user_created'
const receiveOnly = { worker: false } as const

const engines = [
  {
    name: 'BullMQ',
    isThere: hasRedis,
    startEngine: startBullmq,
    defaults: { attempts: 12, backoff: { type: 'exponential', delay: 5000 } },
    givenUp: 'failed',
  },
  {
    name: 'pg-boss',
    isThere: hasPostgres,
    startEngine: startPgBoss,
    defaults: { retry_limit: 11, retry_delay: 5, retry_backoff: true },
    givenUp: 'cancelled',
  },
] as const

describe.each(engines)('$name', ({ isThere, startEngine, defaults, givenUp }) => {
  describe.skipIf(!isThere)('that keeps deliveries', () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await startEngine()
    })
    afterAll(() => engine.close())

    it('brings each to its handler, which knows of it what the route knew', async () => {
      const queue = await engine.queue()
      const seen: object[] = []
      const { url, handled } = await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated: (event, delivery) => void seen.push({ event, ...delivery }),
      })
      const answer = await deliver(url, { id: 'msg_known' }).expect(201)
      expect(answer.body).toEqual({ status: 'queued' })
      await eventually(() => expect(handled).toHaveLength(1))
      expect(handled).toMatchObject([{ deliveryId: 'msg_known', type, attempt: 1 }])
      expect(seen).toEqual([
        {
          event: documentedExamples[type],
          deliveryId: 'msg_known',
          attempt: 1,
          receivedAt: expect.any(Number),
          raw: Buffer.from(JSON.stringify(documentedExamples[type])),
          signal: expect.any(AbortSignal),
          log: expect.anything(),
        },
      ])
      await eventually(async () => {
        expect(await queue.stateOf('msg_known')).toBe('completed')
      })
    })

    it('runs each once, however often it comes', async () => {
      const queue = await engine.queue()
      const handler = vi.fn()
      const { url, handled } = await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated: handler,
      })
      await Promise.all(
        Array.from({ length: 20 }, () => deliver(url, { id: 'msg_again' }).expect(201)),
      )
      await eventually(() => expect(handled).toHaveLength(1))
      await deliver(url, { id: 'msg_again' }).expect(201)
      await deliver(url, { id: 'msg_next' }).expect(201)
      await eventually(() => expect(handled).toHaveLength(2))
      expect(handler).toHaveBeenCalledTimes(2)
    })

    it('runs no other body under a known id, and somebody is told', async () => {
      const queue = await engine.queue()
      const handler = vi.fn()
      const { url, failed } = await taking({
        delivery: queue.delivery(receiveOnly),
        onDirectoryUserCreated: handler,
      })
      await deliver(url, { id: 'msg_one' }).expect(201)
      const event = example(type, { email: 'eve@evil.example' })
      const answer = await deliver(url, { id: 'msg_one', event }).expect(200)
      expect(answer.body).toEqual({ status: 'done' })
      expect(failed).toMatchObject([
        { deliveryId: 'msg_one', type, attempt: 1, code: 'webhook_id_reused', isFinal: false },
      ])
      const bodies: string[] = []
      await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated: (_event, { raw }) => void bodies.push(raw.toString()),
      })
      await eventually(() => expect(bodies).toEqual([JSON.stringify(example(type))]))
    })

    it('takes ids of digits only', async () => {
      const queue = await engine.queue()
      const { url, handled } = await taking({ delivery: queue.delivery(), onUserLogin() {} })
      await deliver(url, { id: '1234567890' }).expect(201)
      await eventually(() => expect(handled).toHaveLength(1))
    })

    it('runs a delivery again whose handler failed', async () => {
      const queue = await engine.queue()
      const attempts: number[] = []
      const { url, auth, handled, failed, log } = await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated(_event, { attempt }) {
          attempts.push(attempt)
          if (attempt === 1) throw new Error('the database of ada@acme.example is down')
        },
      })
      await deliver(url, { id: 'msg_failing' }).expect(201)
      await eventually(() => expect(handled).toHaveLength(1))
      expect(attempts).toEqual([1, 2])
      expect(failed).toMatchObject([
        {
          deliveryId: 'msg_failing',
          type,
          attempt: 1,
          code: 'webhook_handler_failed',
          isFinal: false,
        },
      ])
      expect(await auth.webhooks.deadLetters()).toEqual([])
      expect(log.join('\n')).toContain('msg_failing: attempt 1 failed')
      expect(log.join('\n')).not.toContain('ada@')
    })

    it('waits longer each time, for hours, unless it is told otherwise', async () => {
      const queue = await engine.plainQueue()
      const { url } = await taking({ delivery: queue.delivery(), onUserLogin() {} })
      await deliver(url, { id: 'msg_patient' }).expect(201)
      expect(await queue.retriesOf('msg_patient')).toEqual(defaults)
    })

    it('gives up at once what its handler gives up', async () => {
      const queue = await engine.queue()
      const handler = vi.fn(() => Promise.reject(new PermanentError('No such tenant')))
      const { url, auth, failed } = await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated: handler,
      })
      await deliver(url, { id: 'msg_hopeless' }).expect(201)
      await eventually(async () => {
        expect(await queue.stateOf('msg_hopeless')).toBe(givenUp)
      })
      expect(handler).toHaveBeenCalledTimes(1)
      expect(failed).toMatchObject([
        { deliveryId: 'msg_hopeless', type, attempt: 1, code: 'webhook_given_up', isFinal: true },
      ])
      const [letter] = await auth.webhooks.deadLetters()
      expect(letter).toMatchObject({ deliveryId: 'msg_hopeless', reason: 'webhook_given_up' })
    })

    it('keeps what failed for good, until it is replayed', async () => {
      const queue = await engine.queue({ attempts: 2 })
      let isDown = true
      const handler = vi.fn(() => {
        if (isDown) throw new Error('down')
      })
      const { url, auth, failed, handled } = await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated: handler,
      })
      await deliver(url, { id: 'msg_exhausted' }).expect(201)
      await eventually(async () => {
        expect(await queue.stateOf('msg_exhausted')).toBe('failed')
      })
      expect(failed.map(({ attempt, isFinal }) => [attempt, isFinal])).toEqual([
        [1, false],
        [2, true],
      ])
      const [letter] = await auth.webhooks.deadLetters()
      expect(letter).toMatchObject({ deliveryId: 'msg_exhausted', attempt: 2 })
      isDown = false
      expect(await auth.webhooks.replay('msg_exhausted')).toBe(true)
      expect(handled).toMatchObject([{ deliveryId: 'msg_exhausted', type, attempt: 3 }])
      expect(await auth.webhooks.deadLetters()).toEqual([])
    })

    it('has a dead letter before the last run begins, in case its process dies', async () => {
      const queue = await engine.queue({ attempts: 1 })
      const { opened, open } = gate()
      const handler = vi.fn(() => opened)
      const { url, auth, handled } = await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated: handler,
      })
      await deliver(url, { id: 'msg_last' }).expect(201)
      await eventually(() => expect(handler).toHaveBeenCalled())
      expect(await auth.webhooks.deadLetters()).toHaveLength(1)
      open()
      await eventually(() => expect(handled).toHaveLength(1))
      expect(await auth.webhooks.deadLetters()).toEqual([])
    })

    it('begins the last run although the ledger is away for a moment', async () => {
      const store = memoryStore()
      let failures = 2
      const putDeadLetter: typeof store.ledger.putDeadLetter = (letter) => {
        failures -= 1
        return failures < 0
          ? store.ledger.putDeadLetter(letter)
          : Promise.reject(new Error('refused'))
      }
      const queue = await engine.queue({ attempts: 1 })
      const { url, handled } = await taking(
        { delivery: queue.delivery(), onDirectoryUserCreated() {} },
        { options: { store: { ...store, ledger: { ...store.ledger, putDeadLetter } } } },
      )
      await deliver(url, { id: 'msg_once' }).expect(201)
      await eventually(() => expect(handled).toHaveLength(1))
    })

    it('begins the last run although there are too many dead letters to list them', async () => {
      const store = memoryStore()
      const deadLetters = () => Promise.reject(new Error('did not answer'))
      const queue = await engine.queue({ attempts: 1 })
      const { url, handled } = await taking(
        { delivery: queue.delivery(), onDirectoryUserCreated() {} },
        { options: { store: { ...store, ledger: { ...store.ledger, deadLetters } } } },
      )
      await deliver(url, { id: 'msg_crowded' }).expect(201)
      await eventually(() => expect(handled).toHaveLength(1))
    })

    it('keeps the dead letter of a run that gave up while the last one waited for it', async () => {
      const store = memoryStore()
      const queue = await engine.queue({ attempts: 1 })
      await store.ledger.claim(claim('msg_outrun', { bodyHash: hashOfExample }))
      const { url, auth } = await taking(
        { delivery: queue.delivery(), onDirectoryUserCreated() {} },
        { options: { store } },
      )
      await deliver(url, { id: 'msg_outrun' }).expect(201)
      const [ofLast] = await eventually(async () => {
        const letters = await store.ledger.deadLetters()
        expect(letters).toHaveLength(1)
        return letters
      })
      await store.ledger.putDeadLetter({ ...ofLast!, reason: 'webhook_given_up' })
      await store.ledger.settle('msg_outrun', 'me', 60_000)
      await eventually(async () => {
        expect(await queue.stateOf('msg_outrun')).toBe('completed')
      })
      expect(await auth.webhooks.deadLetters()).toHaveLength(1)
    })

    it('says why it runs nothing while the ledger is down', async () => {
      const store = memoryStore()
      const queue = await engine.queue({ attempts: 100 })
      let isDown = true
      const claimWhenUp: typeof store.ledger.claim = (...given) =>
        isDown ? Promise.reject(new Error('refused')) : store.ledger.claim(...given)
      const { url, log, handled } = await taking(
        { delivery: queue.delivery(), onDirectoryUserCreated() {} },
        { options: { store: { ...store, ledger: { ...store.ledger, claim: claimWhenUp } } } },
      )
      await deliver(url, { id: 'msg_unclaimed' }).expect(201)
      const said = 'warn webhook msg_unclaimed: run 1 of the queue could not start'
      await eventually(() => expect(log.join('\n')).toContain(said))
      isDown = false
      await eventually(() => expect(handled).toHaveLength(1))
    })

    it('waits for the lease of a process that died, and then runs', async () => {
      const store = memoryStore()
      const queue = await engine.queue()
      await store.ledger.claim(claim('msg_held', { bodyHash: hashOfExample }))
      const answers: string[] = []
      // The lease ends once a worker has met it, whenever that is.
      const claimOrEnd: typeof store.ledger.claim = async (...given) => {
        const answer = await store.ledger.claim(...given)
        answers.push(answer.status)
        if (answer.status === 'busy') await store.ledger.renew('msg_held', 'me', 1)
        return answer
      }
      const { url, handled, failed } = await taking(
        { delivery: queue.delivery(), onDirectoryUserCreated() {} },
        { options: { store: { ...store, ledger: { ...store.ledger, claim: claimOrEnd } } } },
      )
      await deliver(url, { id: 'msg_held' }).expect(201)
      await eventually(() => expect(handled).toHaveLength(1))
      expect(answers).toEqual(['busy', 'claimed'])
      expect(failed).toEqual([])
    })

    it('does not run what the ledger says is done', async () => {
      const store = memoryStore()
      const queue = await engine.queue()
      await store.ledger.claim(claim('msg_done', { bodyHash: hashOfExample }))
      await store.ledger.settle('msg_done', 'me', 60_000)
      const handler = vi.fn()
      const { url } = await taking(
        { delivery: queue.delivery(), onDirectoryUserCreated: handler },
        { options: { store } },
      )
      await deliver(url, { id: 'msg_done' }).expect(201)
      await eventually(async () => {
        expect(await queue.stateOf('msg_done')).toBe('completed')
      })
      expect(handler).not.toHaveBeenCalled()
    })

    it('lets one process receive and another one work', async () => {
      const queue = await engine.queue()
      const handler = vi.fn()
      const receiver = await taking({ delivery: queue.delivery() })
      await deliver(receiver.url, { id: 'msg_passed' }).expect(201)
      expect(receiver.log.join('\n')).toContain('it puts webhooks into the queue and handles none')
      const worker = await taking({ delivery: queue.delivery(), onDirectoryUserCreated: handler })
      await eventually(() => expect(worker.handled).toHaveLength(1))
      expect(receiver.handled).toEqual([])
    })

    it('lets nobody add a handler when it works already', async () => {
      const queue = await engine.queue()
      const { auth } = await taking({ delivery: queue.delivery(), onDirectoryUserCreated() {} })
      await new Promise(setImmediate)
      expect(() => auth.webhooks.on('*', () => {})).toThrow(
        expect.objectContaining({ code: 'webhook_handler_late' }),
      )
    })

    it('keeps nobody waiting who has to be out, though no worker ever runs', async () => {
      const queue = await engine.queue()
      const { url, visitor } = await taking({ delivery: queue.delivery(receiveOnly) })
      const browser = visitor()
      await browser.signIn('/login?domain=acme.example&return_to=/app', 'ada@acme.example')
      await browser.call('/app').expect(200)
      const event = {
        ...example('organization.directory.user_deleted', { email: 'ada@acme.example' }),
        organization_id: 'org_69615647365005430',
        occurred_at: new Date().toISOString(),
      }
      await deliver(url, { event }).expect(201)
      await browser.call('/app').expect(401)
    })

    it('ends with what is being handled, takes nothing more, and leaves nothing open', async () => {
      const queue = await engine.queue()
      const { opened, open } = gate()
      const handler = vi.fn(() => opened)
      const receiver = await taking({ delivery: queue.delivery(receiveOnly) })
      const before = await engine.connections()
      const worker = await taking({ delivery: queue.delivery(), onDirectoryUserCreated: handler })
      await deliver(receiver.url, { id: 'msg_closing' }).expect(201)
      await eventually(() => expect(handler).toHaveBeenCalled())
      const closed = worker.auth.close()
      open()
      await closed
      await deliver(receiver.url, { id: 'msg_later' }).expect(201)
      expect(worker.handled.map(({ deliveryId }) => deliveryId)).toEqual(['msg_closing'])
      expect(await queue.stateOf('msg_closing')).toBe('completed')
      expect(await queue.stateOf('msg_later')).not.toBe('completed')
      await eventually(async () => {
        expect(await engine.connections()).toBeLessThanOrEqual(before)
      })
    })

    it('does not wait for what another process holds, once it is closed', async () => {
      const store = memoryStore()
      const queue = await engine.queue()
      await store.ledger.claim(claim('msg_elsewhere', { bodyHash: hashOfExample }))
      const { url, auth } = await taking(
        { delivery: queue.delivery(), onDirectoryUserCreated() {} },
        { options: { store } },
      )
      await deliver(url, { id: 'msg_elsewhere' }).expect(201)
      await eventually(async () => {
        expect(await queue.stateOf('msg_elsewhere')).toBe('active')
      })
      await auth.close()
      expect(await queue.stateOf('msg_elsewhere')).not.toBe('failed')
    })

    it('ends with what is being handled though it is down', async () => {
      const queue = await engine.queue()
      const { opened, open } = gate()
      const handler = vi.fn(() => opened)
      const { url, auth, handled } = await taking({
        delivery: queue.delivery(),
        onDirectoryUserCreated: handler,
      })
      await deliver(url, { id: 'msg_ending' }).expect(201)
      await eventually(() => expect(handler).toHaveBeenCalled())
      await engine.kill()
      const closed = auth.close()
      open()
      await closed
      expect(handled).toHaveLength(1)
      await engine.restart()
    }, 30_000)

    it('acknowledges nothing while it is down, and loses nothing of what it took', async () => {
      const queue = await engine.queue()
      const receiver = await taking({ delivery: queue.delivery(receiveOnly) })
      // Where all that it is asked has to fail, an answer that is too late is as good as one in time.
      const hasty = await taking({ delivery: queue.delivery(receiveOnly), timeoutSeconds: 0.5 })
      await deliver(receiver.url, { id: 'msg_before' }).expect(201)
      await engine.kill()
      const refused = await deliver(hasty.url, { id: 'msg_during' }).expect(503)
      expect(refused.body.code).toBe('webhook_queue_unavailable')
      expect(refused.headers['retry-after']).toBe('5')
      const worker = await taking({ delivery: queue.delivery(), onDirectoryUserCreated() {} })
      await engine.restart()
      await eventually(() => deliver(receiver.url, { id: 'msg_during' }).expect(201))
      await eventually(() => expect(worker.handled).toHaveLength(2))
    }, 30_000)
  })
})
