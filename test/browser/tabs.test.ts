import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasBrowser } from '../support/browser.ts'
import { type Arrival, headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const ada = 'ada@acme.example'
/** Some servers and proxies refuse 8 kB of headers, and cookies are not the only one. */
const maxCookieBytes = 6000

describe.runIf(hasBrowser)('twelve tabs that begin a sign-in', () => {
  const { newContext } = useBrowser()

  async function openTabs() {
    const { url, arrivals } = await startPages()
    const context = await newContext()
    const tabs = await Promise.all(Array.from({ length: 12 }, () => context.newPage()))
    const begin = (tab: Page, index: number) =>
      tab.goto(`${url}/login?domain=acme.example&return_to=/app?tab=${index}`)
    return { arrivals, tabs, begin }
  }

  it('one after another end signed in, the newest where they wanted to go', async () => {
    const { arrivals, tabs, begin } = await openTabs()
    for (const [index, tab] of tabs.entries()) await begin(tab, index)

    const [first, sixth] = [tabs[0]!, tabs[5]!]
    await press(first, 'button', 'Ada Lovelace')
    await signInAgain(first)
    await press(sixth, 'button', 'Ada Lovelace')
    // The cookies of nine fit; the oldest were dropped, and their tabs have to begin again.
    expect([pathOf(first), pathOf(sixth)]).toEqual(['/', '/app?tab=5'])
    for (const index of [11, 10, 9, 8]) {
      await press(tabs[index]!, 'button', 'Ada Lovelace')
      expect(pathOf(tabs[index]!)).toBe(`/app?tab=${index}`)
    }
    const headings = await Promise.all([first, sixth, ...tabs.slice(8)].map(headingOf))
    expect(headings).toEqual(Array(6).fill(ada))
    expect(largestCookieHeader(arrivals)).toBeLessThan(maxCookieBytes)
  })

  it('at once end signed in', async () => {
    const { arrivals, tabs, begin } = await openTabs()
    await Promise.all(tabs.map(begin))
    for (const index of [0, 5, 11]) {
      const tab = tabs[index]!
      await press(tab, 'button', 'Ada Lovelace')
      if (pathOf(tab).split('?')[0] === '/login') await signInAgain(tab)
      expect([pathOf(tab).split('?')[0], await headingOf(tab)]).toEqual([
        expect.stringMatching(/^\/(app)?$/),
        ada,
      ])
    }
    expect(largestCookieHeader(arrivals)).toBeLessThan(maxCookieBytes)
  })
})

/** Once more by the email page, where a sign-in was begun again by itself. */
async function signInAgain(tab: Page) {
  await tab.getByRole('textbox').fill(ada)
  await press(tab, 'button', 'Continue')
  await press(tab, 'button', 'Ada Lovelace')
}

function largestCookieHeader(arrivals: readonly Arrival[]): number {
  return Math.max(...arrivals.map(({ headers }) => headers.cookie?.length ?? 0))
}
