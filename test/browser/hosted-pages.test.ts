import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasBrowser, photograph } from '../support/browser.ts'
import { headingOf, press, startPages, useBrowser } from './pages.ts'

describe.runIf(hasBrowser)('Scalekit’s hosted pages, in a browser', () => {
  const { newContext } = useBrowser()

  async function begin() {
    const application = await startPages({ options: { login: { fallback: 'hosted' } } })
    const page = await (await newContext()).newPage()
    return { ...application, page }
  }

  /** What the application knows of its user. */
  function whoIsSignedIn(page: Page): Promise<Record<string, unknown>> {
    return page.evaluate(async () => (await fetch('/me')).json())
  }

  it('sign a new user up, who comes back by a code', async () => {
    const { url, emulator, page } = await begin()
    await page.goto(`${url}/app`)
    expect(await headingOf(page)).toBe('Sign in')
    await photograph(page, 'hosted-sign-in')
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByLabel('Email address').fill('joan@startup.example')
    await page.getByLabel('Your name').fill('Joan Clarke')
    await photograph(page, 'hosted-sign-up')
    await page.getByRole('button', { name: 'Create account' }).click()
    // The browser itself asks for what is missing.
    expect(await headingOf(page)).toBe('Create an account')
    await page.getByLabel('Organization').fill('Startup')
    await press(page, 'button', 'Create account')
    expect(page.url()).toBe(`${url}/app`)
    expect(await headingOf(page)).toBe('joan@startup.example')
    const startup = emulator.organizations.at(-1)!
    expect(await whoIsSignedIn(page)).toMatchObject({
      organizationId: startup.id,
      roles: ['admin'],
    })

    await press(page, 'button', 'Sign out')
    await page.goto(`${url}/app`)
    await page.getByRole('textbox').fill('joan@startup.example')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Check your email' }).waitFor()
    await photograph(page, 'hosted-code')
    await press(page, 'button', 'Continue')
    expect(await headingOf(page)).toBe('joan@startup.example')
  })

  it('switch organizations without a sign-in to one that was signed in to before', async () => {
    const { url, emulator, page } = await begin()
    const [acme, globex] = emulator.organizations.map(({ id }) => id)
    await page.goto(`${url}/login?domain=acme.example`)
    await press(page, 'button', 'Grace Hopper')
    await page.goto(`${url}/login?prompt=select_account&return_to=/app`)
    expect(await headingOf(page)).toBe('Choose an organization')
    await photograph(page, 'hosted-switcher')
    await page.getByRole('button', { name: 'Globex' }).click()
    await page.getByRole('heading', { name: 'Sign in to Globex' }).waitFor()
    await press(page, 'button', 'Grace Hopper')
    expect(page.url()).toBe(`${url}/app`)
    expect(await whoIsSignedIn(page)).toMatchObject({
      organizationId: globex,
      roles: ['advisor'],
    })

    await page.goto(`${url}/login?prompt=select_account&organization_id=${acme}&return_to=/app`)
    expect(page.url()).toBe(`${url}/app`)
    expect(await whoIsSignedIn(page)).toMatchObject({ organizationId: acme, roles: ['member'] })
  })

  it('are led to from the home page, which invites and shows interceptors', async () => {
    const { url, emulator, page } = await begin()
    emulator.intercept({ triggerPoint: 'PRE_SESSION_CREATION', url: `${url}/interceptors` })
    await page.goto(emulator.url)
    const field = page.getByLabel('Email address to invite to Acme')
    await field.fill('ivy@mail.example')
    await field.press('Enter')
    await page.getByRole('link', { name: 'Invitation' }).waitFor()
    await photograph(page, 'emulator-home')
    await page.setViewportSize({ width: 320, height: 640 })
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(320)
    await page.getByRole('link', { name: 'Invitation' }).click()
    await page.waitForURL(`${emulator.url}/oauth/authorize?**`)
    expect(await headingOf(page)).toBe('Sign in')
  })
})
