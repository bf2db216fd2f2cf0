import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  memoryStore,
  type ScalekitAuthOptions,
  type StateStore,
  type TokenStore,
} from '../../../src/index.ts'
import { boundedStore } from '../../../src/lib/state/bounded-store.ts'
import type { DeliveryQueue } from '../../../src/queues.ts'
import { eventually } from '../../support/eventually.ts'
import { failingStore } from '../../support/failing-store.ts'
import { start } from '../../support/start.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'
import { deliver, example, webhookSecret } from '../../support/webhook.ts'

const pass = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))
/** How long a queue lets a run have a delivery to itself, in milliseconds. */
const lockMs = 10_000
const refuse = () => Promise.reject(new Error('refused'))

/** What fails, and in which call the kit then tries again in the background. */
const backgroundTries: readonly [
  string,
  (store: TokenStore) => Partial<TokenStore>,
  keyof TokenStore,
][] = [
  ['to end a lease', () => ({ endLease: refuse }), 'endLease'],
  ['to keep renewed tokens', () => ({ replace: refuse }), 'replace'],
  [
    'to give back a lease of unknown outcome',
    () => ({ lease: refuse, endLease: refuse }),
    'endLease',
  ],
  [
    'to give back a lease that came late',
    ({ lease }) => ({
      lease: (...given) => pass(3000).then(() => lease(...given)),
      endLease: refuse,
    }),
    'endLease',
  ],
]

describe('auth.close()', () => {
  useVirtualTime()

  it('waits for a handler whose sender was told that it takes too long', async () => {
    const { auth, url, end, effects } = await startSlow()
    await deliver(url).expect(503)
    let isClosed = false
    const closed = auth.close().then(() => {
      isClosed = true
    })
    // Enough time for one that does not wait.
    await deliver(url, { secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })
    expect(isClosed).toBe(false)
    end()
    await closed
    expect(effects).toHaveLength(1)
  })

  it('has a delivery that took effect marked as handled, so that it is not run again', async () => {
    const { auth, url, end, effects } = await startSlow()
    await deliver(url, { id: 'msg_once' }).expect(503)
    const closed = auth.close()
    end()
    await closed
    await deliver(url, { id: 'msg_once' })
    expect(effects).toEqual(['msg_once'])
  })

  it('waits for twenty seconds at most, and says what it left', async () => {
    const { auth, url, log } = await startSlow()
    await deliver(url).expect(503)
    const beganAt = performance.now()
    await auth.close()
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(20_000)
    expect(performance.now() - beganAt).toBeLessThan(21_000)
    expect(log).toContain(
      'warn auth.close(): 1 webhook handlers have not ended after 20 s: Scalekit’s next attempt runs them again',
    )
  })

  it('ends at once where nothing is under way', async () => {
    const { auth, url, end } = await startSlow()
    end()
    await deliver(url).expect(201)
    const beganAt = performance.now()
    await auth.close()
    expect(performance.now() - beganAt).toBeLessThan(100)
  })
})

