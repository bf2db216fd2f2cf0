import { describe, expect, it, vi } from 'vitest'
import { memoryStore, type StateStore, scalekitAuth } from '../../../../src/index.ts'
import { PermanentError, type ScalekitEvent, signWebhook } from '../../../../src/webhooks.ts'
import { documentedExamples, referenceExamples } from '../../../fixtures/webhook-examples.ts'
import type { ApplicationParts } from '../../../support/application.ts'
import { eventually } from '../../../support/eventually.ts'
import { start } from '../../../support/start.ts'
import { gate, taking } from '../../../support/taking.ts'
import { useVirtualTime } from '../../../support/virtual-time.ts'
import { deliver, example, webhookSecret } from '../../../support/webhook.ts'

describe('a delivery', () => {
  it.each(Object.entries(referenceExamples))(
    'of %s reaches its callback as it was sent',
    async (_name, event) => {
      const seen: ScalekitEvent[] = []
      const { auth, url } = await taking({})
      auth.webhooks.on(event.type, (each) => seen.push(each))
      const answer = await deliver(url, { event }).expect(201)
      expect(answer.body).toEqual({ status: 'handled' })
      expect(seen).toEqual([event])
    },
  )

  it('tells its handler what is known of it', async () => {
    const seen: unknown[] = []
    const onDirectoryUserCreated = vi.fn((_event: unknown, delivery: object) => {
      seen.push({ ...delivery })
    })
    const { url } = await taking({ onDirectoryUserCreated })
    await deliver(url, { id: 'msg_known' }).expect(201)
    const body = JSON.stringify(documentedExamples['organization.directory.user_created'])
    expect(seen).toEqual([
      {
        deliveryId: 'msg_known',
        attempt: 1,
        receivedAt: expect.any(Number),
        raw: Buffer.from(body),
        signal: expect.any(AbortSignal),
        log: expect.anything(),
      },
    ])
  })

  it('of a type that nobody documented is taken, by whoever asked for those', async () => {
    const seen: unknown[] = []
    const { url } = await taking({ onUnknown: ({ type }) => seen.push(type) })
    await deliver(url, { event: { ...example('user.signup'), type: 'user.teleported' } })
    await deliver(url, { event: { ...example('user.signup'), spec_version: '2' } }).expect(201)
    expect(seen).toEqual(['user.teleported', 'user.signup'])
  })

  it('takes effect once, however often it comes', async () => {
    const handler = vi.fn()
    const { url, handled } = await taking({ onDirectoryUserCreated: handler })
    await deliver(url, { id: 'msg_again' }).expect(201)
    for (let time = 0; time < 3; time += 1) {
      const answer = await deliver(url, { id: 'msg_again' }).expect(200)
      expect(answer.body).toEqual({ status: 'done' })
    }
    expect(handler).toHaveBeenCalledTimes(1)
    const type = 'organization.directory.user_created'
    const organizationId = 'org_53879494091473415'
    expect(handled).toEqual([{ deliveryId: 'msg_again', type, attempt: 1, organizationId }])
  })

  it('that comes fifty times at once runs its handler once', async () => {
    const { opened, open } = gate()
    const handler = vi.fn(() => opened)
    const { url } = await taking({ onDirectoryUserCreated: handler })
    const answers = Array.from({ length: 50 }, () => deliver(url, { id: 'msg_fifty' }))
    const settled = Promise.all(answers.map(async (answer) => (await answer).status))
    await eventually(() => expect(handler).toHaveBeenCalled())
    open()
    const statuses = await settled
    expect(handler).toHaveBeenCalledTimes(1)
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.every((status) => [200, 201, 503].includes(status))).toBe(true)
  })

  it('whose handler fails comes again, and is handled then', async () => {
    const attempts: number[] = []
    const { url, failed, handled } = await taking({
      onDirectoryUserCreated(_event, { attempt }) {
        attempts.push(attempt)
        if (attempt < 3) throw new Error('the database of ada@acme.example is down')
      },
    })
    for (const status of [503, 503, 201, 200]) {
      const answer = await deliver(url, { id: 'msg_failing' }).expect(status)
      if (status === 503) {
        expect(answer.body).toMatchObject({ code: 'webhook_handler_failed', status: 503 })
        expect(answer.headers['retry-after']).toBe('5')
        expect(answer.text).not.toContain('ada')
      }
    }
    expect(attempts).toEqual([1, 2, 3])
    expect(failed.map(({ attempt, code, isFinal }) => [attempt, code, isFinal])).toEqual([
      [1, 'webhook_handler_failed', false],
      [2, 'webhook_handler_failed', false],
    ])
    expect(handled).toHaveLength(1)
  })

  it('whose handler gives up is acknowledged and kept', async () => {
    const { url, auth, failed } = await taking({
      onDirectoryUserCreated() {
        throw new PermanentError('No such tenant')
      },
    })
    const answer = await deliver(url, { id: 'msg_hopeless' }).expect(201)
    expect(answer.body).toEqual({ status: 'given-up' })
    await deliver(url, { id: 'msg_hopeless' }).expect(200)
    expect(failed).toEqual([
      expect.objectContaining({ code: 'webhook_given_up', isFinal: true, attempt: 1 }),
    ])
    expect(await auth.webhooks.deadLetters()).toEqual([
      {
        deliveryId: 'msg_hopeless',
        type: 'organization.directory.user_created',
        body: JSON.stringify(documentedExamples['organization.directory.user_created']),
        reason: 'webhook_given_up',
        failedAt: expect.any(Number),
        attempt: 1,
      },
    ])
  })

  it('under the id of another is not run, and somebody is told', async () => {
    const handler = vi.fn()
    const { url, failed } = await taking({ onDirectoryUserCreated: handler })
    await deliver(url, { id: 'msg_one' }).expect(201)
    const event = example('organization.directory.user_created', { email: 'eve@evil.example' })
    await deliver(url, { id: 'msg_one', event }).expect(200)
    expect(handler).toHaveBeenCalledTimes(1)
    expect(failed).toEqual([
      expect.objectContaining({ code: 'webhook_id_reused', deliveryId: 'msg_one', isFinal: false }),
    ])
  })
})

