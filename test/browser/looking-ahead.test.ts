import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasBrowser } from '../support/browser.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { type Arrival, headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const ada = 'ada@acme.example'
const loginUrl = '/login?domain=acme.example&return_to=/app?tab=1'

/** Ways in which a page makes a browser fetch another before anybody opens it. */
const ways: readonly {
  readonly name: string
  lookAhead(page: Page, url: string): Promise<unknown>
}[] = [
  {
    name: 'a link to prefetch',
    lookAhead: (page, href) =>
      page.evaluate((target) => {
        const link = document.createElement('link')
        document.head.append(Object.assign(link, { rel: 'prefetch', href: target }))
      }, href),
  },
  { name: 'a rule to prefetch', lookAhead: (page, url) => speculate(page, 'prefetch', url) },
  { name: 'a rule to prerender', lookAhead: (page, url) => speculate(page, 'prerender', url) },
]

function speculate(page: Page, action: 'prefetch' | 'prerender', url: string) {
  const content = JSON.stringify({ [action]: [{ urls: [url], eagerness: 'immediate' }] })
  return page.addScriptTag({ type: 'speculationrules', content })
}

describe.runIf(hasBrowser)('looking ahead, in a browser,', () => {
  const { newContext } = useBrowser()

  async function open() {
    const application = await startPages()
    const page = await (await newContext()).newPage()
    return { ...application, page }
  }

  it.each(ways)('by $name begins no sign-in, and the next one ends well', async ({ lookAhead }) => {
    const { url, arrivals, page } = await open()
    await page.goto(`${url}/public`)
    await lookAhead(page, url + loginUrl)
    await expectNothingDone(arrivals, '/login')
    expect(await page.context().cookies()).toEqual([])

    await follow(page, url + loginUrl)
    await press(page, 'button', 'Ada Lovelace')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
  })

  it.each(ways)('by $name uses up no callback, and it ends well', async ({ lookAhead }) => {
    const { url, arrivals, page } = await open()
    await page.goto(url + loginUrl)
    const callbackUrl = await signInAt(page.url(), ada)
    await page.goto(`${url}/public`)
    await lookAhead(page, callbackUrl)
    await expectNothingDone(arrivals, '/callback')

    await follow(page, callbackUrl)
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])
  })
})

/** The browser did look ahead, and was given nothing. */
async function expectNothingDone(arrivals: readonly Arrival[], path: string) {
  const ahead = ({ target, headers, res }: Arrival) =>
    target.startsWith(path) && headers['sec-purpose'] !== undefined && res.writableFinished
  await expect.poll(() => arrivals.filter(ahead).length).toBe(1)
  const { res } = arrivals.find(ahead)!
  expect([res.statusCode, res.getHeader('set-cookie')]).toEqual([400, undefined])
}

/** As a link does, which takes what was fetched ahead where there is something. */
async function follow(page: Page, url: string) {
  const before = page.url()
  await page.evaluate((target) => location.assign(target), url)
  await page.waitForURL(({ href }) => href !== before)
}
