import request from 'supertest'
import { describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../../../src/index.ts'
import type { DeliveryQueue, QueuedDelivery, RunDelivery } from '../../../../src/queues.ts'
import { PermanentError, signInterceptor } from '../../../../src/webhooks.ts'
import { documentedExamples } from '../../../fixtures/webhook-examples.ts'
import { fieldsLogger } from '../../../support/recording-logger.ts'
import { start } from '../../../support/start.ts'
import { gate, taking } from '../../../support/taking.ts'
import { deliver, webhookSecret } from '../../../support/webhook.ts'

const deleted = documentedExamples['organization.directory.user_deleted']
const { organization_id: organizationId } = deleted

/** Lines of the log without their times. */
function constant(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/\d+ ms/, 'n ms'))
}

describe('the debug lines of a webhook', () => {
  it('tell each step to its handlers, and of a duplicate that it is one', async () => {
    const { url, log } = await taking({ onDirectoryUserDeleted() {} })
    await deliver(url, { id: 'msg_1', event: deleted }).expect(201)
    await deliver(url, { id: 'msg_1', event: deleted }).expect(200)
    expect(constant(log.slice(1))).toEqual([
      'debug webhook msg_1: received',
      'debug webhook msg_1: signature verified, organization.directory.user_deleted',
      'debug webhook msg_1: claimed, attempt 1',
      'debug webhook msg_1: revocations written: 2',
      'info webhook msg_1: a user was removed of whom no sign-in is known (1 since the start of this process)',
      'debug webhook msg_1: handled in n ms',
      'debug webhook msg_1: received',
      'debug webhook msg_1: signature verified, organization.directory.user_deleted',
      'debug webhook msg_1: duplicate, it was handled before',
    ])
  })

  it('tell that one is being handled, which is no failure', async () => {
    const { opened, open } = gate()
    const handler = vi.fn(() => opened)
    const { url, log, handled } = await taking({ onDirectoryUserCreated: handler })
    const first = deliver(url, { id: 'msg_2' }).then(({ status }) => status)
    await vi.waitFor(() => expect(handler).toHaveBeenCalled())
    await deliver(url, { id: 'msg_2' }).expect(503)
    expect(log.slice(-2)).toEqual([
      'debug webhook msg_2: duplicate, it is being handled',
      'info webhook msg_2 failed: webhook_busy: The delivery is already being handled',
    ])
    open()
    expect(await first).toBe(201)
    await vi.waitFor(() => expect(handled).toHaveLength(1))
  })

  it('tell of attempts that fail', async () => {
    let isBroken = true
    const { url, log } = await taking({
      onDirectoryUserCreated: () => (isBroken ? Promise.reject(new Error('odd')) : undefined),
    })
    await deliver(url, { id: 'msg_3' }).expect(503)
    isBroken = false
    await deliver(url, { id: 'msg_3' }).expect(201)
    expect(constant(log).filter((line) => /attempt|handled|failed/.test(line))).toEqual([
      'debug webhook msg_3: claimed, attempt 1',
      expect.stringMatching(/^warn webhook msg_3: attempt 1 failed: /),
      expect.stringMatching(/^error webhook msg_3 failed: webhook_handler_failed: /),
      'debug webhook msg_3: claimed, attempt 2',
      'debug webhook msg_3: handled in n ms',
    ])
  })

  it('name one that was refused by its id, if that is of its form', async () => {
    const { url, log } = await taking({})
    await deliver(url, { id: 'msg_4', secret: `whsec_${'A'.repeat(32)}` }).expect(401)
    await deliver(url, { headers: { 'webhook-id': 'a b' } }).expect(400)
    expect(log.slice(1)).toEqual([
      'debug webhook msg_4: received',
      expect.stringMatching(/^warn webhook msg_4 failed: webhook_signature_invalid: /),
      expect.stringMatching(/^warn webhook failed: webhook_headers_invalid: /),
    ])
  })

  it('tell that a queue has it, and of its run', async () => {
    const { queue, run } = queueByHand()
    const { url, log } = await taking({ delivery: queue, onDirectoryUserDeleted() {} })
    await deliver(url, { id: 'msg_5', event: deleted }).expect(201)
    await run()
    await run()
    expect(constant(log.slice(1))).toEqual([
      'debug webhook msg_5: received',
      'debug webhook msg_5: signature verified, organization.directory.user_deleted',
      'debug webhook msg_5: revocations written: 2',
      'info webhook msg_5: a user was removed of whom no sign-in is known (1 since the start of this process)',
      'debug webhook msg_5: queued',
      'debug webhook msg_5: claimed, attempt 1',
      'debug webhook msg_5: handled in n ms',
      'debug webhook msg_5: duplicate, it was handled before',
    ])
  })

  it('tell of a run that finds another process at work, which is no failure', async () => {
    const { queue, run } = queueByHand()
    const { ledger, ...store } = memoryStore()
    const busy = async () => ({ status: 'busy', attempt: 1, isSameBody: true }) as const
    const { url, log } = await taking(
      { delivery: queue, onDirectoryUserCreated() {} },
      { options: { store: { ...store, ledger: { ...ledger, claim: busy } } } },
    )
    await deliver(url, { id: 'msg_6' }).expect(201)
    await expect(run()).rejects.toThrow('being handled')
    expect(log.at(-1)).toMatch(/^info webhook msg_6: run 1 of the queue could not start: /)
  })

  it('tell of a replay', async () => {
    let isBroken = true
    const { url, auth, log } = await taking({
      onDirectoryUserDeleted: () =>
        isBroken ? Promise.reject(new PermanentError('odd')) : undefined,
    })
    await deliver(url, { id: 'msg_7', event: deleted }).expect(201)
    isBroken = false
    const before = log.length
    expect(await auth.webhooks.replay('msg_7')).toBe(true)
    expect(constant(log.slice(before))).toEqual([
      'debug webhook msg_7: claimed, attempt 2',
      'debug webhook msg_7: revocations written: 2',
      'info webhook msg_7: a user was removed of whom no sign-in is known (2 since the start of this process)',
      'debug webhook msg_7: handled in n ms',
    ])
  })

  it('carry fields, those of the handlers’ own lines, too', async () => {
    const { logger, lines } = fieldsLogger()
    const { url } = await taking(
      {
        onDirectoryUserDeleted(_event, { log }) {
          log.info('removed')
          throw new Error('odd')
        },
      },
      { options: { logger } },
    )
    await deliver(url, { id: 'msg_8', event: deleted }).expect(503)
    const known = { deliveryId: 'msg_8', organizationId }
    const fieldsOf = (text: string) => lines.find(({ message }) => message.includes(text))?.fields
    expect(fieldsOf('received')).toEqual({ deliveryId: 'msg_8' })
    expect(fieldsOf('claimed')).toEqual(known)
    expect(fieldsOf('removed')).toEqual(known)
    expect(fieldsOf('attempt 1 failed')).toEqual({ ...known, code: 'webhook_handler_failed' })
    expect(lines.at(-1)!.fields).toEqual({ ...known, code: 'webhook_handler_failed' })
  })
})

