import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import type { PageOptions } from '../../src/index.ts'
import { kitPages, startWithAllPages } from '../browser/kit-pages.ts'
import { launchBrowser } from '../support/browser.ts'
import { arabic } from './arabic.ts'

// `npx tsx test/figures/screenshots.ts [page …]` takes a picture of each page of the kit in each look,
// and prints the folder that they are in. A person has to look at them.

const desktop = { width: 1100, height: 760 }
const phone = { width: 360, height: 700 }

/** How a page is looked at. */
const looks: Readonly<Record<string, BrowserContextOptions & { readonly pages?: PageOptions }>> = {
  'desktop-light': { viewport: desktop, colorScheme: 'light' },
  'desktop-dark': { viewport: desktop, colorScheme: 'dark' },
  'phone-light': { viewport: phone, colorScheme: 'light' },
  'phone-dark': { viewport: phone, colorScheme: 'dark' },
  'phone-german': { viewport: phone, colorScheme: 'light', locale: 'de' },
  'desktop-german': { viewport: desktop, colorScheme: 'light', locale: 'de' },
  'desktop-arabic': {
    viewport: desktop,
    colorScheme: 'light',
    locale: 'ar',
    pages: { texts: { ar: arabic } },
  },
  'phone-arabic': {
    viewport: phone,
    colorScheme: 'dark',
    locale: 'ar',
    pages: { texts: { ar: arabic } },
  },
}

const wanted = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'kit-pages-'))
const browser = await launchBrowser()
for (const { name, come } of kitPages) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const [look, { pages, ...context }] of Object.entries(looks)) {
    const application = await startWithAllPages(pages)
    const visitor = await browser.newContext(context)
    const page = await visitor.newPage()
    await come(page, application)
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true })
    await visitor.close()
    await application.close()
  }
}
await browser.close()
console.log(folder)
