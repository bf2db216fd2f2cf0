import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EmulatorSeed } from '../../src/testing.ts'
import { violationsOn } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { longName, longOrganization } from '../support/emulator-pages/long-names.ts'
import { demoPages, emulatorPages } from '../support/emulator-pages/pages.ts'
import { openScene, type Scene } from '../support/emulator-pages/scene.ts'
import { useBrowser } from './pages.ts'

const looks = [
  { width: 1100, height: 800, colorScheme: 'light' },
  { width: 1100, height: 800, colorScheme: 'dark' },
  { width: 320, height: 640, colorScheme: 'dark' },
  { width: 320, height: 640, colorScheme: 'light' },
] as const

const acmeDirectory = '/emulator/directories/dir_69615647365005432'

// Each page is looked at four times.
const patient = { timeout: 120_000 }

describe.runIf(hasBrowser)('a page of the demo and the emulator', patient, () => {
  const { newContext } = useBrowser()

  it.each([...demoPages, ...emulatorPages])(
    'has one heading, a title, no fault that axe finds, and nothing too wide: $name',
    async ({ name, heading, come }) => {
      const { page, scene } = await open()
      await come(page, scene)
      expect(await page.locator('h1').allTextContents()).toEqual([heading])
      const product = name.startsWith('demo') ? 'Quick start' : 'Scalekit emulator'
      expect(await page.title()).toMatch(new RegExp(`(^| · )${product}$`))
      for (const { colorScheme, ...size } of looks) {
        await page.setViewportSize(size)
        await page.emulateMedia({ colorScheme })
        expect(await violationsOn(page)).toEqual([])
        expect(await tooWide(page)).toEqual([])
      }
    },
  )

  it('is left by a link or a button that a keyboard reaches, with its focus to be seen', async () => {
    const { page, scene } = await open()
    for (const path of ['', acmeDirectory, '/magicLink/none', '/emulator/nowhere']) {
      await page.goto(scene.emulator.url + path)
      await page.keyboard.press('Tab')
      const outline = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
        return `${document.activeElement!.tagName} ${outlineStyle} ${outlineWidth}`
      })
      expect(outline).toMatch(/^(A|BUTTON|INPUT) solid 3px$/)
    }
  })

  it('leads from the emulator’s home page to the application', async () => {
    const { page, scene } = await open()
    await page.goto(scene.emulator.url)
    await page.getByRole('link', { name: scene.url }).click()
    await page.waitForURL(`${scene.url}/`)
    await page.getByRole('link', { name: 'Acme' }).waitFor()
  })

  it('says in words that the demo cannot be shown, and leads on', async () => {
    const { page, scene } = await open()
    await page.route('**/api/customers', (route) => route.abort())
    await page.goto(scene.url)
    await page.getByRole('heading', { name: 'This page cannot be shown right now' }).waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.unroute('**/api/customers')
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'Acme' }).waitFor()
  })

  it('leads on without a script, in the demo too', async () => {
    const { page, scene } = await open({}, { javaScriptEnabled: false })
    await page.goto(scene.url)
    await page.getByRole('link', { name: 'Signing in' }).click()
    await page.getByRole('textbox').waitFor()
  })

  async function open(seed: EmulatorSeed = {}, options: { javaScriptEnabled?: boolean } = {}) {
    const scene = await openScene(seed)
    onTestFinished(() => scene.close())
    const page = await (await newContext(options)).newPage()
    return { page, scene }
  }
})

describe.runIf(hasBrowser)('a change that takes access away', patient, () => {
  const { newContext } = useBrowser()

  it.each(['Deactivate', 'Remove'])(
    'asks first in a directory, without a script, and by a button that is not the primary one: %s',
    async (button) => {
      const { page, emulator } = await open()
      const users = () => emulator.organizations[0]!.directory!.users
      const before = users()[0]
      await askAbout(page, emulator, 'Ada Lovelace', button)
      expect(await page.locator('.primary').allTextContents()).toEqual(['Change nothing'])
      await page.getByRole('button', { name: 'Change nothing' }).click()
      await page.getByRole('heading', { name: 'Directory of Acme' }).waitFor()
      expect(users()[0]).toBe(before)

      await askAbout(page, emulator, 'Ada Lovelace', button)
      await page.getByRole('button', { name: button }).click()
      await page.getByRole('heading', { name: 'Directory of Acme' }).waitFor()
      expect(users().some(({ email, active }) => email === 'ada@acme.example' && active)).toBe(
        false,
      )
    },
  )

  it.each([
    ['single sign-on', 'connection'],
    ['directory sync', 'directory'],
  ] as const)('asks first in the admin portal: disabling %s', async (name, part) => {
    const { page, emulator } = await open()
    const isEnabled = () => emulator.organizations[0]![part]!.enabled
    await page.goto(`${emulator.url}/emulator/portal/${emulator.organizations[0]!.id}`)
    await page.getByRole('button', { name: `Disable ${name}` }).click()
    await page.getByRole('heading', { name: `Disable ${name} of Acme?` }).waitFor()
    expect(await page.locator('.primary').allTextContents()).toEqual(['Change nothing'])
    await page.getByRole('button', { name: 'Change nothing' }).click()
    await page.getByRole('heading', { name: 'Admin portal of Acme' }).waitFor()
    expect(isEnabled()).toBe(true)

    await page.getByRole('button', { name: `Disable ${name}` }).click()
    await page.getByRole('heading', { name: `Disable ${name} of Acme?` }).waitFor()
    await page.getByRole('button', { name: `Disable ${name}` }).click()
    await page.getByRole('status').waitFor()
    expect(isEnabled()).toBe(false)
  })

  it('comes back to the row of a person among forty', async () => {
    const { page, emulator } = await open()
    await page.setViewportSize({ width: 390, height: 780 })
    await page.goto(`${emulator.url}/emulator/directories/${longOrganization.directory!.id}`)
    const row = page.locator('form[aria-label="Person 40"]')
    await row.getByRole('button', { name: 'Deactivate' }).click()
    await page.getByRole('button', { name: 'Deactivate' }).click()
    await row.getByRole('button', { name: 'Reactivate' }).waitFor()
    expect(await row.evaluate((form) => form.getBoundingClientRect().top < innerHeight)).toBe(true)
    expect(await page.getByRole('listitem').count()).toBe(40)
    expect(await page.getByText(longName, { exact: true }).isVisible()).toBe(true)
  })

  async function open() {
    const scene = await openScene()
    onTestFinished(() => scene.close())
    const page = await (await newContext({ javaScriptEnabled: false })).newPage()
    return { page, emulator: scene.emulator }
  }
})

async function askAbout(page: Page, { url }: Scene['emulator'], name: string, button: string) {
  await page.goto(url + acmeDirectory)
  await page.locator(`form[aria-label="${name}"]`).getByRole('button', { name: button }).click()
  await page.getByRole('heading', { name: `${button} ${name}?` }).waitFor()
}

/**
 * The visible elements that stick out of the page or are cut off. Fields may scroll their value. A
 * closed `details` keeps its content at the width of the last layout, so its content is left out.
 */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const isTooWide = (element: Element) => {
      const { right, left } = element.getBoundingClientRect()
      const isCut = element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1
      return isCut || right > width + 1 || left < -1
    }
    return [...document.querySelectorAll('html, body *')]
      .filter((element) => element.tagName !== 'INPUT' && element.checkVisibility())
      .filter(isTooWide)
      .map((element) => `${element.tagName} ${element.textContent?.trim().slice(0, 60)}`)
  })
}
