/**
 * Writes a picture of every page of the demo and the emulator, in light and dark, on a desktop and
 * on a phone, into the folder that is named: `npx tsx --tsconfig test/tsconfig.json
 * test/figures/screenshots-emulator.ts <folder> [part of a page's name]`
 */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { demoPages, emulatorPages, type ScenePage } from '../support/emulator-pages/pages.ts'
import { openScene } from '../support/emulator-pages/scene.ts'

const sizes = [
  { name: 'desktop', width: 1100, height: 800 },
  { name: 'phone', width: 390, height: 780 },
]

/** Pages of forty people are cut here, in pixels. */
const maxHeight = 2400

async function takePictures(browser: Browser, folder: string, { name, come }: ScenePage) {
  const scene = await openScene()
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await come(page, scene)
    for (const { name: size, width, height } of sizes) {
      await page.setViewportSize({ width, height })
      const whole = await page.evaluate(() => document.documentElement.scrollHeight)
      const clip = { x: 0, y: 0, width, height: Math.min(whole, maxHeight) }
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const path = join(folder, `${name}-${size}-${colorScheme}.png`)
        await page.screenshot({ path, fullPage: true, clip })
      }
    }
  } finally {
    await context.close()
    await scene.close()
  }
}

const [folder, part = ''] = process.argv.slice(2)
if (!folder) throw new Error('Name a folder for the pictures')
await mkdir(folder, { recursive: true })
const browser = await launchBrowser()
for (const page of [...demoPages, ...emulatorPages].filter(({ name }) => name.includes(part))) {
  await takePictures(browser, folder, page).then(
    () => console.log(page.name),
    (error: unknown) => console.error(`${page.name}: ${String(error).split('\n')[0]}`),
  )
}
await browser.close()
