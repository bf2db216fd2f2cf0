import { test as setup } from '@playwright/test'

setup('Ada signs in', async ({ page }) => {
  await page.goto('/account')
  await page.getByRole('textbox').fill('ada@acme.example')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Ada Lovelace' }).click()
  await page.waitForURL('/account')
  await page.context().storageState({ path: '.auth/ada.json' })
})
