import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createApp } from '../../examples/quick-start/app.ts'
import { type Emulator, startEmulator } from '../../src/testing.ts'
import { cookieHeader, hasBrowser, launchBrowser, photograph } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { recordingLogger } from '../support/recording-logger.ts'

describe.runIf(hasBrowser)('the quick start, in a browser', () => {
  let browser: Browser
  let emulator: Emulator
  let url: string
  const server = createServer()

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, resolve))
    url = `http://localhost:${(server.address() as AddressInfo).port}`
    emulator = await startEmulator({
      redirectUris: [`${url}/callback`],
      postLogoutRedirectUris: [`${url}/logout`],
      webhooks: [{ url: `${url}/webhooks` }],
    })
    const { logger } = recordingLogger()
    const webhooks = { secret: emulator.webhookSecret }
    const options = { ...emulator.options, baseUrl: url, logger, webhooks }
    server.on('request', createApp(emulator.organizations, options))
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await emulator.close()
    server.closeAllConnections()
    server.close()
  })

  async function newContext(): Promise<BrowserContext> {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    return context
  }

  async function chooseCustomer(page: Page, customer: string) {
    await page.goto(url)
    await page.getByRole('link', { name: customer }).click()
  }

  async function signIn(page: Page, customer: string, person: string) {
    await chooseCustomer(page, customer)
    await page.getByRole('button', { name: person }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  }

  it('signs a person out within a second of their removal from the directory', async () => {
    const [office, desk] = [await newContext(), await newContext()]
    const page = await desk.newPage()
    await page.clock.install()
    await signIn(page, 'Acme', 'Grace Hopper')
    await page.clock.pauseAt(Date.now() + 60_000)

    const directory = await office.newPage()
    await directory.goto(emulator.url)
    await directory.getByRole('link', { name: 'Edit the directory' }).first().click()
    const grace = directory.locator('form[aria-label="Grace Hopper"]')
    const deliveredBefore = emulator.deliveries.length
    await grace.getByRole('button', { name: 'Deactivate' }).click()
    await directory.getByRole('heading', { name: 'Deactivate Grace Hopper?' }).waitFor()
    await directory.getByRole('button', { name: 'Deactivate' }).click()
    await eventually(() => expect(emulator.deliveries[deliveredBefore]?.state).toBe('delivered'))
    // A second by the clock of the page, which is what makes the page look again.
    await page.clock.fastForward(1000)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await photograph(directory, 'directory')

    await chooseCustomer(page, 'Acme')
    await page.getByRole('button', { name: 'Grace Hopper' }).click()
    await page.getByText('login_denied').waitFor()
    await grace.getByRole('button', { name: 'Reactivate' }).click()
    await signIn(page, 'Acme', 'Grace Hopper')
  })

  it('shows name, organization and roles, keeps to the organization, and signs out for good', async () => {
    const context = await newContext()
    const page = await context.newPage()
    await page.goto(url)
    await photograph(page, 'start')
    await chooseCustomer(page, 'Acme')
    await photograph(page, 'identity-provider')
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()

    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/welcome')
    expect(await page.locator('#email').textContent()).toBe('ada@acme.example')
    expect(await page.locator('#organization').textContent()).toBe('Acme')
    expect(await page.locator('#roles').textContent()).toBe('admin')
    await photograph(page, 'member')

    const [acme, globex] = emulator.organizations
    await page.goto(`${url}/organizations/${acme!.id}`)
    expect(await page.locator('#place').textContent()).toBe('Acme’s page')
    const refused = await page.evaluate(async (path) => {
      const answer = await fetch(path)
      return { status: answer.status, body: await answer.json() }
    }, `/organizations/${globex!.id}`)
    expect(refused).toMatchObject({ status: 403, body: { code: 'wrong_organization' } })
    await page.goto(`${url}/organizations/${globex!.id}`)
    expect(new URL(page.url()).origin).toBe(new URL(emulator.url).origin)
    expect(await page.getByText('globex.example').count()).toBeGreaterThan(0)

    await page.goto(`${url}/welcome`)
    const oldCookies = await cookieHeader(context, url)
    expect(await statusOf(oldCookies)).toBe(200)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await statusOf(oldCookies)).toBe(401)
    await page.goBack()
    await page.goto(`${url}/welcome`)
    expect(page.url()).toBe(`${url}/login?return_to=%2Fwelcome`)
  })

  it('switches between companies, where people are what they are there', async () => {
    const page = await (await newContext()).newPage()
    await signIn(page, 'Acme', 'Grace Hopper')
    await page.getByText('where you are').waitFor()
    expect(await page.locator('#people li').count()).toBeGreaterThan(3)
    await page.locator('#organizations').scrollIntoViewIfNeeded()
    await photograph(page, 'switcher')
    await page.getByRole('link', { name: 'Switch to Globex' }).click()
    await page.getByRole('button', { name: 'Grace Hopper' }).click()
    await page.locator('#organization', { hasText: 'Globex' }).waitFor()
    expect(await page.locator('#roles').textContent()).toBe('advisor')
    await page.getByRole('link', { name: 'Switch to Acme' }).waitFor()

    await page.goto(`${url}/portal`)
    await page.getByRole('heading', { name: 'You do not have access' }).waitFor()
    await photograph(page, 'portal-refused')
  })

  it('lets an administrator switch single sign-on off, which the next sign-in says', async () => {
    const page = await (await newContext()).newPage()
    await signIn(page, 'Acme', 'Ada Lovelace')
    await page.getByRole('link', { name: 'Admin portal' }).click()
    const portal = page.frameLocator('iframe')
    await portal.getByRole('heading', { name: 'Admin portal of Acme' }).waitFor()
    await photograph(page, 'portal')
    await portal.getByRole('button', { name: 'Disable single sign-on' }).click()
    await portal.getByRole('heading', { name: 'Disable single sign-on of Acme?' }).waitFor()
    await portal.getByRole('button', { name: 'Disable single sign-on' }).click()
    await page.getByText('Single sign-on is now switched off.').waitFor()
    await photograph(page, 'portal-switched')

    const visitor = await (await newContext()).newPage()
    await chooseCustomer(visitor, 'Acme')
    await visitor.getByRole('heading', { name: 'Single sign-on is not available' }).waitFor()
    await photograph(visitor, 'connection-off')

    await portal.getByRole('button', { name: 'Enable single sign-on' }).click()
    await page.getByText('Single sign-on is now switched on.').waitFor()
    await page.getByRole('link', { name: 'Back' }).click()
    await page.waitForURL(`${url}/welcome`)
    await signIn(visitor, 'Acme', 'Grace Hopper')
  })

  it('signs in two tabs that began at the same time, in either order', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const context = await newContext()
      const tabs = [await context.newPage(), await context.newPage()]
      await chooseCustomer(tabs[0]!, 'Acme')
      await chooseCustomer(tabs[1]!, 'Acme')
      for (const index of order) {
        const tab = tabs[index]!
        await tab.getByRole('button', { name: 'Ada Lovelace' }).click()
        await tab.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
        expect(new URL(tab.url()).pathname).toBe('/welcome')
      }
    }
  })

  it('says what happened when the identity provider refuses, and offers a way on', async () => {
    const page = await (await newContext()).newPage()
    await chooseCustomer(page, 'Acme')
    await page.getByRole('button', { name: /cancel|deny/i }).click()
    await page.getByRole('heading', { name: 'You cancelled the sign-in' }).waitFor()
    expect(await page.locator('code').first().textContent()).toBe('login_cancelled')
    await photograph(page, 'refused')
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await page.waitForURL(`${emulator.url}/**`)
  })

  it('asks before it signs out a user who typed the address, and then does', async () => {
    const page = await (await newContext()).newPage()
    await signIn(page, 'Globex', emulator.organizations[1]!.people[0]!.name)
    await page.goto(`${url}/logout?return_to=/welcome`)
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
    await photograph(page, 'sign-out')
    await page.getByRole('button', { name: 'Sign out' }).click()
    // The page to come back to is guarded, so the way back ends at the sign-in.
    await page.waitForURL(`${url}/login?return_to=%2Fwelcome`)
  })

  it('explains itself when the browser refuses cookies', async () => {
    const context = await newContext()
    const page = await context.newPage()
    await chooseCustomer(page, 'Acme')
    await context.clearCookies()
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    // Started again, once, and this time from our own page.
    await page.getByRole('textbox').fill('ada@acme.example')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Ada Lovelace' }).waitFor()
    await context.clearCookies()
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await page.getByRole('heading', { name: 'Your browser did not keep our cookie' }).waitFor()
    await photograph(page, 'no-cookies')
  })

  async function statusOf(cookie: string): Promise<number> {
    const answer = await fetch(`${url}/welcome`, { headers: { cookie, accept: '*/*' } })
    return answer.status
  }
})
