import { expect } from '@playwright/test'
import { test } from './fixtures.js'

test.describe('an administrator', () => {
  test.use({ user: 'ada@acme.example' })

  test('sees her name', async ({ page }) => {
    await page.goto('/account')
    await expect(page.getByText('Ada Lovelace')).toBeVisible()
  })
})

test.describe('a visitor', () => {
  test('is asked for an email address, and signs in on the page of the emulator', async ({
    page,
  }) => {
    await page.goto('/account')
    await page.getByRole('textbox').fill('ada@acme.example')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await expect(page.getByText('Ada Lovelace')).toBeVisible()
  })
})
