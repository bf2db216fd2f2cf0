import { describe, expect, it } from 'vitest'
import {
  ConfigError,
  createDispatcher,
  type Delivery,
  type EventHandlers,
  type EventPattern,
  PermanentError,
  type ScalekitEvent,
  verifyWebhook,
} from '../../../src/webhooks.ts'
import { documentedExamples, referenceExamples } from '../../fixtures/webhook-examples.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { clock, delivery, secret } from './deliveries.ts'

const created = documentedExamples['organization.directory.user_created']
const all = Object.keys(documentedExamples)

describe('a signed delivery of each documented event', () => {
  const examples = [...Object.values(documentedExamples), ...Object.values(referenceExamples)]
  it.each(examples.map((example) => [example.type, example.id, example] as const))(
    '%s (%s) reaches its handler as it was sent, and no other',
    async (type, _id, example) => {
      const dispatcher = createDispatcher()
      const taken: [string, unknown][] = []
      for (const each of all) {
        dispatcher.on(each as EventPattern, (event) => taken.push([each, event]))
      }
      dispatcher.onUnknown((event) => taken.push(['unknown', event]))
      await dispatcher.dispatch(delivered(example))
      expect(taken).toEqual([[type, example]])
    },
  )
})

describe('an older name', () => {
  it.each([
    ['scalekit.dir.sync.enable', 'organization.directory_enabled'],
    ['scalekit.dir.sync.disable', 'organization.directory_disabled'],
    ['scalekit.dir.user.create', 'organization.directory.user_created'],
    ['scalekit.dir.user.update', 'organization.directory.user_updated'],
    ['scalekit.dir.user.delete', 'organization.directory.user_deleted'],
    ['scalekit.dir.group.create', 'organization.directory.group_created'],
    ['scalekit.dir.group.update', 'organization.directory.group_updated'],
    ['scalekit.dir.group.delete', 'organization.directory.group_deleted'],
  ] as const)('%s arrives as %s', async (alias, type) => {
    const example = { ...documentedExamples[type], type: alias }
    expect(await takenOf([type, alias, '*'], delivered(example))).toEqual([
      [type, type],
      [alias, type],
      ['*', type],
    ])
  })
})

describe('on', () => {
  it.each([
    ['*', all],
    ['organization.*', all.filter((type) => type.startsWith('organization.'))],
    ['organization.directory.*', all.filter((type) => type.startsWith('organization.directory.'))],
    ['user.*', all.filter((type) => type.startsWith('user.'))],
    ['connected_account.*', all.filter((type) => type.startsWith('connected_account.'))],
    ['user.login', ['user.login']],
  ] as const)('%s gets what it says and nothing else', async (pattern, expected) => {
    const dispatcher = createDispatcher()
    const taken: string[] = []
    dispatcher.on(pattern, ({ type }) => taken.push(type))
    for (const example of Object.values(documentedExamples)) await dispatcher.dispatch(example)
    expect(taken.sort()).toEqual([...expected].sort())
  })

  it('adds to what is there already', async () => {
    const taken: number[] = []
    const dispatcher = createDispatcher({ onDirectoryUserCreated: () => taken.push(1) })
    dispatcher.on('organization.directory.user_created', () => taken.push(2))
    dispatcher.on('organization.*', () => taken.push(3))
    await dispatcher.dispatch(created)
    expect(taken).toEqual([1, 2, 3])
  })

  it.each([
    'organization.directory.user_create',
    'organization.directory',
    'organizations.*',
    'organization.dir.*',
    'onDirectoryUserCreated',
    '__proto__',
    'constructor',
    '',
    '**',
  ])('refuses %j, which would never be sent', (pattern) => {
    const dispatcher = createDispatcher()
    expect(() => dispatcher.on(pattern as EventPattern, () => {})).toThrow(ConfigError)
  })

  it('refuses what is no function', () => {
    const dispatcher = createDispatcher()
    const handler = 'handler' as unknown as () => void
    expect(() => dispatcher.on('user.login', handler)).toThrow(ConfigError)
    expect(() => dispatcher.onUnknown(handler)).toThrow(ConfigError)
    expect(() => createDispatcher({ onUserLogin: handler })).toThrow(/onUserLogin/)
  })

  it('fails once an event was delivered', async () => {
    const dispatcher = createDispatcher()
    await dispatcher.dispatch(created)
    const late = expect.objectContaining({ code: 'webhook_handler_late', status: 500 })
    expect(() => dispatcher.on('*', () => {})).toThrow(late)
    expect(() => dispatcher.onUnknown(() => {})).toThrow(late)
  })

  it('fails while the first event is being handled', async () => {
    const dispatcher = createDispatcher()
    dispatcher.on('*', () => dispatcher.on('user.login', () => {}))
    await expect(dispatcher.dispatch(created)).rejects.toMatchObject({
      cause: { errors: [{ code: 'webhook_handler_late' }] },
    })
  })
})

