import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { getAuth, type Middleware, type ScalekitAuth } from '../../src/index.ts'
import type { Application, ApplicationParts } from '../support/application.ts'
import { launchBrowser } from '../support/browser.ts'
import type { HostApp } from '../support/hosts.ts'
import { start } from '../support/start.ts'

/** What came from the browser: path with query, and the headers that tests are about. */
export interface Arrival {
  readonly target: string
  readonly headers: IncomingMessage['headers']
  /** How it was answered. */
  readonly res: ServerResponse
}

/** An application with pages to look at, which notes every request. */
export interface PagesApplication extends Application {
  readonly arrivals: readonly Arrival[]
}

/** What a test may want to be otherwise. */
interface PagesParts extends Omit<ApplicationParts, 'mount'> {
  /** A script that the application serves as `/worker.js`. */
  readonly worker?: string
}

export async function startPages({ worker, ...parts }: PagesParts = {}): Promise<PagesApplication> {
  const arrivals: Arrival[] = []
  const application = await start({
    ...parts,
    mount(app, auth) {
      app.use((req, res, next) => {
        arrivals.push({ target: req.url ?? '', headers: req.headers, res })
        next()
      })
      if (worker !== undefined) app.use('/worker.js', scriptOf(worker))
      mountPages(app, auth)
    },
  })
  return { ...application, arrivals }
}

/** `/app` is guarded, every other page is for everybody. */
function mountPages(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use(showPage)
}

function scriptOf(text: string): Middleware {
  return (_req, res) => {
    res.setHeader('Content-Type', 'text/javascript')
    res.end(text)
  }
}

function showPage(req: IncomingMessage, res: ServerResponse): void {
  const { user } = getAuth(req)
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.end(`<!doctype html><title>Application</title>
    <h1>${user?.email ?? 'Nobody'}</h1>
    <a href="/app">Open</a>
    <form method="post" action="/logout"><button>Sign out</button></form>`)
}

/** One Chromium for the tests of a file; each test has a profile of its own. */
export function useBrowser(): {
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>
} {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  return {
    async newContext(options) {
      const context = await browser.newContext(options)
      onTestFinished(() => context.close())
      return context
    },
  }
}

/** Presses a button or follows a link, and waits until the next page is there. */
export async function press(page: Page, role: 'button' | 'link', name: string): Promise<void> {
  const before = page.url()
  await page.getByRole(role, { name }).click()
  await page.waitForURL(({ href }) => href !== before)
}

/** Where a page of the application is: path and query. */
export function pathOf(page: Page): string {
  const { pathname, search } = new URL(page.url())
  return pathname + search
}

export function headingOf(page: Page): Promise<string | null> {
  return page.locator('h1').textContent()
}
