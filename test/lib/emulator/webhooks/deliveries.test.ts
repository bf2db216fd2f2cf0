import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type EmulatedDelivery,
  type RetrySchedule,
  startEmulator,
} from '../../../../src/testing.ts'
import type { EventType } from '../../../../src/webhooks.ts'
import { documentedExamples } from '../../../fixtures/webhook-examples.ts'
import { eventually } from '../../../support/eventually.ts'
import { codeFor, tokensFor } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'
import { startReceiver } from '../receiver.ts'

const type = 'organization.directory.user_created'
const otherSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

afterEach(() => {
  vi.useRealTimers()
})

describe('a subscription', () => {
  it('gets signed events that the library of the specification accepts', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    await emulator.deliver(type)
    expect(receiver.received).toMatchObject([{ problem: undefined, event: { type } }])
  })

  it('may be there from the start', async () => {
    const receiver = await startReceiver(otherSecret)
    const emulator = await emulate({ webhooks: [{ url: receiver.url, secret: otherSecret }] })
    await emulator.deliver(type)
    expect(receiver.received).toMatchObject([{ problem: undefined }])
  })

  it('has a secret of its own where it names one', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const other = await startReceiver(otherSecret)
    emulator.subscribe({ url: other.url, secret: otherSecret })
    await emulator.deliver(type)
    expect(other.received[0]).toMatchObject({ problem: undefined })
    expect(other.received[0]?.id).toBe(receiver.received[0]?.id)
  })

  it('gets only the events it names', async () => {
    const emulator = await emulate()
    const receiver = await startReceiver(emulator.webhookSecret)
    emulator.subscribe({ url: receiver.url, events: ['user.login', 'role.created'] })
    await emulator.deliver(type)
    await emulator.deliver('role.created')
    expect(receiver.types()).toEqual(['role.created'])
  })

  it('gets nothing once it is ended', async () => {
    const emulator = await emulate()
    const receiver = await startReceiver(emulator.webhookSecret)
    const unsubscribe = emulator.subscribe({ url: receiver.url })
    await emulator.deliver('role.created')
    unsubscribe()
    expect(await emulator.deliver('role.deleted')).toEqual([])
    expect(receiver.types()).toEqual(['role.created'])
  })

  it.each([
    ['an address that is not absolute', { url: '/webhooks' }, 'must be absolute'],
    ['a secret that is none', { url: 'http://localhost', secret: 'whsec_?' }, 'base64'],
  ])('is refused at once with %s', async (_case, subscription, message) => {
    const emulator = await emulate()
    expect(() => emulator.subscribe(subscription)).toThrow(message)
  })

  it('is not part of the options an application connects with', async () => {
    const emulator = await emulate()
    expect(JSON.stringify(emulator.options)).not.toContain(emulator.webhookSecret)
  })
})

describe('an event', () => {
  const types = Object.keys(documentedExamples) as EventType[]

  it.each(types)('%s has every member that Scalekit documents, and no other', async (each) => {
    const { emulator, receiver } = await emulateWithReceiver()
    await emulator.deliver(each)
    expect(shapeOf(receiver.received[0]?.event)).toEqual(shapeOf(documentedExamples[each]))
  })

  it('has an id and a time of its own, and the data it is given', async () => {
    const { emulator, receiver } = await emulateWithReceiver({ clock: () => Date.UTC(2026, 0, 2) })
    const data = { id: 'role_1', name: 'editor' }
    await emulator.deliver('role.created', data)
    await emulator.deliver('role.created', data)
    const [one, other] = receiver.received.map(({ event }) => event)
    expect(one).toMatchObject({ data, occurred_at: '2026-01-02T00:00:00.000000000Z' })
    expect(one?.id).toMatch(/^evt_\d{18}$/)
    expect(one?.id).not.toBe(other?.id)
  })

  it('that nobody documented is refused', async () => {
    const emulator = await emulate()
    await expect(emulator.deliver('role.renamed' as EventType)).rejects.toThrow('role.renamed')
  })
})