describe('an object of handlers', () => {
  it.each([
    ['onDirectoryUserCreate', /did you mean `onDirectoryUserCreated`/],
    ['onorganizationcreated', /did you mean `onOrganizationCreated`/],
    ['secret', /`secret` is not/],
    ['constructor', /`constructor` is not/],
  ])('with %s is refused, with the name that was meant', (name, what) => {
    const handlers = { [name]: () => {} } as EventHandlers
    expect(() => createDispatcher(handlers)).toThrow(ConfigError)
    expect(() => createDispatcher(handlers)).toThrow(what)
  })

  it('may leave a handler undefined', async () => {
    const handlers = { onUserLogin: undefined } as unknown as EventHandlers
    await createDispatcher(handlers).dispatch(documentedExamples['user.login'])
  })
})

describe('onUnknown', () => {
  it.each([
    ['of a new type', { ...created, type: 'organization.directory.user_merged' }],
    ['called like something of every object', { ...created, type: 'constructor' }],
    ['called __proto__', { ...created, type: '__proto__' }],
    ['of another version', { ...created, spec_version: '2' }],
    ['of a version that is a number', { ...created, spec_version: 1 }],
    ['without a version', { ...created, spec_version: undefined }],
    ['without a type', { ...created, type: undefined }],
    ['with a list of types', { ...created, type: [created.type] }],
    ['without data', { ...created, data: undefined }],
    ['with data that is null', { ...created, data: null }],
    ['with nothing in it', {}],
  ])('gets an event %s, and so does *', async (_case, given) => {
    const event = delivered(given)
    const patterns = [...all, 'organization.directory.*', '*'] as EventPattern[]
    expect((await takenOf(patterns, event)).map(([name]) => name)).toEqual(['*', 'unknown'])
  })

  it('is not needed: what nobody handles is taken', async () => {
    await createDispatcher().dispatch(delivered({ type: 'moon.landed' }))
    await createDispatcher({ onUserLogin: () => {} }).dispatch(created)
  })

  it('may be one of the object of handlers', async () => {
    const taken: unknown[] = []
    const dispatcher = createDispatcher({ onUnknown: ({ type }) => taken.push(type) })
    await dispatcher.dispatch(delivered({ type: 'moon.landed' }))
    expect(taken).toEqual(['moon.landed'])
  })
})

