import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const executables = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A Chromium of this machine, where it has one. */
export const chromiumPath: string | undefined = executables.find((path) => existsSync(path))

/** A build server has to run the browser tests; a laptop without Chromium may leave them out. */
export const hasBrowser: boolean = chromiumPath !== undefined || process.env.CI === 'true'

// Root has no sandbox; the rest keeps Chromium from calling home.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: installed(),
    args,
    // People's browsers keep the page they leave, and show it again when they go back.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

/** A browser whose user has set it to refuse all cookies. */
export async function launchWithoutCookies(): Promise<{
  readonly context: BrowserContext
  close(): Promise<void>
}> {
  const profile = await mkdtemp(join(tmpdir(), 'no-cookies-'))
  await mkdir(join(profile, 'Default'))
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: installed(),
    args,
  })
  return {
    context,
    async close() {
      await context.close()
      // Chromium's children may still be writing.
      await rm(profile, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

function installed(): string {
  if (chromiumPath) return chromiumPath
  throw new Error('Install Chromium (Debian: chromium) to run browser tests')
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
