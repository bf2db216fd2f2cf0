import { describe, expect, it, onTestFinished } from 'vitest'
import { startEmulator } from '../../src/testing.ts'
import { hasBrowser, photograph } from '../support/browser.ts'
import { useBrowser } from './pages.ts'

describe.runIf(hasBrowser)('the page of a directory', () => {
  const browser = useBrowser()

  it.each([320, 390, 1100])('keeps addresses on one line, %i pixels wide', async (width) => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.close())
    const page = await (await browser.newContext()).newPage()
    await page.setViewportSize({ width, height: 800 })
    await page.goto(emulator.url)
    await page.getByRole('link', { name: 'Edit the directory' }).first().click()
    const heights = await page
      .getByText(/^\w+@acme\.example$/)
      .evaluateAll((addresses) =>
        addresses.map((address) => address.getBoundingClientRect().height),
      )
    expect(heights.length).toBeGreaterThan(3)
    for (const height of heights) expect(height).toBeLessThan(25)
    await photograph(page, `directory-page-${width}`)
  })
})