describe('dispatch', () => {
  it('tells handlers about the delivery', async () => {
    const { logger } = recordingLogger()
    const given: Delivery = {
      deliveryId: 'msg_1',
      attempt: 3,
      receivedAt: 1,
      raw: Buffer.from(' {} '),
      signal: new AbortController().signal,
      log: logger,
    }
    const told = await toldOf(given)
    expect(told).toEqual(given)
    expect(told.log).toBe(logger)
    expect(told.raw).toBe(given.raw)
  })

  it('tells of a delivery that nothing was said about what the event says', async () => {
    const before = Date.now()
    const told = await toldOf({})
    expect(told).toMatchObject({ deliveryId: created.id, attempt: 1, signal: { aborted: false } })
    expect(told.receivedAt).toBeGreaterThanOrEqual(before)
    expect(JSON.parse(told.raw.toString())).toEqual(created)
    expect(told.log.info).toBeTypeOf('function')
  })

  it('waits for every handler, also where one fails at once', async () => {
    const ended: string[] = []
    let finish = () => {}
    const dispatcher = createDispatcher({
      onDirectoryUserCreated: () => {
        throw new Error('at once')
      },
    })
    dispatcher.on('*', async () => {
      await new Promise<void>((resolve) => (finish = resolve))
      ended.push('slow')
    })
    const dispatching = dispatcher.dispatch(created)
    const outcome = dispatching.then(
      () => ended.push('fulfilled'),
      () => ended.push('rejected'),
    )
    await Promise.resolve()
    expect(ended).toEqual([])
    finish()
    await outcome
    expect(ended).toEqual(['slow', 'rejected'])
  })

  it.each<[string, unknown[], string, number]>([
    ['one error', [new Error('down')], 'webhook_handler_failed', 503],
    ['two errors', [new Error('down'), new Error('odd')], 'webhook_handler_failed', 503],
    ['something that is no error', ['down'], 'webhook_handler_failed', 503],
    ['nothing', [undefined], 'webhook_handler_failed', 503],
    ['what has no words', [Object.create(null)], 'webhook_handler_failed', 503],
    ['a permanent error', [new PermanentError('no such plan')], 'webhook_given_up', 200],
    [
      'a permanent error beside another one',
      [new PermanentError('no such plan'), new Error('down')],
      'webhook_handler_failed',
      503,
    ],
    [
      'two permanent errors',
      [new PermanentError('no such plan'), new PermanentError('nor that')],
      'webhook_given_up',
      200,
    ],
  ])('collects %s that handlers threw', async (_case, thrown, code, status) => {
    const dispatcher = createDispatcher({ onDirectoryUserCreated: () => 'fine' })
    for (const reason of thrown) dispatcher.on('*', () => Promise.reject(reason))
    const failure = dispatcher.dispatch(created)
    await expect(failure).rejects.toMatchObject({ name: 'WebhookError', code, status })
    await expect(failure).rejects.toMatchObject({ cause: { errors: thrown } })
  })

  it('says which event failed, and nothing of what is in it', async () => {
    const dispatcher = createDispatcher({ onUnknown: () => Promise.reject(new Error('down')) })
    const event = delivered({ type: 'moon.landed\n', data: { email: 'ada@acme.example' } })
    await expect(dispatcher.dispatch(event)).rejects.toMatchObject({
      message: '1 handler of "moon.landed\\n" failed',
    })
  })
})

/** The event as it comes out of a signed delivery. */
function delivered(event: object): ScalekitEvent {
  const { body, headers } = delivery({ body: JSON.stringify(event) })
  return verifyWebhook(body, headers, secret, { clock })
}

/** What a handler is told about a delivery. */
async function toldOf(given: Partial<Delivery>): Promise<Delivery> {
  const told: Delivery[] = []
  const dispatcher = createDispatcher({
    onDirectoryUserCreated: (_event, about) => told.push(about),
  })
  await dispatcher.dispatch(created, given)
  return told[0]!
}

/** Which handlers an event reached, and under which type. */
async function takenOf(patterns: readonly EventPattern[], event: ScalekitEvent) {
  const dispatcher = createDispatcher()
  const taken: [string, unknown][] = []
  for (const pattern of patterns) {
    dispatcher.on(pattern, ({ type }: { type: unknown }) => taken.push([pattern, type]))
  }
  dispatcher.onUnknown(({ type }) => taken.push(['unknown', type]))
  await dispatcher.dispatch(event)
  return taken
}