describe('a handler that takes its time', () => {
  useVirtualTime()

  const timeoutSeconds = 1

  it('is not waited for, not run again while it runs, and done when it ends', async () => {
    const { opened, open } = gate()
    const handler = vi.fn(() => opened)
    const { url, handled } = await taking({ timeoutSeconds, onDirectoryUserCreated: handler })
    const late = await deliver(url, { id: 'msg_slow' }).expect(503)
    expect(late.body.code).toBe('webhook_late')
    const busy = await deliver(url, { id: 'msg_slow' }).expect(503)
    expect(busy.body.code).toBe('webhook_busy')
    open()
    await eventually(() => expect(handled).toHaveLength(1))
    await deliver(url, { id: 'msg_slow' }).expect(200)
    expect(handler).toHaveBeenCalledTimes(1)
  })

  it('and fails in the end leaves a dead letter, until an attempt succeeds', async () => {
    const { opened, fail } = gate()
    const { url, auth, failed, log } = await taking({
      timeoutSeconds,
      onDirectoryUserCreated: (_event, { attempt }) => (attempt === 1 ? opened : undefined),
    })
    await deliver(url, { id: 'msg_lost' }).expect(503)
    expect(await auth.webhooks.deadLetters()).toEqual([])
    fail(new Error('after all'))
    await eventually(() => expect(failed).toHaveLength(1))
    expect(failed[0]).toMatchObject({ isFinal: true, attempt: 1 })
    await eventually(() => expect(log.join('\n')).toContain('msg_lost: attempt 1 failed'))
    expect(log.join('\n')).not.toContain('after all')
    await eventually(async () => {
      const ids = (await auth.webhooks.deadLetters()).map(({ deliveryId }) => deliveryId)
      expect(ids).toEqual(['msg_lost'])
    })
    await deliver(url, { id: 'msg_lost' }).expect(201)
    expect(await auth.webhooks.deadLetters()).toEqual([])
  })
})

