import { expect, test } from '@playwright/test'

test('Ada sees her name', async ({ page }) => {
  await page.goto('/account')
  await expect(page.getByText('Ada Lovelace')).toBeVisible()
})

test.describe('a visitor', () => {
  test.use({ storageState: { cookies: [], origins: [] } })

  test('is asked for an email address', async ({ page }) => {
    await page.goto('/account')
    await expect(page.getByRole('textbox')).toBeVisible()
  })
})
