import { describe, expect, it, onTestFinished } from 'vitest'
import { cookieHeader, hasBrowser, launchWithoutCookies, photograph } from '../support/browser.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const ada = 'ada@acme.example'
const loginUrl = '/login?domain=acme.example&return_to=/app?tab=1'

describe.runIf(hasBrowser)('a sign-in, in a browser', () => {
  const { newContext } = useBrowser()

  /** As far as the callback, which nobody has opened yet. */
  async function begin() {
    const application = await startPages()
    const context = await newContext()
    const page = await context.newPage()
    await page.goto(application.url + loginUrl)
    const callbackUrl = await signInAt(page.url(), ada)
    return { ...application, context, page, callbackUrl }
  }

  it('without cookies is tried twice, and then explained', async () => {
    const { url, arrivals } = await startPages()
    const { context, close } = await launchWithoutCookies()
    onTestFinished(close)
    const page = await context.newPage()
    await page.goto(`${url}/app`)
    for (const _round of [1, 2]) {
      await page.getByRole('textbox').fill(ada)
      await press(page, 'button', 'Continue')
      await press(page, 'button', 'Ada Lovelace')
    }
    expect(await headingOf(page)).toBe('Your browser did not keep our cookie')
    await photograph(page, 'cookies-refused')
    const logins = arrivals.map(({ target }) => target).filter((to) => to.startsWith('/login'))
    expect(logins).toEqual([
      '/login?return_to=%2Fapp',
      '/login?return_to=%2Fapp&login_hint=ada%40acme.example',
      '/login?restart=1',
      '/login?restart=1&login_hint=ada%40acme.example',
    ])
    expect(arrivals.filter(({ headers }) => headers.cookie)).toEqual([])
  })

  it('that took more than ten minutes says so, and is one click from its end', async () => {
    let now = Date.now()
    const { url, emulator } = await startPages({ options: { clock: () => now } })
    const page = await (await newContext()).newPage()
    await page.goto(`${url}/login?organization_id=acme&return_to=/app?tab=1`)
    now += 601_000
    emulator.advance(601)
    await press(page, 'button', 'Ada Lovelace')
    expect(await headingOf(page)).toBe('That took too long')
    await photograph(page, 'too-late')
    await press(page, 'link', 'Sign in again')
    await press(page, 'button', 'Ada Lovelace')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
  })

  it('whose callback is opened again goes on to the start page', async () => {
    const { page, callbackUrl, url } = await begin()
    await page.goto(callbackUrl)
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
    await page.goto(callbackUrl)
    expect([page.url(), await headingOf(page)]).toEqual([`${url}/`, ada])
  })

  it('whose callback is opened in two tabs at once ends signed in', async () => {
    const { page, context, callbackUrl, url } = await begin()
    const tabs = [page, await context.newPage()]
    await Promise.all(tabs.map((tab) => tab.goto(callbackUrl)))
    const headings = await Promise.all(tabs.map(headingOf))
    expect(headings).toContain(ada)
    // The one that came second, and before the first was answered, is told.
    const told = ['This sign-in was already used', ada]
    expect(headings.filter((heading) => !told.includes(heading!))).toEqual([])
    for (const tab of tabs) {
      await tab.goto(`${url}/app`)
      expect(await headingOf(tab)).toBe(ada)
    }
  })

  it('is not used up by HEAD of a link scanner with the same cookies', async () => {
    const { page, context, callbackUrl, url } = await begin()
    const cookie = await cookieHeader(context, url)
    const head = await fetch(callbackUrl, { method: 'HEAD', headers: { cookie } })
    expect([head.status, head.headers.getSetCookie()]).toEqual([405, []])
    await page.goto(callbackUrl)
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
  })
})