describe('a dead letter', () => {
  /** An application that gave up a delivery, or failed too late, while it was broken. */
  async function withLetter(failure: Error, webhooks: Parameters<typeof taking>[0] = {}) {
    let isBroken = true
    const handler = vi.fn(() => (isBroken ? Promise.reject(failure) : undefined))
    const application = await taking({ ...webhooks, onDirectoryUserCreated: handler })
    await deliver(application.url, { id: 'msg_dead' }).expect(201)
    const ids = async () =>
      (await application.auth.webhooks.deadLetters()).map(({ deliveryId }) => deliveryId)
    const repair = () => {
      isBroken = false
    }
    return { ...application, handler, repair, ids }
  }

  it('is handled when it is replayed, and gone', async () => {
    const { auth, url, repair, ids, handled } = await withLetter(new PermanentError('odd'))
    repair()
    expect(await auth.webhooks.replay('msg_dead')).toBe(true)
    expect(handled).toEqual([
      {
        deliveryId: 'msg_dead',
        type: 'organization.directory.user_created',
        attempt: 2,
        organizationId: 'org_53879494091473415',
      },
    ])
    expect(await ids()).toEqual([])
    expect(await auth.webhooks.replay('msg_dead')).toBe(false)
    await deliver(url, { id: 'msg_dead' }).expect(200)
  })

  it('that fails again stays one', async () => {
    const { auth, ids, repair, handler, failed } = await withLetter(new PermanentError('odd'))
    await expect(auth.webhooks.replay('msg_dead')).rejects.toMatchObject({
      code: 'webhook_given_up',
    })
    expect(failed.at(-1)).toMatchObject({ attempt: 2, isFinal: true })
    expect(await ids()).toEqual(['msg_dead'])
    repair()
    expect(await auth.webhooks.replay('msg_dead')).toBe(true)
    expect(handler).toHaveBeenCalledTimes(3)
  })

  it('is handled once, however many replay it', async () => {
    const { auth, repair, handler } = await withLetter(new PermanentError('odd'))
    repair()
    const replays = Array.from({ length: 10 }, () => auth.webhooks.replay('msg_dead'))
    const ends = await Promise.allSettled(replays)
    expect(handler).toHaveBeenCalledTimes(2)
    expect(ends.filter((end) => end.status === 'fulfilled' && end.value)).toHaveLength(1)
  })

  it('is not handled again by one who looked before it was gone', async () => {
    const store = memoryStore()
    const letters = gate()
    let isSlow = false
    const find: typeof store.ledger.getDeadLetter = async (deliveryId) => {
      const found = await store.ledger.getDeadLetter(deliveryId)
      if (isSlow) {
        isSlow = false
        await letters.opened
      }
      return found
    }
    let isBroken = true
    const handler = vi.fn(() => {
      if (isBroken) throw new PermanentError('odd')
    })
    const { auth, url } = await taking(
      { onDirectoryUserCreated: handler },
      { options: { store: { ...store, ledger: { ...store.ledger, getDeadLetter: find } } } },
    )
    await deliver(url, { id: 'msg_dead' }).expect(201)
    isBroken = false
    isSlow = true
    const slow = auth.webhooks.replay('msg_dead')
    expect(await auth.webhooks.replay('msg_dead')).toBe(true)
    letters.open()
    expect(await slow).toBe(false)
    expect(handler).toHaveBeenCalledTimes(2)
    await deliver(url, { id: 'msg_dead' }).expect(200)
  })

  it('is handled although there are too many to list them', async () => {
    const store = memoryStore()
    const deadLetters = () => Promise.reject(new Error('did not answer'))
    let isBroken = true
    const handler = vi.fn(() => (isBroken ? Promise.reject(new PermanentError('odd')) : undefined))
    const { auth, url } = await taking(
      { onDirectoryUserCreated: handler },
      { options: { store: { ...store, ledger: { ...store.ledger, deadLetters } } } },
    )
    await deliver(url, { id: 'msg_dead' }).expect(201)
    isBroken = false
    expect(await auth.webhooks.replay('msg_dead')).toBe(true)
    expect(handler).toHaveBeenCalledTimes(2)
  })

  it('is gone although the store was away for a moment when it took effect', async () => {
    const store = memoryStore()
    const { removeDeadLetter, settle } = store.ledger
    let failures = 0
    const atLast =
      <Given extends unknown[], Value>(call: (...given: Given) => Promise<Value>) =>
      async (...given: Given) => {
        failures -= 1
        if (failures >= 0) throw new Error('connection refused')
        return call(...given)
      }
    const ledger = {
      ...store.ledger,
      removeDeadLetter: atLast(removeDeadLetter),
      settle: atLast(settle),
    }
    let isBroken = true
    const handler = vi.fn(() => (isBroken ? Promise.reject(new PermanentError('odd')) : undefined))
    const { auth, url } = await taking(
      { onDirectoryUserCreated: handler },
      { options: { store: { ...store, ledger } } },
    )
    await deliver(url, { id: 'msg_dead' }).expect(201)
    isBroken = false
    failures = 2
    expect(await auth.webhooks.replay('msg_dead')).toBe(true)
    expect(await auth.webhooks.replay('msg_dead')).toBe(false)
    expect(handler).toHaveBeenCalledTimes(2)
  })

  it('of a delivery that took effect after all is only taken away', async () => {
    const store = memoryStore()
    const handler = vi.fn()
    const { auth, url } = await taking({ onDirectoryUserCreated: handler }, { options: { store } })
    await deliver(url, { id: 'msg_dead' }).expect(201)
    const body = JSON.stringify(documentedExamples['organization.directory.user_created'])
    const letter = { deliveryId: 'msg_dead', type: 'x', body, failedAt: Date.now(), attempt: 1 }
    await store.ledger.putDeadLetter({ ...letter, reason: 'webhook_handler_failed' })
    expect(await auth.webhooks.replay('msg_dead')).toBe(true)
    expect(await auth.webhooks.deadLetters()).toEqual([])
    expect(handler).toHaveBeenCalledTimes(1)
  })

  it('is not taken away where nobody would handle it', async () => {
    const { auth } = await taking({})
    await expect(auth.webhooks.replay('msg_dead')).rejects.toMatchObject({ code: 'config_invalid' })
  })

  it('there is none of is not replayed', async () => {
    const { auth } = await taking({ onUnknown() {} })
    expect(await auth.webhooks.replay('msg_never')).toBe(false)
  })
})

