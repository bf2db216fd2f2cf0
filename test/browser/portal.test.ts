import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Frame, Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../src/testing.ts'
import { acmeId, apiOf } from '../lib/emulator/rest/api.ts'
import { hasBrowser, photograph } from '../support/browser.ts'
import { useBrowser } from './pages.ts'

describe.runIf(hasBrowser)('the admin portal, in a browser', () => {
  const { newContext } = useBrowser()

  it('is embedded by the application and tells it what its administrator does', async () => {
    const { emulator, host, link } = await scene()
    const page = await (await newContext()).newPage()
    const portal = await embed(page, host.url, link)
    await press(portal, 'Disable single sign-on')
    await press(portal, 'Enable single sign-on')
    await press(portal, 'Disable directory sync')
    await photograph(page, 'portal-embedded')
    expect(await received(page)).toMatchObject([
      { origin: emulator.url, data: { event_type: 'PORTAL_LOAD_SUCCESS' } },
      { origin: emulator.url, data: { event_type: 'ORGANIZATION_SSO_DISABLED' } },
      { origin: emulator.url, data: { event_type: 'ORGANIZATION_SSO_ENABLED' } },
      { origin: emulator.url, data: { event_type: 'ORGANIZATION_DIRECTORY_DISABLED' } },
    ])
    expect(emulator.organizations[0]!.directory!.enabled).toBe(false)
  })

  it('is embedded with a link that opens once, too', async () => {
    const { emulator, host, link } = await scene({ singleUse: true, portalLinkTtlSeconds: 60 })
    const page = await (await newContext()).newPage()
    const portal = await embed(page, host.url, link)
    await press(portal, 'Disable single sign-on')
    expect(emulator.organizations[0]!.connection!.enabled).toBe(false)
    await page.goto(link)
    expect(await page.locator('h1').textContent()).toBe('This link does not open anything')
  })

  it('warns of its end, and tells it', async () => {
    const { host, link } = await scene({ portalLinkTtlSeconds: 3_600 })
    const page = await (await newContext()).newPage()
    await page.clock.install()
    await embed(page, host.url, link)
    const lastAfter = async (minutes: number) => {
      await page.clock.fastForward(minutes * 60_000)
      return (await received(page)).at(-1)?.data.event_type
    }
    expect(await lastAfter(54)).toBe('PORTAL_LOAD_SUCCESS')
    expect(await lastAfter(2)).toBe('PORTAL_SESSION_WARNING')
    expect(await lastAfter(5)).toBe('PORTAL_SESSION_EXPIRY')
  })

  it('tells of a link that opens nothing', async () => {
    const { emulator, host } = await scene()
    const page = await (await newContext()).newPage()
    await embed(page, host.url, `${emulator.url}/magicLink/1`)
    expect(await received(page)).toMatchObject([{ data: { event_type: 'PORTAL_LOAD_FAILURE' } }])
  })

  it('is not shown by a page of another site', async () => {
    const { link } = await scene()
    const stranger = await startHost()
    const page = await (await newContext()).newPage()
    await page.goto(`${stranger.url}?${new URLSearchParams({ link })}`)
    expect(await page.frames()[1]!.locator('button').count()).toBe(0)
    expect(await received(page, 0)).toEqual([])
  })

  it('sets up single sign-on and the directory of a company that has neither', async () => {
    const nothing = { id: acmeId, displayName: 'Initech', connection: null, directory: null }
    const { emulator, link } = await scene({ organizations: [nothing] })
    const page = await (await newContext({ javaScriptEnabled: false })).newPage()
    await page.goto(link)
    await photograph(page, 'portal-set-up')
    await page.getByLabel('Domain').fill('initech.example')
    await press(page.mainFrame(), 'Set up single sign-on')
    await press(page.mainFrame(), 'Set up directory sync')
    expect(await page.getByRole('button').allTextContents()).toEqual([
      'Disable single sign-on',
      'Disable directory sync',
    ])

    await page.goto(
      `${emulator.url}/emulator/directories/${emulator.organizations[0]!.directory!.id}`,
    )
    await page.getByLabel('Name').fill('Mary Shaw')
    await page.getByLabel('Email address').fill('mary@initech.example')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('Mary Shaw').waitFor()
    await photograph(page, 'directory-of-three')
  })

  it('works without a script', async () => {
    const { emulator, link } = await scene()
    const page = await (await newContext({ javaScriptEnabled: false })).newPage()
    await page.goto(link)
    await press(page.mainFrame(), 'Disable single sign-on')
    expect(await page.getByRole('status').textContent()).toContain('disabled successfully')
    expect(emulator.organizations[0]!.connection!.enabled).toBe(false)
    await photograph(page, 'portal')
  })
})

/** A page of the application, an emulator that knows its redirect URI, and a link to the portal. */
async function scene(seed: EmulatorSeed = {}) {
  const host = await startHost()
  const emulator = await startEmulator({ redirectUris: [`${host.url}/callback`], ...seed })
  onTestFinished(() => emulator.close())
  return { emulator, host, link: await newLink(emulator) }
}

async function newLink(emulator: Emulator): Promise<string> {
  const api = await apiOf(emulator)
  const { body } = await api(`PUT /organizations/${acmeId}/portal_links`)
  return (body as { link: { location: string } }).link.location
}

/** Embeds the link it is given, and notes what is posted. */
async function startHost() {
  const server = createServer((req, res) => {
    const link = new URL(req.url!, 'http://host.invalid').searchParams.get('link')
    res.setHeader('content-type', 'text/html; charset=utf-8')
    res.end(`<!doctype html><title>Application</title>
      <script>
        const received = []
        onmessage = ({ origin, data }) => received.push({ origin, data })
      </script>
      <iframe src="${link}" title="Admin portal" width="480" height="640"></iframe>`)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function embed(page: Page, hostUrl: string, link: string): Promise<Frame> {
  await page.goto(`${hostUrl}?${new URLSearchParams({ link })}`)
  const frame = page.frames()[1]!
  await frame.locator('h1').waitFor()
  return frame
}

/** Presses a button, answers its question, and waits until the page says what came of it. */
async function press(frame: Frame, name: string): Promise<void> {
  await frame.getByRole('button', { name }).click()
  if (name.startsWith('Disable')) {
    await frame.getByRole('heading', { name: `${name} of ` }).waitFor()
    await frame.getByRole('button', { name }).click()
  }
  await frame.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' })
  await frame.getByRole('status').waitFor()
}

interface Received {
  readonly origin: string
  readonly data: { readonly event_type: string }
}

/** What was posted so far, as soon as there is anything. */
async function received(page: Page, atLeast = 1): Promise<readonly Received[]> {
  await page.waitForFunction(`received.length >= ${atLeast}`)
  return (await page.evaluate('received')) as readonly Received[]
}
