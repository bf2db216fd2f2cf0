import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasBrowser } from '../support/browser.ts'
import { headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const ada = 'ada@acme.example'

/** Hands everything on, as one that keeps pages for when there is no network. */
const worker = `
addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)))
`

describe.runIf(hasBrowser)('an application with a service worker, in a browser,', () => {
  const { newContext } = useBrowser()

  async function open() {
    const application = await startPages({ worker })
    const page = await (await newContext()).newPage()
    await page.goto(`${application.url}/public`)
    await install(page)
    return { ...application, page }
  }

  it('signs in from a guarded page, and out by a form', async () => {
    const { url, arrivals, page } = await open()
    await page.goto(`${url}/app?tab=1`)
    await page.getByRole('textbox').fill(ada)
    await press(page, 'button', 'Continue')
    await press(page, 'button', 'Ada Lovelace')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/app?tab=1', ada])

    await press(page, 'button', 'Sign out')
    expect([pathOf(page), await headingOf(page)]).toEqual(['/', 'Nobody'])
    const pages = arrivals.filter(({ headers }) => headers['sec-fetch-mode'] === 'navigate')
    expect(pages.slice(1).map(({ headers }) => headers['sec-fetch-dest'])).not.toContain('document')
  })

  it('asks before a frame on one of its pages signs anybody out', async () => {
    const { url, arrivals, page } = await open()
    await page.goto(`${url}/login?organization_id=acme&return_to=/app`)
    await press(page, 'button', 'Ada Lovelace')
    await page.evaluate(() => {
      document.body.append(Object.assign(document.createElement('iframe'), { src: '/logout' }))
    })
    const asked = () => arrivals.find(({ target }) => target === '/logout')
    await expect.poll(() => asked()?.res.writableFinished).toBe(true)
    const { headers, res } = asked()!
    expect([headers['sec-fetch-dest'], headers['sec-fetch-site']]).toEqual(['empty', 'same-origin'])
    expect([res.statusCode, res.getHeader('set-cookie')]).toEqual([200, undefined])
    await page.goto(`${url}/app`)
    expect(await headingOf(page)).toBe(ada)
  })
})

/** From here on, the page's requests go by way of the worker. */
async function install(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/worker.js')
    await navigator.serviceWorker.ready
  })
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}