describe('what is not a delivery', () => {
  it.each<[string, number, string, Parameters<typeof deliver>[1]]>([
    ['one without an id', 400, 'webhook_headers_invalid', { headers: { 'webhook-id': '' } }],
    ['a forged one', 401, 'webhook_signature_invalid', { secret: `whsec_${'A'.repeat(32)}` }],
    ['one with another body', 401, 'webhook_signature_invalid', { body: '{}' }],
    ['an old one', 401, 'webhook_timestamp_invalid', { timestamp: 1_700_000_000 }],
    ['one that is no event', 400, 'webhook_body_invalid', { event: [] }],
    ['one without a type', 400, 'webhook_body_invalid', { event: { data: {} } }],
    [
      'one whose type is no text',
      400,
      'webhook_body_invalid',
      { event: { type: { toString: 1 } } },
    ],
    ['a large one', 413, 'webhook_too_large', { event: { padding: 'x'.repeat(2000) } }],
  ])('%s is answered with %d', async (_what, status, code, sending) => {
    const handler = vi.fn()
    const { url, log } = await taking({
      maxBytes: 2000,
      onUnknown: handler,
      onDirectoryUserCreated: handler,
    })
    const answer = await deliver(url, sending).expect(status)
    expect(answer.body).toMatchObject({ status, code })
    expect(handler).not.toHaveBeenCalled()
    expect(log.filter((line) => line.includes(code))).toHaveLength(1)
  })

  it.each<[string, number | undefined, number]>([
    ['five minutes', undefined, 300],
    ['as long as it may', 60, 60],
  ])('one that was kept back %s is answered with 401', async (_how, toleranceSeconds, limit) => {
    const handler = vi.fn()
    const { url } = await taking({
      onDirectoryUserCreated: handler,
      ...(toleranceSeconds && { toleranceSeconds }),
    })
    const sentAgo = (seconds: number) =>
      deliver(url, { timestamp: Math.floor(Date.now() / 1000) - seconds })
    const answer = await sentAgo(limit + 10).expect(401)
    expect(answer.body.code).toBe('webhook_timestamp_invalid')
    expect(handler).not.toHaveBeenCalled()
    await sentAgo(limit - 10).expect(201)
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])('is asked for with %s', async (method) => {
    const { url } = await taking({ onUnknown() {} })
    const answer = await fetch(`${url}/webhooks`, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('a delivery that another server took', () => {
  const event = documentedExamples['organization.directory.user_created']
  const body = JSON.stringify(event)
  const otherSecret = `whsec_${'A'.repeat(32)}`

  it('is read where Scalekit signed it', async () => {
    const { auth } = await taking({})
    const headers = signWebhook({ id: 'msg_1', body, secret: webhookSecret })
    expect(auth.webhooks.verify(Buffer.from(body), headers)).toEqual(event)
  })

  it.each<[string, string, object, string]>([
    ['a changed body', body.replace('org_', 'ORG_'), {}, 'webhook_signature_invalid'],
    ['another secret', body, { secret: otherSecret }, 'webhook_signature_invalid'],
    ['an old signature', body, { timestamp: 1_700_000_000 }, 'webhook_timestamp_invalid'],
  ])('is not read with %s', async (_what, sent, signing, code) => {
    const { auth } = await taking({})
    const headers = signWebhook({ id: 'msg_1', body, secret: webhookSecret, ...signing })
    expect(() => auth.webhooks.verify(Buffer.from(sent), headers)).toThrow(
      expect.objectContaining({ code, status: 401 }),
    )
  })

  it('is not read without a secret, as if anything were signed', async () => {
    const { auth } = await start({})
    const headers = signWebhook({ id: 'msg_1', body, secret: webhookSecret })
    expect(() => auth.webhooks.verify(Buffer.from(body), headers)).toThrow(
      '`webhooks.secret` is missing',
    )
  })
})

describe('an event that came another way', () => {
  it('is dispatched: who has to be out is out, and its handlers run', async () => {
    const { auth, log, visitor } = await taking({
      onDirectoryUserDeleted: (_event, delivery) => delivery.log.info('it is gone'),
    })
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example&return_to=/app', 'ada@acme.example')
    await browser.call('/app').expect(200)
    await auth.webhooks.dispatch({
      ...example('organization.directory.user_deleted', { email: 'ada@acme.example' }),
      organization_id: 'org_69615647365005430',
      occurred_at: new Date().toISOString(),
    } as ScalekitEvent)
    await browser.call('/app').expect(401)
    expect(log).toContain('info it is gone')
  })

  it('is not handled while the store takes no revocations', async () => {
    const store = memoryStore()
    const write = () => Promise.reject(new Error('refused'))
    const handler = vi.fn()
    const { auth } = await taking(
      { onDirectoryUserDeleted: handler },
      { options: { store: { ...store, revocations: { ...store.revocations, write } } } },
    )
    const event = example('organization.directory.user_deleted') as ScalekitEvent
    await expect(auth.webhooks.dispatch(event)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('a store that is down', () => {
  const down = () => Promise.reject(new Error('connection refused'))

  it.each<[string, (store: StateStore) => StateStore]>([
    ['the ledger', (store) => ({ ...store, ledger: { ...store.ledger, claim: down } })],
    [
      'the revocations',
      (store) => ({ ...store, revocations: { ...store.revocations, write: down } }),
    ],
  ])('is answered with 503, and nothing is run: %s', async (_what, broken) => {
    const handler = vi.fn()
    const { url } = await taking(
      { onDirectoryUserDeleted: handler },
      { options: { store: broken(memoryStore()) } },
    )
    const event = example('organization.directory.user_deleted')
    await deliver(url, { event }).expect(503)
    expect(handler).not.toHaveBeenCalled()
  })

  it('while a dead letter is written loses no delivery without a word', async () => {
    const store = memoryStore()
    const { url, log } = await taking(
      { onDirectoryUserCreated: () => Promise.reject(new PermanentError('odd')) },
      { options: { store: { ...store, ledger: { ...store.ledger, putDeadLetter: down } } } },
    )
    await deliver(url, { id: 'msg_unburied' }).expect(503)
    const [line] = log.filter((each) => each.startsWith('error webhook msg_unburied'))
    expect(line).toContain('connection refused')
  })

  it('and a logger that throws end no process, and the delivery comes again', async () => {
    let isBroken = true
    const handler = vi.fn(() => (isBroken ? Promise.reject(new Error('odd')) : undefined))
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const { url } = await taking({ onDirectoryUserCreated: handler }, { options: { logger } })
    logger.warn = () => {
      throw new Error('the disk is full')
    }
    await deliver(url, { id: 'msg_unlogged' }).expect(503)
    isBroken = false
    await deliver(url, { id: 'msg_unlogged' }).expect(201)
  })

  it('for a moment while a delivery is settled does not make it come again', async () => {
    const store = memoryStore()
    let failures = 2
    const settle: typeof store.ledger.settle = (...given) => {
      failures -= 1
      return failures < 0 ? store.ledger.settle(...given) : down()
    }
    const handler = vi.fn()
    const { url } = await taking(
      { onDirectoryUserCreated: handler },
      { options: { store: { ...store, ledger: { ...store.ledger, settle } } } },
    )
    await deliver(url, { id: 'msg_unsettled' }).expect(201)
    await deliver(url, { id: 'msg_unsettled' }).expect(200)
    expect(handler).toHaveBeenCalledTimes(1)
  })
})

describe('the route', () => {
  it('leaves its path to the application where nothing is expected', async () => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth)
        app.use('/webhooks', (_req, res) => void res.end('the application’s own'))
      },
    })
    expect((await visitor().call('/webhooks').expect(200)).text).toBe('the application’s own')
  })

  it('answers 404 where it is mounted alone and nothing is expected', async () => {
    const { url } = await start({
      mount(app, auth) {
        app.use('/webhooks', auth.routes.webhooks)
      },
    })
    const answer = await deliver(url).expect(404)
    expect(answer.body.code).toBe('webhook_not_expected')
  })

  it.each<[string, string, ApplicationParts]>([
    ['alone', '/webhooks', { mount: (app, auth) => app.use('/webhooks', auth.routes.webhooks) }],
    [
      'under a prefix',
      '/auth/webhooks',
      { options: { basePath: '/auth' }, mount: (app, auth) => app.use('/auth', auth) },
    ],
    ['at another path', '/hooks/scalekit', { options: { paths: { webhooks: '/hooks/scalekit' } } }],
  ])('serves %s', async (_where, path, parts) => {
    const handler = vi.fn()
    const { url } = await taking({ onDirectoryUserCreated: handler }, parts)
    await deliver(url, { path }).expect(201)
    expect(handler).toHaveBeenCalledTimes(1)
  })

  it('takes no handlers without a secret', () => {
    const options = { clientId: 'skc_1', clientSecret: 'x', environmentUrl: 'https://a.example' }
    expect(() => scalekitAuth({ ...options, webhooks: { onUserLogin() {} } })).toThrow(
      '`webhooks.secret` is missing: set SCALEKIT_WEBHOOK_SECRET',
    )
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const auth = scalekitAuth({ ...options, logger })
    expect(() => auth.webhooks.on('*', () => {})).toThrow('`webhooks.secret` is missing')
    expect(() => auth.webhooks.onUnknown(() => {})).toThrow('`webhooks.secret` is missing')
  })

  it('never writes what an event is about into the log', async () => {
    const { url, log } = await taking({
      onDirectoryUserCreated: ({ data }) => Promise.reject(new Error(data.email)),
    })
    await deliver(url).expect(503)
    const { email } = documentedExamples['organization.directory.user_created'].data
    expect(log.join('\n')).toContain('webhook_handler_failed')
    expect(log.join('\n')).not.toContain(email)
  })
})