/** A queue that runs its one delivery when it is told to. */
function queueByHand() {
  const queued: QueuedDelivery[] = []
  let work: RunDelivery | undefined
  const queue: DeliveryQueue = {
    async enqueue(delivery) {
      queued.push(delivery)
      return { isSameBody: true }
    },
    work(run) {
      work = run
      return async () => {}
    },
  }
  const run = () => work!(queued[0]!, { attempt: 1, isLast: false, lockMs: 100 })
  return { queue, run }
}

describe('the debug lines of an interceptor’s call', () => {
  async function asked(decision: 'ALLOW' | 'DENY') {
    const { logger, lines } = fieldsLogger()
    const { url } = await start({
      options: {
        logger,
        interceptors: {
          secret: webhookSecret,
          onFailure: 'deny',
          onPreSessionCreation(_call, { log }) {
            log.info('asked')
            return { decision }
          },
        },
      },
    })
    const body = JSON.stringify({
      trigger_point: 'PRE_SESSION_CREATION',
      interceptor_context: { user_id: 'usr_1', user_email: 'ada@acme.example', organization_id: 5 },
      data: {},
    })
    await request(url)
      .post('/interceptors')
      .type('application/json')
      .set(signInterceptor({ id: 'int_1', body, secret: webhookSecret }))
      .send(body)
      .expect(200)
    return lines.slice(1)
  }

  it.each(['ALLOW', 'DENY'] as const)('tell who is asked and what was decided: %s', async (it) => {
    const lines = await asked(it)
    expect(constant(lines.map(({ level, message }) => `${level} ${message}`))).toEqual([
      'debug interceptor int_1: received',
      'debug interceptor int_1: signature verified, PRE_SESSION_CREATION',
      'info asked',
      `debug interceptor int_1: ${it} in n ms`,
    ])
    expect(lines.map(({ fields }) => fields)).toEqual([
      { deliveryId: 'int_1' },
      { deliveryId: 'int_1', userId: 'usr_1' },
      { deliveryId: 'int_1' },
      { deliveryId: 'int_1', userId: 'usr_1' },
    ])
  })
})