describe('an attempt', () => {
  it.each([200, 201, 204, 299])('is the last when it is answered with %i', async (status) => {
    const { emulator } = await emulateWithReceiver({}, [status])
    expect(await emulator.deliver(type)).toMatchObject([
      { type, state: 'delivered', attempts: [{ status }] },
    ])
    emulator.advance(86_400)
    await emulator.settled()
    expect(emulator.deliveries[0]?.attempts).toHaveLength(1)
  })

  it.each([301, 400, 401, 413, 500, 503])('is repeated after %i', async (status) => {
    const { emulator } = await emulateWithReceiver({}, [status, 201])
    await emulator.deliver(type)
    emulator.advance(5)
    await emulator.settled()
    expect(statusesOf(emulator.deliveries[0])).toEqual([status, 201])
  })

  it('is repeated when nobody listens', async () => {
    const emulator = await emulate()
    emulator.subscribe({ url: 'http://127.0.0.1:1/webhooks' })
    expect(await emulator.deliver(type)).toMatchObject([
      { state: 'waiting', attempts: [{ at: expect.any(Number) }] },
    ])
    expect(statusesOf(emulator.deliveries[0])).toEqual([undefined])
  })

  it('is given up after ten seconds without an answer', async () => {
    const { emulator, receiver } = await emulateWithReceiver({}, ['hang', 201])
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const delivery = emulator.deliver(type)
    await eventually(() => expect(receiver.received).toHaveLength(1))
    vi.advanceTimersByTime(10_000)
    expect(statusesOf((await delivery)[0])).toEqual([undefined])
  })

  it('is signed with the time it is made at, under the same id', async () => {
    let now = Date.now()
    const { emulator, receiver } = await emulateWithReceiver({ clock: () => now }, [500, 201])
    await emulator.deliver(type)
    now += 5000
    await emulator.settled()
    const [first, second] = receiver.received
    expect(second).toMatchObject({ id: first?.id, body: first?.body, problem: undefined })
    expect(second?.timestamp).toBe(first!.timestamp + 5)
  })

  it('that `advance` brings about is one that receivers accept', async () => {
    const { emulator, receiver } = await emulateWithReceiver({}, [500])
    await emulator.deliver(type)
    emulator.advance(1355)
    await emulator.settled()
    expect(receiver.received.map(({ problem }) => problem)).toEqual(Array(6).fill(undefined))
  })
})

describe('the schedule', () => {
  it.each<[after: string, seconds: number, attempts: number]>([
    ['4.999 seconds', 4.999, 1],
    ['5 seconds', 5, 2],
    ['34.999 seconds', 34.999, 2],
    ['35 seconds', 35, 3],
    ['154.999 seconds', 154.999, 3],
    ['155 seconds', 155, 4],
    ['454.999 seconds', 454.999, 4],
    ['455 seconds', 455, 5],
    ['1 354.999 seconds', 1354.999, 5],
    ['1 355 seconds', 1355, 6],
    ['a day', 86_400, 6],
  ])('after %s', async (_after, seconds, attempts) => {
    const now = Date.now()
    const { emulator } = await emulateWithReceiver({ clock: () => now }, [500])
    await emulator.deliver(type)
    emulator.advance(seconds)
    await emulator.settled()
    const [delivery] = emulator.deliveries
    expect(delivery?.attempts).toHaveLength(attempts)
    expect(delivery?.state).toBe(attempts === 6 ? 'given-up' : 'waiting')
  })

  it.each<[RetrySchedule | readonly number[], readonly number[]]>([
    ['3-attempts', [0, 5, 35]],
    ['4-attempts', [0, 60, 300, 900]],
    ['6-attempts', [0, 5, 35, 155, 455, 1355]],
    ['8-attempts', [0, 5, 65, 365, 2165, 5765, 16_565, 35_765]],
    [
      [10, 20.5],
      [0, 10, 30.5],
    ],
    [[], [0]],
  ])('can be %s, after %j seconds', async (retrySchedule, seconds) => {
    const now = Date.now()
    const { emulator } = await emulateWithReceiver({ clock: () => now, retrySchedule }, [500])
    await emulator.deliver(type)
    for (const [at, second] of seconds.entries()) {
      expect(emulator.deliveries[0]?.attempts).toHaveLength(at + 1)
      expect(emulator.deliveries[0]?.attempts.at(-1)?.at).toBe(now + second * 1000)
      const wait = (seconds[at + 1] ?? second + 86_400) - second
      emulator.advance(wait - 0.001)
      await emulator.settled()
      expect(emulator.deliveries[0]?.attempts).toHaveLength(at + 1)
      emulator.advance(0.001)
      await emulator.settled()
    }
    expect(emulator.deliveries).toMatchObject([{ state: 'given-up' }])
    expect(emulator.deliveries[0]?.attempts).toHaveLength(seconds.length)
  })

  it.each([['5-attempts'], [[-1]], [[5, Number.NaN]], [['5']], [[2 ** 31]], [7]])(
    'cannot be %j',
    async (given) => {
      const retrySchedule = given as unknown as RetrySchedule
      await expect(startEmulator({ retrySchedule })).rejects.toThrow('`retrySchedule` must be')
    },
  )

  it('can be made shorter', async () => {
    const now = Date.now()
    const { emulator } = await emulateWithReceiver({ clock: () => now, retryScale: 0.001 }, [500])
    await emulator.deliver(type)
    emulator.advance(1.355)
    await emulator.settled()
    expect(emulator.deliveries).toMatchObject([{ state: 'given-up' }])
  })

  it('goes on by itself', async () => {
    const { emulator } = await emulateWithReceiver({ retryScale: 0.001 }, [500, 503, 201])
    await emulator.deliver(type)
    await eventually(() => expect(emulator.deliveries[0]?.state).toBe('delivered'))
  })

  it('ends with the emulator', async () => {
    const emulator = await startEmulator({ retryScale: 0.001 })
    const receiver = await startReceiver(emulator.webhookSecret, ['hang'])
    emulator.subscribe({ url: receiver.url })
    const delivery = emulator.deliver(type)
    await eventually(() => expect(receiver.received).toHaveLength(1))
    await emulator.close()
    expect(statusesOf((await delivery)[0])).toEqual([undefined])
    emulator.advance(86_400)
    await emulator.settled()
    expect(receiver.received).toHaveLength(1)
  })
})

