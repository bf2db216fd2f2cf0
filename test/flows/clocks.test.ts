import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { deliver, example, webhookSecret } from '../support/webhook.ts'

const ada = 'ada@acme.example'
const loginUrl = '/login?domain=acme.example'

/** A process whose clock is ahead of Scalekit's by some seconds, and stands with it until told. */
async function processAhead(seconds: number) {
  let scalekitNow = Date.now()
  const clock = () => scalekitNow + seconds * 1000
  const application = await start({
    seed: { clock: () => scalekitNow },
    options: { clock, webhooks: { secret: webhookSecret }, store: memoryStore({ clock }) },
  })
  const browser = application.visitor()
  return {
    browser,
    /** Has Scalekit issue its next ID token as of so many seconds ago. */
    backdate(seconds: number) {
      application.emulator.fail({ idToken: { iat: Math.floor(scalekitNow / 1000) - seconds } })
    },
    wait(ms: number) {
      scalekitNow += ms
    },
    /** Removes Ada now. */
    async remove(): Promise<void> {
      const event = {
        ...example('organization.directory.user_deleted', { dp_id: 'ada', email: ada }),
        organization_id: application.emulator.organizations[0]!.id,
        occurred_at: new Date(scalekitNow).toISOString(),
      }
      const timestamp = Math.floor(clock() / 1000)
      await deliver(application.url, { event, timestamp }).expect(201)
    },
    isIn: async () => (await browser.call('/app')).status === 200,
  }
}

describe.each([-20, 0, 3, 60, 240])('a process %i s ahead of Scalekit', (seconds) => {
  it('ends a session 1.5 s old by a removal', async () => {
    const { browser, isIn, wait, remove } = await processAhead(seconds)
    await browser.signIn(loginUrl, ada)
    wait(1500)
    expect(await isIn()).toBe(true)
    await remove()
    expect(await isIn()).toBe(false)
  })

  it.each([1, 30, 599])(
    'ends a sign-in whose user was removed %i s before coming back',
    async (agoSeconds) => {
      const { browser, isIn, wait, remove } = await processAhead(seconds)
      const authorizeUrl = await browser.begin(loginUrl)
      await remove()
      wait(agoSeconds * 1000)
      await browser.open(await signInAt(authorizeUrl.href, ada)).expect(302)
      expect(await isIn()).toBe(false)
    },
  )

  it.each([
    [30, false],
    [32, true],
  ])(
    'lets in who begins %i s after a removal, where Scalekit sets iat back by 30 s: %s',
    async (laterSeconds, isLetIn) => {
      const { browser, isIn, wait, remove, backdate } = await processAhead(seconds)
      await remove()
      wait(laterSeconds * 1000)
      backdate(30)
      await browser.signIn(loginUrl, ada)
      expect(await isIn()).toBe(isLetIn)
    },
  )

  it('lets in who begins to sign in two seconds after a removal', async () => {
    const { browser, isIn, wait, remove } = await processAhead(seconds)
    await remove()
    wait(2000)
    const authorizeUrl = await browser.begin(loginUrl)
    wait(30_000)
    await browser.open(await signInAt(authorizeUrl.href, ada)).expect(302)
    expect(await isIn()).toBe(true)
  })
})
