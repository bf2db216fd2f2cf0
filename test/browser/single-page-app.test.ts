import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createViteServer } from 'vitest/node'
import { createApp } from '../../examples/single-page-app/server.ts'
import { startEmulator } from '../../src/testing.ts'
import { freePort } from '../package/free-port.ts'
import { root } from '../package/manifest.ts'
import { runTool } from '../package/pack.ts'
import { hasBrowser, launchBrowser } from '../support/browser.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { viteConfig } from '../support/vite-config.ts'

const example = root('examples/single-page-app')
const deepLink = '/projects/p1?tab=notes#top'

describe.runIf(hasBrowser)('the single-page application', () => {
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    browser = await launchBrowser()
    folder = await mkdtemp(join(tmpdir(), 'single-page-app-'))
  })
  afterAll(async () => {
    await browser.close()
    await rm(folder, { recursive: true })
  })

  it.each([
    ['behind the development server of Vite', behindVite],
    ['built by Vite and served by Express', builtByVite],
  ])('signs in, comes back to a deep link, and signs out, %s', async (_case, serve) => {
    const url = await serve(folder)
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const visited = navigationsOf(page)

    await page.goto(url)
    await page.getByText('Sign in to see your projects.').waitFor()

    await page.goto(url + deepLink)
    await page.locator('input[name="login_hint"]').fill('grace@acme.example')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Grace Hopper' }).click()
    await page.getByRole('heading', { name: 'Rocket skates' }).waitFor()
    expect(page.url()).toBe(url + deepLink)
    // The host that Express sees is its own, or it would redirect once more.
    expect(visited.filter((address) => address.includes('redirected='))).toEqual([])

    await page.reload()
    await page.getByRole('heading', { name: 'Rocket skates' }).waitFor()
    expect(await storedInBrowser(page)).toEqual({ cookie: '', local: 0, session: 0 })

    await page.getByRole('link', { name: 'Projects' }).click()
    await page.getByRole('button', { name: 'New project' }).click()
    await page.getByText('none of the required roles').waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('Sign in to see your projects.').waitFor()
    await page.goto(url + deepLink)
    await page.locator('input[name="login_hint"]').waitFor()
  })

  it('notices on its return that another tab has signed out', async () => {
    const url = await builtByVite(folder)
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const [page, other] = [await context.newPage(), await context.newPage()]
    await page.goto(`${url}/login?domain=acme.example&return_to=/`)
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()

    await other.goto(url)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await other.getByText('Sign in to see your projects.').waitFor()
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await page.getByText('Sign in to see your projects.').waitFor()
  })
})

/** Vite's origin is the one that browsers visit, and `baseUrl`. */
async function behindVite(folder: string): Promise<string> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const target = await serveExpress(url, folder)
  const { server } = await viteConfig()
  const proxy = Object.fromEntries(
    Object.entries(server.proxy).map(([key, rule]) => [key, { ...rule, target }]),
  )
  const vite = await createViteServer({
    root: example,
    cacheDir: join(folder, 'vite'),
    logLevel: 'silent',
    server: { port, proxy },
  })
  onTestFinished(() => vite.close())
  await vite.listen()
  return url
}

async function builtByVite(folder: string): Promise<string> {
  const built = join(folder, 'dist')
  const { code, stderr } = await runTool(example, 'vite', 'build', '--outDir', built)
  expect(code, stderr).toBe(0)
  const port = await freePort()
  const url = `http://localhost:${port}`
  await serveExpress(url, built, port)
  return url
}

/** @returns where Express itself listens */
async function serveExpress(baseUrl: string, built: string, port = 0): Promise<string> {
  const emulator = await startEmulator({ redirectUris: [`${baseUrl}/callback`] })
  const { logger } = recordingLogger()
  const app = createApp({ ...emulator.options, baseUrl, logger }, built)
  const server = createServer(app)
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await emulator.close()
  })
  await new Promise<void>((resolve) => server.listen(port, resolve))
  const address = server.address()
  return `http://localhost:${typeof address === 'object' ? address?.port : port}`
}

function navigationsOf(page: Page): string[] {
  const urls: string[] = []
  page.on('framenavigated', (frame) => urls.push(frame.url()))
  return urls
}

/** What a script in the page could read. */
function storedInBrowser(page: Page) {
  return page.evaluate(() => ({
    cookie: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
  }))
}
