import { describe, expect, it } from 'vitest'
import { hasBrowser, photograph } from '../support/browser.ts'
import { headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const ada = 'ada@acme.example'

describe.runIf(hasBrowser)('the email page, in a browser,', () => {
  const { newContext } = useBrowser()

  it('leads to the company’s own sign-in and back to the page first asked for', async () => {
    const { url, emulator } = await startPages()
    const page = await (await newContext()).newPage()
    await page.goto(`${url}/app?tab=1`)
    expect(await headingOf(page)).toBe('Sign in')
    // The field has the focus, so that nothing has to be clicked.
    await page.keyboard.type(ada)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sign in to Acme' }).waitFor()
    expect(new URL(page.url()).origin).toBe(new URL(emulator.url).origin)
    await press(page, 'button', 'Ada Lovelace')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
  })

  it('says that a domain is unknown, and then takes the right one', async () => {
    const { url } = await startPages({ options: { login: { providers: ['google'] } } })
    const page = await (await newContext()).newPage()
    await page.goto(`${url}/app?tab=1`)
    await photograph(page, 'email-page')
    const field = page.getByLabel('Work email')
    await field.fill('ada@nowhere.example')
    await press(page, 'button', 'Continue')
    expect(await headingOf(page)).toBe('Sign in')
    expect(await field.inputValue()).toBe('ada@nowhere.example')
    expect(await page.locator('#problem').textContent()).toContain(
      'We couldn’t find single sign-on',
    )
    await photograph(page, 'email-page-unknown')
    await field.fill(ada)
    await press(page, 'button', 'Continue')
    await press(page, 'button', 'Ada Lovelace')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
  })

  it('has the application’s style, also where its file has line ends of Windows', async () => {
    const style = 'h1 { }\r\nh1 { font-style: italic }\rh1 { font-weight: 300 }\r\n'
    const { url } = await startPages({ options: { pages: { style } } })
    const page = await (await newContext()).newPage()
    await page.goto(`${url}/login`)
    const shown = await page.locator('h1').evaluate((heading) => {
      const { fontStyle, fontWeight } = getComputedStyle(heading)
      return { fontStyle, fontWeight }
    })
    expect(shown).toEqual({ fontStyle: 'italic', fontWeight: '300' })
  })

  it('needs no script, and offers the social providers', async () => {
    const { url } = await startPages({ options: { login: { providers: ['google'] } } })
    const context = await newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${url}/app`)
    await press(page, 'link', 'Continue with Google')
    await press(page, 'button', 'Ada Lovelace')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app', ada])
  })

  it('tells nobody else which address was typed', async () => {
    const { url } = await startPages({ options: { login: { providers: ['google'] } } })
    const page = await (await newContext()).newPage()
    await page.goto(`${url}/login?login_hint=ada@nowhere.example`)
    const asked = page.waitForRequest(/\/oauth\/authorize/)
    await press(page, 'link', 'Continue with Google')
    const { referer } = await (await asked).allHeaders()
    expect(referer).toBeUndefined()
  })
})
