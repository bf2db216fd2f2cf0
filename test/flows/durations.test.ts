import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import { isRedeemed } from '../support/answers.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { gate } from '../support/taking.ts'
import { navigation, type Visitor } from '../support/visitor.ts'
import { deliver, example, webhookSecret } from '../support/webhook.ts'

const ada = 'ada@acme.example'
const loginUrl = '/login?domain=acme.example'
const dayMs = 24 * 3_600_000
const weekMs = 7 * dayMs
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

/**
 * Two processes that share a store, with the clocks that keep a session the longest and what ended it
 * the shortest: the first process and the store are five minutes ahead of the second.
 */
async function twoProcesses() {
  const startedAt = Date.now()
  let now = startedAt
  const ahead = (seconds: number) => () => now + seconds * 1000
  const shared = {
    store: memoryStore({ clock: ahead(300) }),
    webhooks: { secret: webhookSecret },
    session: { idleSeconds: 604_800 },
  }
  // Of `express-session`, where the application has it.
  const parts = { store: new MemoryStore() }
  const one = await start({
    ...parts,
    seed: { clock: ahead(150) },
    options: { ...shared, clock: ahead(300) },
  })
  const options = { ...shared, clock: ahead(0), baseUrl: one.url }
  const two = await start({ ...parts, options, emulator: one.emulator })
  return {
    one,
    two,
    browser: one.visitor(),
    /** Goes to a moment, in milliseconds since the first. */
    at(ms: number) {
      now = startedAt + ms
    },
    /** The time that Scalekit signs at such a moment, by the second process's clock. */
    secondsAt: (ms: number) => Math.floor((startedAt + ms) / 1000),
    /** Removes Ada at the second process, now by Scalekit's clock. */
    async remove(): Promise<void> {
      const event = {
        ...example('organization.directory.user_deleted', { dp_id: 'ada', email: ada }),
        organization_id: one.emulator.organizations[0]!.id,
        occurred_at: new Date(ahead(150)()).toISOString(),
      }
      await deliver(two.url, { event, timestamp: Math.floor(now / 1000) }).expect(201)
    },
    /** Why the second process takes these cookies for nobody's. */
    async reasonAtTwo(cookie: object): Promise<string> {
      return (
        await two
          .visitor()
          .call('/public', { ...cookie })
          .expect(200)
      ).body.reason
    },
  }
}

/** The cookies of a browser, as somebody may have copied them. */
function copyOf(browser: Visitor) {
  const cookies = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
  return { Cookie: cookies.join('; ') }
}

describe('what ended a session is known until the session would have ended:', () => {
  it('a removal, of a sign-in that was finished ten minutes after it', async () => {
    const { browser, at, remove, reasonAtTwo } = await twoProcesses()
    const authorizeUrl = await browser.begin(loginUrl)
    at(1)
    await remove()
    at(600_000)
    await browser.open(await signInAt(authorizeUrl.href, ada)).expect(302)
    const copy = copyOf(browser)
    expect(await reasonAtTwo(copy)).toBe('revoked')
    // The first process is five minutes ahead, and so is the end that it gave the session.
    const end = 600_000 + 300_000 + weekMs
    at(end - 1)
    expect(await reasonAtTwo(copy)).toBe('revoked')
    at(end)
    expect(await reasonAtTwo(copy)).toBe('expired')
  })

  // The application’s own session is gone from its store with the sign-out.
  it.skipIf(isExpressSession)('a sign-out', async () => {
    const { browser, one, two, at, reasonAtTwo } = await twoProcesses()
    await browser.signIn(loginUrl, ada)
    const copy = copyOf(browser)
    const { host } = new URL(one.url)
    await two
      .visitor()
      .post('/logout', { ...click, ...copy, Host: host })
      .expect(303)
    const end = 300_000 + weekMs
    at(end - 1)
    expect(await reasonAtTwo(copy)).toBe('revoked')
    at(end)
    expect(await reasonAtTwo(copy)).toBe('expired')
  })
})

