import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { failingStore } from '../support/failing-store.ts'
import { start } from '../support/start.ts'
import { useVirtualTime } from '../support/virtual-time.ts'
import { deliver, webhookSecret } from '../support/webhook.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'

/** Far less than any wait for a store, in milliseconds. */
const atOnceMs = 500

describe('while the store does not answer', () => {
  useVirtualTime()

  it.each(['hanging', 'refusing'] as const)(
    'and is %s, only the first request waits for it',
    async (state) => {
      const { browser, store, url } = await signedIn()
      store.is(state)
      await firstRefusal(browser)
      for (let call = 0; call < 3; call += 1) {
        const { body, headers } = await atOnce(browser.call('/app').expect(503))
        expect(body.code).toBe('store_unavailable')
        expect(headers['retry-after']).toBe('5')
      }
      await atOnce(browser.call('/free').expect(200))
      await atOnce(browser.call('/me').expect(503))
      await atOnce(deliver(url).expect(503))
    },
  )

  it('nothing but the question whether it is back gets to it', async () => {
    const { browser, store, url } = await signedIn()
    store.is('hanging')
    await firstRefusal(browser)
    store.calls.length = 0
    await browser.call('/app').expect(503)
    await deliver(url).expect(503)
    await eventually(() => expect(store.calls).toContain('revocations.since'))
    expect(new Set(store.calls)).toEqual(new Set(['revocations.since']))
  })

  it('a delivery that hangs has it asked, so that the next one does not', async () => {
    const { store, url, log } = await signedIn()
    store.is('hanging')
    await deliver(url).expect(503)
    await eventually(() => expect(outageLines(log)).toHaveLength(1))
    await atOnce(deliver(url).expect(503))
  })

  it('the log has one line with the cause, and one when it answers again', async () => {
    const { browser, store, log } = await signedIn()
    store.is('refusing')
    await firstRefusal(browser)
    for (let call = 0; call < 50; call += 1) await browser.call('/app').expect(503)
    store.is('well')
    // No request has to ask for it.
    await eventually(() => expect(outageLines(log)).toHaveLength(2))
    await browser.call('/app').expect(200)
    const [began, ended] = outageLines(log)
    expect(began).toBe(
      'error store_unavailable: the store does not answer, guards answer 503: "Error: connect ECONNREFUSED"',
    )
    expect(ended).toMatch(/^info store: it answers again, after \d+\.\d s$/)
  })

  it('one call that fails on its own is no outage', async () => {
    const { browser, store, url, log } = await signedIn()
    Object.assign(store.store.ledger, { claim: () => Promise.reject(new Error('out of memory')) })
    await deliver(url).expect(503)
    await browser.call('/app').expect(200)
    expect(outageLines(log)).toEqual([])
  })
})

async function atOnce<Value>(work: PromiseLike<Value>): Promise<Value> {
  const beganAt = performance.now()
  const value = await work
  expect(performance.now() - beganAt).toBeLessThan(atOnceMs)
  return value
}

async function signedIn() {
  const store = failingStore()
  const application = await start({
    options: { store: store.store, webhooks: { secret: webhookSecret } },
    mount(app, auth) {
      app.use(auth)
      app.use('/app', auth.requireAuth())
      app.use('/app', (_req, res) => void res.end())
      app.use('/free', (_req, res) => void res.end())
    },
  })
  const { url, log } = application
  const visitor = application.visitor()
  await visitor.signIn(home, ada)
  return { browser: visitor, store, url, log }
}

/** What is known of the store is believed for a second. */
function firstRefusal(browser: { call(path: string): PromiseLike<{ status: number }> }) {
  return eventually(async () => expect((await browser.call('/app')).status).toBe(503))
}

function outageLines(log: readonly string[]): string[] {
  return log.filter((line) => /the store does not answer|it answers again/.test(line))
}