describe('the order of events', () => {
  it('is the order in which they happened', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const types = ['role.created', 'role.updated', 'role.deleted', 'user.signup'] as const
    await Promise.all(types.map((each) => emulator.deliver(each)))
    expect(receiver.types()).toEqual(types)
  })

  it('is another where that is asked for', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    await emulator.deliver('role.created', undefined, { reorder: true })
    expect(receiver.received).toEqual([])
    await emulator.deliver('role.deleted')
    expect(receiver.types()).toEqual(['role.deleted', 'role.created'])
  })
})

describe('a fault', () => {
  it('delivers duplicates with the same id and body', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    expect(await emulator.deliver(type, undefined, { duplicate: 2 })).toHaveLength(3)
    expect(receiver.received).toHaveLength(3)
    expect(new Set(receiver.received.map(({ id, body }) => id + body)).size).toBe(1)
  })

  it.each(['body', 'signature', 'timestamp'] as const)(
    'that alters the %s makes a delivery nobody accepts',
    async (tamper) => {
      const { emulator, receiver } = await emulateWithReceiver()
      await emulator.deliver(type, undefined, { tamper })
      expect(receiver.received).toMatchObject([{ problem: 'No matching signature found' }])
    },
  )

  it('delays until the emulator’s clock says so', async () => {
    const now = Date.now()
    const { emulator, receiver } = await emulateWithReceiver({ clock: () => now })
    await emulator.deliver(type, undefined, { delaySeconds: 60 })
    emulator.advance(59.999)
    await emulator.settled()
    expect(receiver.received).toEqual([])
    emulator.advance(0.001)
    await emulator.settled()
    expect(receiver.received).toMatchObject([{ problem: undefined }])
  })
})

describe('too many deliveries', () => {
  it('are given up from the 1 001st that waits', async () => {
    const now = Date.now()
    const { emulator, receiver } = await emulateWithReceiver({ clock: () => now })
    const later = { delaySeconds: 60 }
    await emulator.deliver(type, undefined, { ...later, duplicate: 999 })
    expect(await emulator.deliver(type, undefined, later)).toMatchObject([
      { state: 'given-up', attempts: [] },
    ])
    expect(receiver.received).toEqual([])
  })
})

describe('what happens at the emulator', () => {
  it('sends user.login for a sign-in', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    await codeFor(emulator)
    await emulator.settled()
    const [login] = receiver.received
    expect(login?.event).toMatchObject({
      type: 'user.login',
      organization_id: 'org_69615647365005430',
      data: {
        user: { email: 'ada@acme.example', user_profile: { name: 'Ada Lovelace' } },
        user_session: { session_id: expect.stringMatching(/^ses_/), logout_at: null },
      },
    })
    expect(shapeOf(login?.event)).toEqual(shapeOf(documentedExamples['user.login']))
  })

  it('sends user.logout for the session that a sign-out ends, once', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const { id_token } = await tokensFor(emulator)
    const logout = `${emulator.url}/oidc/logout?id_token_hint=${id_token}`
    await fetch(logout)
    await fetch(logout)
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.login', 'user.logout'])
    const [login, logoutEvent] = receiver.received.map(({ event }) => sessionIn(event.data))
    expect(logoutEvent).toMatchObject({
      session_id: login?.session_id,
      logout_at: expect.any(String),
    })
  })

  it('sends neither where there are no sessions', async () => {
    const { emulator, receiver } = await emulateWithReceiver({ product: 'sso' })
    await codeFor(emulator)
    await emulator.settled()
    expect(receiver.received).toEqual([])
  })
})

function sessionIn(data: Readonly<Record<string, unknown>>) {
  return data.user_session as { readonly session_id: string; readonly logout_at: string | null }
}

function statusesOf(delivery: EmulatedDelivery | undefined) {
  return delivery?.attempts.map(({ status }) => status)
}

/** Names and kinds of values at every depth, without the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (value === null || typeof value !== 'object') return value === null ? null : typeof value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !anything.has(name))
      .map(([name, member]) => [name, shapeOf(member)]),
  )
}

/** Members that may hold anything. */
const anything = new Set(['custom_attributes', 'raw_attributes', 'metadata', 'external_id'])
