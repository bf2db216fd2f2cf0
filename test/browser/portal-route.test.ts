import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasBrowser, photograph } from '../support/browser.ts'
import { pathOf, press, startPages, useBrowser } from './pages.ts'

const events = [
  'PORTAL_LOAD_SUCCESS',
  'PORTAL_LOAD_FAILURE',
  'PORTAL_SESSION_WARNING',
  'PORTAL_SESSION_EXPIRY',
  'ORGANIZATION_SSO_ENABLED',
  'ORGANIZATION_SSO_DISABLED',
  'ORGANIZATION_DIRECTORY_ENABLED',
  'ORGANIZATION_DIRECTORY_DISABLED',
  'toString',
]

/** In place of Scalekit's portal: a page with a button for each message, and what asked for it. */
async function startPortal(headers: Readonly<Record<string, string>> = {}) {
  const arrivals: { path: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer((req, res) => {
    arrivals.push({ path: req.url ?? '', headers: req.headers })
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    res.setHeader('Content-Type', 'text/html')
    res.end(`<!doctype html><title>Portal</title><h1>Portal</h1>
${events.map((type) => `<button onclick="say('${type}')">${type}</button>`).join('')}
<script>
const say = (event_type) => (opened ?? parent).postMessage({ event_type, message: '<b>no</b>' }, '*')
let opened
</script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { arrivals, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** An application whose admins open that portal, each time by another link. */
async function startWith(portal: { readonly origin: string }, embed: boolean) {
  let links = 0
  return startPages({
    options: {
      portal: { role: 'admin', embed, returnTo: '/public', origin: portal.origin },
      http: {
        async fetch(url, init) {
          if (!url.endsWith('/portal_links')) return fetch(url, init)
          links += 1
          const location = `${portal.origin}/magicLink/${links}_p`
          const link = { id: 'lnk_1', location, expire_time: '2026-01-02T03:04:05Z' }
          return Response.json({ link })
        },
      },
    },
  })
}

describe.runIf(hasBrowser)('the page of the admin portal, in a browser', () => {
  const { newContext } = useBrowser()

  async function asAdmin(url: string, options: { readonly javaScriptEnabled?: boolean } = {}) {
    const context = await newContext(options)
    const page = await context.newPage()
    await page.goto(`${url}/login?domain=acme.example&return_to=/public`)
    await press(page, 'button', 'Ada Lovelace')
    return page
  }

  /** Every sentence of the page from now on. */
  async function toldFromNowOn(page: Page) {
    const sentences = await page.evaluateHandle(() => {
      const heard: (string | null)[] = []
      const told = document.getElementById('told')!
      new MutationObserver(() => heard.push(told.textContent)).observe(told, { childList: true })
      return heard
    })
    return () => sentences.jsonValue()
  }

  /** What was posted before this is there, as messages come in their order. */
  async function messagesArrived(page: Page) {
    const arrived = page.evaluate(
      () => new Promise((resolve) => addEventListener('message', resolve, { once: true })),
    )
    await page.evaluate(() => postMessage('a message of the page to itself'))
    await arrived
  }

  const inside = (page: Page) => page.frameLocator('iframe')
  const links = ({ arrivals }: Awaited<ReturnType<typeof startPortal>>) =>
    arrivals.map(({ path }) => path).filter((path) => path.startsWith('/magicLink'))

  it.each([true, false])(
    'learns nothing of where somebody comes from (embedded: %s)',
    async (embed) => {
      const portal = await startPortal()
      const { url } = await startWith(portal, embed)
      const page = await asAdmin(url)
      await page.evaluate(() => {
        const link = Object.assign(document.createElement('a'), { href: '/portal' })
        link.textContent = 'Portal'
        document.body.append(link)
      })
      await page.getByRole('link', { name: 'Portal' }).click()
      await (embed ? inside(page) : page).getByRole('heading', { name: 'Portal' }).waitFor()
      const [arrival] = portal.arrivals
      expect(arrival!.path).toBe('/magicLink/1_p')
      expect(arrival!.headers.referer).toBeUndefined()
      expect(arrival!.headers.origin).toBeUndefined()
    },
  )

  it('opens inside a page that repeats what the portal says', async () => {
    const portal = await startPortal()
    const { url } = await startWith(portal, true)
    const page = await asAdmin(url)
    await page.goto(`${url}/portal`)
    await inside(page).getByRole('heading', { name: 'Portal' }).waitFor()
    expect(pathOf(page)).toBe('/portal')
    await photograph(page, 'portal-embedded')
    const say = (type: string) => inside(page).getByRole('button', { name: type }).click()
    await say('ORGANIZATION_SSO_DISABLED')
    await page.getByText('Single sign-on is now switched off.').waitFor()
    await say('ORGANIZATION_DIRECTORY_ENABLED')
    await page.getByText('Directory sync is now switched on.').waitFor()
    await photograph(page, 'portal-told')
    const heard = await toldFromNowOn(page)
    await say('PORTAL_SESSION_WARNING')
    // Of no event, though every object has something by this name.
    await say('toString')
    await say('PORTAL_LOAD_SUCCESS')
    await page.waitForFunction(() => document.getElementById('told')?.textContent === '')
    expect(await heard()).toEqual([expect.stringContaining('about to expire'), ''])
    await page.getByRole('link', { name: 'Back' }).click()
    await page.waitForURL(`${url}/public`)
  })

  it.each(['PORTAL_SESSION_EXPIRY', 'PORTAL_LOAD_FAILURE'])(
    'offers another link after %s, and takes the portal away',
    async (type) => {
      const portal = await startPortal()
      const { url } = await startWith(portal, true)
      const page = await asAdmin(url)
      await page.goto(`${url}/portal`)
      await inside(page).getByRole('button', { name: type }).click()
      await page.getByRole('link', { name: 'Open again' }).waitFor()
      expect(await page.locator('iframe').count()).toBe(0)
      await photograph(page, `portal-${type.toLowerCase()}`)
      await page.getByRole('link', { name: 'Open again' }).click()
      await inside(page).getByRole('heading', { name: 'Portal' }).waitFor()
      expect(links(portal)).toEqual(['/magicLink/1_p', '/magicLink/2_p'])
    },
  )

  it('is a link where scripts do not run', async () => {
    const portal = await startPortal()
    const { url } = await startWith(portal, true)
    const page = await asAdmin(url, { javaScriptEnabled: false })
    await page.goto(`${url}/portal`)
    await photograph(page, 'portal-without-script')
    expect(links(portal)).toEqual([])
    await page.getByRole('link', { name: 'Open the admin portal' }).click()
    await page.waitForURL(`${portal.origin}/magicLink/1_p`)
    expect(portal.arrivals[0]!.headers.referer).toBeUndefined()
  })

  it.each(['another origin', 'the portal’s origin, in another window'])(
    'hears nothing from %s',
    async (where) => {
      const portal = await startPortal()
      const { url } = await startWith(portal, true)
      const page = await asAdmin(url)
      const stranger = where === 'another origin' ? (await startPortal()).origin : portal.origin
      await page.goto(`${stranger}/elsewhere`)
      const opening = page.waitForEvent('popup')
      // As text, for its `opened` is what the buttons of the page speak to.
      await page.evaluate(`opened = window.open('${url}/portal')`)
      const popup = await opening
      await inside(popup).getByRole('heading', { name: 'Portal' }).waitFor()
      for (const type of ['PORTAL_SESSION_EXPIRY', 'ORGANIZATION_SSO_DISABLED']) {
        await page.getByRole('button', { name: type }).click()
      }
      // What comes from the portal itself, after those, is heard.
      await inside(popup).getByRole('button', { name: 'ORGANIZATION_SSO_ENABLED' }).click()
      await popup.getByText('Single sign-on is now switched on.').waitFor()
      expect(await popup.locator('iframe').count()).toBe(1)
    },
  )

  it('hears nothing from what the portal itself holds apart', async () => {
    // Such a page has no origin, though it is in the portal's frame.
    const portal = await startPortal({ 'Content-Security-Policy': 'sandbox allow-scripts' })
    const { url } = await startWith(portal, true)
    const page = await asAdmin(url)
    await page.goto(`${url}/portal`)
    await inside(page).getByRole('heading', { name: 'Portal' }).waitFor()
    const heard = await toldFromNowOn(page)
    await inside(page).getByRole('button', { name: 'PORTAL_SESSION_EXPIRY' }).click()
    await messagesArrived(page)
    expect(await heard()).toEqual([])
    expect(await page.locator('iframe').count()).toBe(1)
  })

  it('cannot be framed, nor its link be read, by another site', async () => {
    const portal = await startPortal()
    const { url } = await startWith(portal, true)
    const page = await asAdmin(url)
    await page.goto(`${portal.origin}/elsewhere`)
    await page.evaluate(async (src) => {
      const frame = Object.assign(document.createElement('iframe'), { src, id: 'victim' })
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
      await fetch(src, { credentials: 'include', mode: 'no-cors' })
    }, `${url}/portal`)
    expect(await page.frameLocator('#victim').locator('iframe').count()).toBe(0)
    expect(links(portal)).toEqual([])
  })
})
