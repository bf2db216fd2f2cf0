import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { cookieHeader, hasBrowser } from '../support/browser.ts'
import { headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const ada = 'ada@acme.example'

describe.runIf(hasBrowser)('going back, in a browser that keeps pages', () => {
  const { newContext } = useBrowser()

  async function signedIn() {
    const application = await startPages()
    const context = await newContext()
    const page = await context.newPage()
    await signIn(page, application.url)
    return { ...application, context, page }
  }

  it('shows a page that may be kept just as it was left', async () => {
    const { page, url } = await signedIn()
    await page.goto(`${url}/public`)
    await page.evaluate(() => document.body.append('as it was left'))
    await page.goto(`${url}/other`)
    await goBack(page)
    expect(await page.textContent('body')).toContain('as it was left')
  })

  it('to the identity provider after a sign-in, and choosing again, ends signed in', async () => {
    const { page, emulator } = await signedIn()
    await goBack(page)
    expect(page.url()).toContain(emulator.url)
    await press(page, 'button', 'Ada Lovelace')
    expect(await headingOf(page)).toBe(ada)
  })

  it('after a sign-out shows nothing of a guarded page', async () => {
    const { page, url } = await signedIn()
    // Not the page it was redirected to from another site: Chromium 156 keeps that one in spite of
    // `no-store`, and does not notice that its cookie is gone.
    await press(page, 'link', 'Open')
    await page.evaluate(() => document.body.append('as it was left'))
    await press(page, 'button', 'Sign out')
    expect([page.url(), await headingOf(page)]).toEqual([`${url}/`, 'Nobody'])
    await goBack(page)
    expect([pathOf(page), await headingOf(page)]).toEqual(['/login?return_to=%2Fapp', 'Sign in'])
  })

  it('after a sign-out leaves nobody signed in in the other tab, or by a copy', async () => {
    const { page, context, url } = await signedIn()
    const other = await context.newPage()
    await other.goto(`${url}/app`)
    const copy = await cookieHeader(context, url)
    expect(await statusOf(url, copy)).toBe(200)

    await press(page, 'button', 'Sign out')
    const status = await other.evaluate(async () => (await fetch('/app')).status)
    expect(status).toBe(401)
    await other.reload()
    expect(await headingOf(other)).toBe('Sign in')
    expect(await statusOf(url, copy)).toBe(401)
  })
})

async function signIn(page: Page, url: string) {
  await page.goto(`${url}/login?domain=acme.example&return_to=/app?tab=1`)
  await press(page, 'button', 'Ada Lovelace')
  expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
}

/** A page that was kept is not loaded again. */
async function goBack(page: Page) {
  await page.goBack({ waitUntil: 'commit' })
}

async function statusOf(url: string, cookie: string): Promise<number> {
  return (await fetch(`${url}/app`, { headers: { cookie } })).status
}
