import { test as base } from '@playwright/test'
import { signIn } from 'express-scalekit/testing'
import { createApp } from '../app.js'
import { start } from '../start.js'

/** Tests whose browser is signed in as `user`, at an application that each worker has of its own. */
export const test = base.extend({
  user: [undefined, { option: true }],
  application: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it what a fixture needs.
    async ({}, use) => {
      const application = await start(createApp)
      await use(application)
      await application.close()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ application }, use) => use(application.baseUrl),
  storageState: async ({ application, user }, use) => {
    const session = user && (await signIn(application.auth, user))
    await use(session?.storageState)
  },
})
