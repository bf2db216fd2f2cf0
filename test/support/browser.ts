import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const executables = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A Chromium of this machine, where it has one. */
export const chromiumPath: string | undefined = executables.find((path) => existsSync(path))

/** A build server has to run the browser tests; a laptop without Chromium may leave them out. */
export const hasBrowser: boolean = chromiumPath !== undefined || process.env.CI === 'true'

export function launchBrowser(): Promise<Browser> {
  if (!chromiumPath) throw new Error('Install Chromium (Debian: chromium) to run browser tests')
  return chromium.launch({
    executablePath: chromiumPath,
    // Root has no sandbox; the rest keeps Chromium from calling home.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Ways of looking at a page. */
const looks = [
  { name: 'desktop-light', width: 1100, height: 800, colorScheme: 'light' },
  { name: 'desktop-dark', width: 1100, height: 800, colorScheme: 'dark' },
  { name: 'phone-light', width: 390, height: 780, colorScheme: 'light' },
  { name: 'phone-dark', width: 390, height: 780, colorScheme: 'dark' },
] as const

/** Takes pictures for a person to look at, into the folder that `SCREENSHOTS` names, if it does. */
export async function photograph(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (!folder) return
  for (const look of looks) {
    await page.emulateMedia({ colorScheme: look.colorScheme })
    await page.setViewportSize(look)
    await page.screenshot({ path: `${folder}/${name}-${look.name}.png` })
  }
}

/** All cookies of a browser, as one request header. */
export async function cookieHeader(context: BrowserContext, url: string): Promise<string> {
  const cookies = await context.cookies(url)
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}
