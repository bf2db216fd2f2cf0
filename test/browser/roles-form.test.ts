import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startEmulator } from '../../src/testing.ts'
import { hasBrowser, photograph } from '../support/browser.ts'
import { useBrowser } from './pages.ts'

describe.runIf(hasBrowser)('the home page of the emulator', () => {
  const browser = useBrowser()

  async function open(): Promise<{
    readonly page: Page
    readonly emulator: Awaited<ReturnType<typeof startEmulator>>
  }> {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.close())
    const page = await (await browser.newContext()).newPage()
    await page.goto(emulator.url)
    return { page, emulator }
  }

  it('makes an administrator a member by one form', async () => {
    const { page, emulator } = await open()
    const ada = page.getByRole('listitem').filter({ hasText: 'ada@acme.example' })
    await ada.getByText('Change roles').click()
    await photograph(page, 'home-roles')
    await ada.getByLabel('Roles', { exact: true }).fill('member')
    await ada.getByLabel('Permissions').fill('')
    await ada.getByRole('button', { name: 'Save' }).click()
    await ada.getByText('member', { exact: true }).waitFor()
    const { roles, permissions } = emulator.person('ada@acme.example').current
    expect({ roles, permissions }).toEqual({ roles: ['member'], permissions: [] })
  })

  it('ends a session by one button, which a press of "End" shows', async () => {
    const { page, emulator } = await open()
    await emulator.signIn('ada@acme.example')
    await page.reload()
    await photograph(page, 'home-sessions')
    const end = page.getByRole('button', { name: 'End the session' })
    expect(await end.isVisible()).toBe(false)
    await page.locator('summary', { hasText: 'End' }).click()
    await end.click()
    await page.getByRole('heading', { name: 'Sessions' }).waitFor({ state: 'detached' })
    expect(emulator.sessions).toMatchObject([{ isOver: true }])
  })
})
