import { describe, expect, it } from 'vitest'
import type { DeliveryQueue } from '../../src/queues.ts'
import { eventually } from '../support/eventually.ts'
import { failingStore } from '../support/failing-store.ts'
import { start } from '../support/start.ts'
import { useVirtualTime } from '../support/virtual-time.ts'
import { deliver, webhookSecret } from '../support/webhook.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'

describe('auth.health()', () => {
  useVirtualTime()

  it('is well where nothing failed, and has no queue without one', async () => {
    const { auth } = await start()
    const well = { ok: true, since: expect.any(Number) }
    expect(await auth.health()).toEqual({ store: well, provider: well })
  })

  it('asks the store, so that a process without visitors knows', async () => {
    const store = failingStore()
    const { auth } = await start({ options: { store: store.store } })
    expect((await auth.health()).store.ok).toBe(true)
    store.is('refusing')
    const awayFrom = Date.now()
    await eventually(async () => expect((await auth.health()).store.ok).toBe(false))
    const { cause, since } = (await auth.health()).store
    expect(cause).toBe('Error: connect ECONNREFUSED')
    expect(since).toBeGreaterThanOrEqual(awayFrom)
    // It stays the moment at which it began.
    await eventually(() => expect(store.calls.length).toBeGreaterThan(5))
    expect((await auth.health()).store.since).toBe(since)
    store.is('well')
    await eventually(async () => expect((await auth.health()).store.ok).toBe(true))
    expect((await auth.health()).store).toEqual({ ok: true, since: expect.any(Number) })
  })

  it('takes a second at most while the store hangs', async () => {
    const store = failingStore()
    const { auth } = await start({ options: { store: store.store } })
    store.is('hanging')
    const beganAt = performance.now()
    expect((await auth.health()).store.ok).toBe(false)
    expect(performance.now() - beganAt).toBeLessThanOrEqual(1100)
  })

  it('says whether Scalekit answered the last call', async () => {
    const { auth, emulator, visitor } = await start()
    await visitor().signIn(home, ada)
    expect((await auth.health()).provider.ok).toBe(true)
    emulator.fail({ path: '/oauth/token', status: 503 })
    await visitor().trySignIn(home, ada)
    const { provider, store } = await auth.health()
    expect(provider).toEqual({
      ok: false,
      since: expect.any(Number),
      cause: expect.stringContaining('503'),
    })
    expect(store.ok).toBe(true)
    await visitor().signIn(home, ada)
    expect((await auth.health()).provider.ok).toBe(true)
  })

  it('does not hold a refusal of Scalekit against it', async () => {
    const { auth, emulator, visitor } = await start()
    emulator.fail({ path: '/oauth/token', status: 400 })
    await visitor().signIn(home, ada)
    expect((await auth.health()).provider.ok).toBe(true)
  })

  it('says whether the queue took the last delivery', async () => {
    let isAway = false
    const queue: DeliveryQueue = {
      async enqueue() {
        if (isAway) throw new Error('READONLY')
        return { isSameBody: true }
      },
    }
    const webhooks = { secret: webhookSecret, delivery: queue }
    const { auth, url } = await start({ options: { webhooks } })
    expect((await auth.health()).queue?.ok).toBe(true)
    isAway = true
    await deliver(url).expect(503)
    expect((await auth.health()).queue).toMatchObject({ ok: false, cause: 'Error: READONLY' })
    isAway = false
    await deliver(url).expect(201)
    expect((await auth.health()).queue?.ok).toBe(true)
  })
})
