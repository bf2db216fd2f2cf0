import { describe, expect, it, onTestFinished } from 'vitest'
import type { PageOptions } from '../../src/index.ts'
import { violationsOn } from '../support/axe.ts'
import { hasBrowser, photograph } from '../support/browser.ts'
import { type KitPage, kitPages, signIn, startWithAllPages } from './kit-pages.ts'
import { headingOf, useBrowser } from './pages.ts'

const sizes = [
  { width: 1100, height: 800 },
  { width: 320, height: 640 },
] as const

/** Every kind of page of the kit's, and some of the emulator's. */
const pages: readonly KitPage[] = [
  ...kitPages,
  {
    name: 'emulator-sign-up',
    heading: 'Create an account',
    come: (page, { url }) => page.goto(`${url}/login?prompt=create`),
  },
  {
    name: 'emulator-switcher',
    heading: 'Choose an organization',
    async come(page, application) {
      await signIn(page, application, 'Grace Hopper')
      await page.goto(`${application.url}/login?prompt=select_account`)
    },
  },
  {
    name: 'emulator-home',
    heading: 'Scalekit emulator',
    async come(page, { emulator, url }) {
      emulator.intercept({ triggerPoint: 'PRE_SIGNUP', url: `${url}/interceptors` })
      const organizationId = emulator.organizations[0]!.id
      await emulator.invite({ organizationId, email: 'ivy@mail.example' })
      await emulator.signIn('ada@acme.example')
      await page.goto(emulator.url)
      await page.getByText('Change roles').first().click()
    },
  },
  {
    name: 'emulator-directory',
    heading: 'Directory of Acme',
    async come(page, { emulator }) {
      await page.goto(
        `${emulator.url}/emulator/directories/${emulator.organizations[0]!.directory!.id}`,
      )
      await page.getByText('Roles and groups').first().click()
    },
  },
]

/** Every page of the kit in German, and in a language from right to left. */
const inLanguages = [
  { locale: 'de', options: {} },
  { locale: 'ar', options: { texts: { ar: { dir: 'rtl' } } } },
].flatMap(({ locale, options }) =>
  kitPages.map((page) => ({ ...page, locale, options: options as PageOptions })),
)

describe.runIf(hasBrowser)('a page of ours, looked at by axe-core,', () => {
  const { newContext } = useBrowser()

  it.each(pages)('has no fault in any light or size: $name', async ({ name, heading, come }) => {
    const application = await startWithAllPages()
    onTestFinished(() => application.close())
    const page = await (await newContext()).newPage()
    await come(page, application)
    expect(await headingOf(page)).toBe(heading)
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await violationsOn(page)).toEqual([])
      }
    }
    await photograph(page, `page-${name}`)
  })

  it.each(inLanguages)(
    'has no fault in another language: $locale, $name',
    {
      timeout: 60_000,
    },
    async ({ come, locale, options }) => {
      const application = await startWithAllPages(options)
      onTestFinished(() => application.close())
      const page = await (await newContext({ locale, viewport: sizes[1] })).newPage()
      await come(page, application)
      expect(await page.locator('html').getAttribute('lang')).toBe(locale)
      expect(await violationsOn(page)).toEqual([])
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBe(sizes[1].width)
    },
  )
})
