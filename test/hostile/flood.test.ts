// @module-tag slow
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FloodRequest, flood } from '../support/flood.ts'
import { type Measured, startMeasured } from '../support/measured.ts'
import { isExpressSession, sessionCookie } from '../support/session-cookie.ts'
import { background, navigation, type Visitor, visitorOf } from '../support/visitor.ts'

const isFull = Boolean(process.env.CI) || process.env.FLOOD === 'full'
const count = isFull ? 100_000 : 10_000
/** Until code is compiled, and what is bounded has reached its bound. */
const warmUpCount = 2000
const maxResidentGrowth = 50 * 1024 ** 2
const maxHeapGrowth = 5 * 1024 ** 2

let application: Measured
let browser: Visitor

beforeAll(async () => {
  application = await startMeasured()
  browser = visitorOf(application.url)
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
})
afterAll(() => application.close())

/** A value of the session cookie's form, which only opening it can tell from a good one. */
function forgedSession(): string {
  const good = browser.cookie(sessionCookie)!
  const prefix = good.slice(0, 11)
  const rest = randomBytes(good.length).toString('base64url').slice(prefix.length, good.length)
  return `${sessionCookie}=${prefix}${rest}`
}

function unknownCallback(): string {
  return `/callback?code=${randomBytes(24).toString('hex')}&state=${randomBytes(32).toString('hex')}`
}

const callers = [background, navigation]

/** What nobody has to be signed in for; each with the only statuses it may be answered with. */
const floods: readonly (readonly [string, (at: number) => FloodRequest, statuses: string[]])[] = [
  [
    'sign-ins that nobody finishes',
    (at) => ({
      path: `/login?return_to=/${at}&login_hint=${at}@acme.example`,
      headers: navigation,
    }),
    ['302'],
  ],
  [
    'callbacks that nobody began, by scripts and browsers',
    (at) => ({ path: unknownCallback(), headers: callers[at % 2]! }),
    ['302', '400'],
  ],
  [
    'forged sessions',
    () => ({ path: '/app', headers: { ...background, Cookie: forgedSession() } }),
    ['401'],
  ],
]

// Sign-ins in progress are the same for both kinds of session.
describe.skipIf(isExpressSession)(`${count} (FLOOD=full for 100000)`, () => {
  it.each(floods)(
    '%s leave nothing behind',
    async (_what, requestFor, statuses) => {
      const { url, holdings } = application
      await flood(url, warmUpCount, requestFor)
      const before = await holdings()
      const answers = await flood(url, count, requestFor)
      expect(Object.keys(answers)).toEqual(statuses)
      const after = await holdings()
      expect(after.storeWrites).toBe(before.storeWrites)
      expect(after.residentBytes - before.residentBytes).toBeLessThan(maxResidentGrowth)
      expect(after.heapBytes - before.heapBytes).toBeLessThan(maxHeapGrowth)
      // And whoever is signed in still is.
      await browser.call('/app').expect(200)
    },
    120_000,
  )
})
