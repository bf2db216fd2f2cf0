import { describe, expect, it } from 'vitest'
import { hasBrowser, photograph } from '../support/browser.ts'
import { headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const [ada, katherine] = ['ada@acme.example', 'katherine@globex.example']

describe.runIf(hasBrowser)('a sign-in that begins at an identity provider, in a browser', () => {
  const { newContext } = useBrowser()

  /** Ada is signed in, and opens Katherine's link at a page of another site. */
  async function openLink() {
    const { url, emulator } = await startPages()
    const page = await (await newContext()).newPage()
    await page.goto(`${url}/login?domain=acme.example`)
    await press(page, 'button', 'Ada Lovelace')
    expect(await headingOf(page)).toBe(ada)
    const link = await emulator.idpInitiatedLogin(katherine, { relayState: '/app?tab=2' })
    await page.goto(emulator.url)
    await page.evaluate((href) => location.assign(href), link)
    await page.waitForURL(`${url}/**`)
    expect(await headingOf(page)).toBe('Switch accounts?')
    return { url, page }
  }

  it('asks over a session of somebody else, and switches by the button', async () => {
    const { page, url } = await openLink()
    await photograph(page, 'switch-accounts')
    await press(page, 'button', 'Switch')
    await press(page, 'button', 'Katherine Johnson')
    expect([page.url(), await headingOf(page)]).toEqual([`${url}/app?tab=2`, katherine])
  })

  it('asks over a session of somebody else, and keeps it by the link', async () => {
    const { page, url } = await openLink()
    await press(page, 'link', 'Stay signed in')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/', ada])
    await page.goto(`${url}/app`)
    expect(await headingOf(page)).toBe(ada)
  })
})