describe('a session without options', () => {
  async function signedIn() {
    let now = Date.now()
    const clock = () => now
    const { visitor } = await start({ seed: { clock }, options: { clock } })
    const browser = visitor()
    await browser.signIn(loginUrl, ada)
    return {
      browser,
      copy: copyOf(browser),
      /** A browser without the cookies that a response before renewed. */
      stranger: visitor,
      wait(ms: number) {
        now += ms
      },
    }
  }

  // An application’s own session says itself how long it is kept without a request.
  it.skipIf(isExpressSession)('ends after a day without a request', async () => {
    const { copy, stranger, wait } = await signedIn()
    wait(dayMs - 1)
    await stranger().call('/app', copy).expect(200)
    wait(1)
    await stranger().call('/app', copy).expect(401)
  })

  it('ends after a week, however much it is used', async () => {
    const { browser, wait } = await signedIn()
    for (let half = 1; half < 14; half += 1) {
      wait(dayMs / 2)
      await browser.call('/app').expect(200)
    }
    wait(dayMs / 2 - 1)
    await browser.call('/app').expect(200)
    wait(1)
    await browser.call('/app').expect(401)
  })
})

describe('a webhook delivery', () => {
  const id = 'msg_1'

  it('is held for half a minute by a process that died while it handled it', async () => {
    const { one, two, at, secondsAt } = await twoProcesses()
    const [begun, died] = [gate(), gate()]
    const handledByTwo: number[] = []
    one.auth.webhooks.on('*', () => {
      begun.open()
      return died.opened
    })
    two.auth.webhooks.on('*', (_event, { attempt }) => void handledByTwo.push(attempt))
    const first = deliver(one.url, { id, timestamp: secondsAt(150_000) }).then()
    await begun.opened
    at(29_999)
    await deliver(two.url, { id, timestamp: secondsAt(29_999) }).expect(503)
    at(30_000)
    await deliver(two.url, { id, timestamp: secondsAt(30_000) }).expect(201)
    expect(handledByTwo).toEqual([2])
    died.open()
    await first
  })

  it('that was handled is not handled again for a week', async () => {
    const { two, at, secondsAt } = await twoProcesses()
    const attempts: number[] = []
    two.auth.webhooks.on('*', (_event, { attempt }) => void attempts.push(attempt))
    for (const [ms, status] of [
      [0, 201],
      [weekMs - 1, 200],
      [weekMs, 201],
    ] as const) {
      at(ms)
      await deliver(two.url, { id, timestamp: secondsAt(ms) }).expect(status)
    }
    expect(attempts).toEqual([1, 1])
  })

  it('that failed is remembered for a day after its last attempt', async () => {
    const { two, at, secondsAt } = await twoProcesses()
    const attempts: number[] = []
    two.auth.webhooks.on('*', (_event, { attempt }) => {
      attempts.push(attempt)
      throw new Error('the database is down')
    })
    for (const ms of [0, dayMs - 1, 2 * dayMs - 1]) {
      at(ms)
      await deliver(two.url, { id, timestamp: secondsAt(ms) }).expect(503)
    }
    expect(attempts).toEqual([1, 2, 1])
  })
})

describe('a sign-in', () => {
  it.each([
    [600_000, 'signed in'],
    [600_001, 'login_expired'],
  ])('may take ten minutes: after %i ms it is %s', async (ms, result) => {
    const { browser, at } = await twoProcesses()
    const authorizeUrl = await browser.begin(loginUrl)
    at(ms)
    const answer = await browser.open(await signInAt(authorizeUrl.href, ada))
    const code = /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1]
    expect(code ?? 'signed in').toBe(result)
  })

  it('is used up for as long as a copy of it would be taken', async () => {
    const { one, two, browser, at } = await twoProcesses()
    const authorizeUrl = await browser.begin(loginUrl)
    const copy = copyOf(browser)
    const callback = await signInAt(authorizeUrl.href, ada)
    await browser.open(callback).expect(302)
    const { pathname, search } = new URL(callback)
    const { host } = new URL(one.url)
    // By its own clock the second process takes it for five minutes longer.
    at(900_000)
    // Not as a page: that one would be redirected to where the sign-in led.
    const again = await two.visitor().call(pathname + search, { ...copy, Host: host })
    expect(again.body.code).toBe('login_state_used')
    expect(one.emulator.requests.filter(isRedeemed)).toHaveLength(1)
    at(900_001)
    const late = await two.visitor().call(pathname + search, { ...copy, Host: host })
    expect(late.body.code).toBe('login_expired')
  })

  it('is told from one whose cookie was lost for a quarter of an hour', async () => {
    const { browser } = await twoProcesses()
    const { headers } = await browser.open(loginUrl).expect(302)
    expect(String(headers['set-cookie'])).toContain('; Max-Age=900;')
  })
})
