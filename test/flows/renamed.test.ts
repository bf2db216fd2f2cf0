import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { deliver, example, webhookSecret } from '../support/webhook.ts'

const dayMs = 24 * 3_600_000
const acme = 'org_1001'
const globex = 'org_1002'
const maiden = 'grace@acme.example'
const married = 'grace.hopper@acme.example'
const ada = 'ada@acme.example'

const organizations = [
  {
    id: acme,
    displayName: 'Acme',
    domains: ['acme.example'],
    people: [
      { name: 'Grace Hopper', email: maiden },
      { name: 'Ada Lovelace', email: ada },
    ],
  },
]

/** Grace in her company's directory, and what may be different about her. */
interface DirectoryUser {
  readonly id?: string
  readonly dp_id?: string
  readonly email?: string
  readonly active?: boolean
}

/** An application of two processes that share a store; the first has the browsers. */
async function application() {
  let now = Date.now()
  const clock = () => now
  const store = memoryStore({ clock })
  const options = { clock, store, webhooks: { secret: webhookSecret } }
  const one = await start({ seed: { clock, organizations }, options })
  const two = await start({ options, emulator: one.emulator })
  const unmatched: number[] = []
  two.auth.on('webhook.unmatched', ({ count }) => unmatched.push(count))

  return {
    log: two.log,
    unmatched,
    wait(ms: number) {
      now += ms
    },
    /** Sends an event about Grace to the second process. */
    async hear(
      what: 'created' | 'updated' | 'deleted',
      changes: DirectoryUser = {},
      organizationId = acme,
    ): Promise<void> {
      const person = { id: 'diruser_1', dp_id: '00u1', email: maiden, active: true, ...changes }
      const event = {
        ...example(`organization.directory.user_${what}`, person),
        organization_id: organizationId,
        occurred_at: new Date(now).toISOString(),
      }
      await deliver(two.url, { event, timestamp: Math.floor(now / 1000) }).expect(201)
    },
    /** Signs in, and answers whether the browser still has its session. */
    async signIn(who: string): Promise<() => Promise<boolean>> {
      // At Scalekit she is one user, whose address changes.
      if (who === married) one.emulator.fail({ idToken: { email: married } })
      const email = who === married ? maiden : who
      const browser = one.visitor()
      const authorizeUrl = await browser.begin('/login?domain=acme.example')
      await browser.open(await signInAt(authorizeUrl.href, email)).expect(302)
      const isIn = async () => (await browser.call('/app')).status === 200
      expect(await isIn()).toBe(true)
      return isIn
    },
  }
}

describe('a user who was renamed in the directory', () => {
  it.each<[string, 'updated' | 'deleted', DirectoryUser]>([
    ['deactivated', 'updated', { active: false }],
    ['removed', 'deleted', {}],
    ['removed, under an id of Scalekit’s that is new', 'deleted', { id: 'diruser_2' }],
    ['removed, under an id of the directory’s that is new', 'deleted', { dp_id: '00u2' }],
  ])('is out when %s under the new address', async (_what, event, changes) => {
    const { hear, signIn } = await application()
    await hear('created')
    const isIn = await signIn(maiden)
    await hear('updated', { email: married })
    expect(await isIn()).toBe(true)
    await hear(event, { email: married, ...changes })
    expect(await isIn()).toBe(false)
  })

  it('is out in every session, whatever address each began under', async () => {
    const { hear, signIn } = await application()
    const isInByMaiden = await signIn(maiden)
    const isInByMarried = await signIn(married)
    await hear('deleted')
    expect([await isInByMaiden(), await isInByMarried()]).toEqual([false, false])
  })

  it('is out when Scalekit goes on with the old address, and the event comes months later', async () => {
    const { hear, signIn, wait } = await application()
    await hear('created')
    await hear('updated', { email: married })
    wait(200 * dayMs)
    const isIn = await signIn(maiden)
    await hear('deleted', { email: married })
    expect(await isIn()).toBe(false)
  })

  it('is out by an address in another case', async () => {
    const { hear, signIn } = await application()
    await hear('created', { email: 'GRACE@Acme.Example' })
    const isIn = await signIn(maiden)
    await hear('deleted', { email: married })
    expect(await isIn()).toBe(false)
  })

  it('is out when the event leaves the address out', async () => {
    const { hear, signIn } = await application()
    await hear('created')
    const isIn = await signIn(maiden)
    await hear('deleted', { email: '' })
    expect(await isIn()).toBe(false)
  })

  it('stays in when another organization removes a user by these ids', async () => {
    const { hear, signIn } = await application()
    await hear('created')
    const isIn = await signIn(maiden)
    await hear('created', { email: married }, globex)
    await hear('deleted', { email: married }, globex)
    expect(await isIn()).toBe(true)
  })

  it('may come back under either address', async () => {
    const { hear, signIn, wait } = await application()
    await hear('created')
    await hear('deleted', { email: married })
    wait(2000)
    await signIn(maiden)
    await signIn(married)
  })

  it('is remembered for 400 days after the last event about them, and no longer', async () => {
    const { hear, signIn, wait } = await application()
    await hear('created')
    wait(399 * dayMs)
    await hear('updated', { email: married })
    wait(400 * dayMs - 1)
    const isIn = await signIn(maiden)
    await hear('deleted', { email: married })
    expect(await isIn()).toBe(false)
    wait(2000)
    const isInLater = await signIn(maiden)
    await hear('deleted', { email: married })
    expect(await isInLater()).toBe(true)
  })
})

describe('a removal', () => {
  it('finds who signed in for as long as their session can last', async () => {
    const { hear, signIn, wait, unmatched } = await application()
    await signIn(maiden)
    wait(7 * dayMs)
    await hear('deleted')
    expect(unmatched).toEqual([])
    wait(300_000)
    await hear('deleted')
    expect(unmatched).toEqual([1])
  })

  it('of a user whom no sign-in is known of is counted and logged', async () => {
    const { hear, signIn, wait, unmatched, log } = await application()
    const isIn = await signIn(ada)
    await hear('deleted')
    await hear('updated', { active: false })
    await hear('updated')
    wait(2000)
    await signIn(maiden)
    await hear('deleted')
    expect(unmatched).toEqual([1, 2])
    expect(log.filter((line) => line.includes('no sign-in'))).toEqual([
      expect.stringMatching(/^info webhook msg_[\w-]+: a user was removed of whom .* \(1 since/),
      expect.stringMatching(/^info webhook msg_[\w-]+: a user was removed of whom .* \(2 since/),
    ])
    expect(await isIn()).toBe(true)
  })
})
