import { once } from 'node:events'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLiveApp } from '../../examples/live/app.ts'
import type { StateStore } from '../../src/index.ts'
import { type Emulator, startEmulator } from '../../src/testing.ts'
import { freePort } from '../package/free-port.ts'
import { hasBrowser } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { failingStore } from '../support/failing-store.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { webhookSecret } from '../support/webhook.ts'
import { useBrowser } from './pages.ts'

const ada = 'ada@acme.example'

describe.runIf(hasBrowser)('a page with an open socket, in a browser', () => {
  const { newContext } = useBrowser()

  /** Ada has the page open, as an admin. */
  async function openPage(
    store?: StateStore,
  ): Promise<{ readonly page: Page; readonly emulator: Emulator }> {
    const port = await freePort()
    const url = `http://localhost:${port}`
    const emulator = await startEmulator({
      redirectUris: [`${url}/callback`],
      webhooks: [{ url: `${url}/webhooks`, secret: webhookSecret }],
    })
    const { logger } = recordingLogger()
    const scopes = ['openid', 'email', 'profile', 'offline_access']
    const webhooks = { secret: webhookSecret }
    const options = { ...emulator.options, baseUrl: url, logger, scopes, webhooks }
    const shared = store ? { store } : {}
    const { server, close } = createLiveApp({ ...options, ...shared })
    server.listen(port)
    await once(server, 'listening')
    onTestFinished(async () => {
      await close()
      await emulator.close()
    })
    const page = await (await newContext()).newPage()
    await page.goto(`${url}/login?domain=acme.example&return_to=/`)
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await page.getByText('You are signed in as admin.').waitFor()
    return { page, emulator }
  }

  it('shows that its user was demoted, and then removed, without a reload', {
    timeout: 60_000,
  }, async () => {
    const { page, emulator } = await openPage()
    const publish = page.getByRole('button', { name: 'Publish' })
    await publish.click()
    await page.getByText('Published.').waitFor()
    emulator.person(ada).update({ roles: ['member'], permissions: ['projects:read'] })
    await page.getByText('You are signed in as member.').waitFor()
    await publish.waitFor({ state: 'hidden' })
    emulator.removePerson(ada)
    await page.getByText('Your session has ended.').waitFor()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  })

  it('waits before it connects again to a server that ends each session at once', async () => {
    const { page } = await openPage()
    let opened = 0
    await page.routeWebSocket('**/live', (socket) => {
      opened += 1
      socket.send(JSON.stringify({ roles: ['admin'] }))
      void socket.close({ code: 4401 })
    })
    await page.reload()
    await page.getByText('The connection was lost.').waitFor()
    expect(opened).toBeLessThan(4)
  })

  it('says that publishing failed, and not why it did not, while the store is away', async () => {
    const { store, is } = failingStore()
    const { page } = await openPage(store)
    is('refusing')
    const publish = page.getByRole('button', { name: 'Publish' })
    await eventually(async () => {
      await publish.click()
      await page.getByText('Try again in a moment.').waitFor({ timeout: 1000 })
    })
    expect(await page.getByText('Only admins').count()).toBe(0)
    is('well')
  })

  it('asks to sign in after a sign-out in a second window', async () => {
    const { page } = await openPage()
    const second = await page.context().newPage()
    await second.goto(page.url())
    await second.getByText('You are signed in as admin.').waitFor()
    await second.evaluate(async () => {
      const { csrfToken } = await (await fetch('/me')).json()
      await fetch('/logout', { method: 'POST', headers: { 'X-CSRF-Token': csrfToken } })
    })
    for (const each of [page, second]) await each.getByText('Your session has ended.').waitFor()
  })
})