describe('a store that fails while auth.close() is called', () => {
  useVirtualTime()

  it.each(backgroundTries)('is asked for 1.5 s more %s', async (_what, failing, tried) => {
    const { auth, tries } = await renewing(failing, tried)
    await pass(2500)
    const closedAt = performance.now()
    await auth.close()
    await pass(25_000)
    const after = tries.map((at) => at - closedAt).filter((at) => at > 0)
    expect(after.length).toBeGreaterThan(3)
    expect(after.at(-1)).toBeLessThan(2000)
  })

  it.each(backgroundTries)(
    'is otherwise asked for as long as a lease lasts %s',
    async (_what, failing, tried) => {
      const { tries } = await renewing(failing, tried)
      await pass(25_000)
      expect(tries.at(-1)! - tries[0]!).toBeGreaterThan(7000)
    },
  )

  it('is asked for as long as a lock lasts to keep a dead letter of a last attempt', async () => {
    const store = memoryStore()
    const failing = { ...store, ledger: { ...store.ledger, putDeadLetter: refuse } }
    const { auth, lastRun } = await startQueued({ store: failing })
    const beganAt = performance.now()
    const ended = expect(lastRun()).rejects.toThrow('refused')
    await auth.close()
    await ended
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(lockMs)
  })

  it('is asked for as long as the handlers have to record a delivery that took effect', async () => {
    const store = memoryStore()
    const ledger = { ...store.ledger, settle: refuse }
    const { auth, url, end, effects } = await startSlow({ store: { ...store, ledger } })
    await deliver(url, { id: 'msg_once' }).expect(503)
    end()
    const closed = auth.close()
    await pass(10_000)
    Object.assign(ledger, { settle: store.ledger.settle })
    await closed
    await deliver(url, { id: 'msg_once' })
    expect(effects).toEqual(['msg_once'])
  })

  it('keeps the renewed tokens that it takes again a second later', async () => {
    const { auth, tries, own, tokenStore } = await renewing(() => ({ replace: refuse }), 'replace')
    const kept = vi.fn(tokenStore.replace)
    const closed = auth.close()
    await pass(1000)
    expect(tries.length).toBeGreaterThan(1)
    Object.assign(own, { replace: kept })
    await closed
    expect(await kept.mock.results[0]?.value).toBeTruthy()
  })

  it('is still asked whether it is back, so that the renewed tokens are kept once it is', async () => {
    const { store, is } = failingStore()
    const written: unknown[] = []
    async function replace(...given: Parameters<TokenStore['replace']>) {
      if (written.length === 0) is('refusing')
      written.push('asked')
      const result = await store.tokenStore.replace(...given)
      written.push(result)
      return result
    }
    const tokenStore = Object.assign(Object.create(store.tokenStore), { replace })
    const { auth, browser } = await signedInFor(2, { ...store, tokenStore })
    await browser.call('/app')
    await pass(1000)
    const before = written.length
    await pass(1000)
    // The outage is known: until it ends, nothing but that question gets to the store.
    expect(written).toHaveLength(before)
    const closed = auth.close()
    await pass(500)
    is('well')
    await closed
    expect(written.at(-1)).toBe('replaced')
  })

  it('is asked by more retries at once than Node has listeners without a warning', async () => {
    const warnings: string[] = []
    const note = ({ name }: Error) => warnings.push(name)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const bounded = boundedStore({
      ...memoryStore(),
      tokenStore: { ...memoryStore().tokenStore, lease: refuse, endLease: refuse },
    })
    const request = { owner: 'me', leaseMs: 8000, version: 0 }
    const leases = Array.from({ length: 12 }, (_, at) => bounded.tokenStore.lease(`${at}`, request))
    await Promise.allSettled(leases)
    await pass(1000)
    expect(warnings).toEqual([])
  })
})

/** An application whose handler ends when it is told to. */
async function startSlow(options: ScalekitAuthOptions = {}) {
  const effects: string[] = []
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const application = await start({
    options: {
      ...options,
      webhooks: {
        secret: webhookSecret,
        timeoutSeconds: 1,
        async onDirectoryUserCreated(_event, { deliveryId }) {
          await ended
          effects.push(deliveryId)
        },
      },
    },
  })
  return { ...application, end, effects }
}

/** An application with a queue, and its last attempt at a delivery. */
async function startQueued(options: ScalekitAuthOptions) {
  const work = vi.fn<NonNullable<DeliveryQueue['work']>>(() => async () => {})
  const enqueue = async () => ({ isSameBody: true })
  const webhooks = { secret: webhookSecret, delivery: { enqueue, work }, onUserLogin() {} }
  const { auth } = await start({ options: { ...options, webhooks } })
  await eventually(() => expect(work).toHaveBeenCalled())
  const [run] = work.mock.calls[0]!
  const body = JSON.stringify(example('user.login'))
  const queued = { deliveryId: 'msg_last', body, receivedAt: Date.now() }
  return { auth, lastRun: () => run(queued, { attempt: 12, isLast: true, lockMs }) }
}

/** An application that has renewed a session's tokens, and when it called the store for `tried`. */
async function renewing(
  failing: (store: TokenStore) => Partial<TokenStore>,
  tried: keyof TokenStore,
) {
  const { tokenStore, ...store } = memoryStore()
  const own = { ...tokenStore }
  const { auth, browser } = await signedInFor(2, { ...store, tokenStore: own })
  const tries: number[] = []
  Object.assign(own, failing(tokenStore))
  const call = own[tried] as (...given: unknown[]) => Promise<never>
  Object.assign(own, {
    [tried](...given: unknown[]) {
      tries.push(performance.now())
      return call(...given)
    },
  })
  await browser.call('/app')
  return { auth, tries, own, tokenStore }
}

/** An application with a session whose access token has expired. */
async function signedInFor(accessTokenSeconds: number, store: StateStore) {
  const { auth, visitor } = await start({
    seed: { lifetimes: { accessTokenSeconds } },
    options: { scopes: ['openid', 'offline_access'], store },
  })
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example&return_to=/app', 'ada@acme.example')
  await pass(accessTokenSeconds * 1000)
  return { auth, browser }
}
