import { defineConfig } from '@playwright/test'

export default defineConfig({
  use: { baseURL: 'http://localhost:3000' },
  webServer: { command: 'node serve.js', url: 'http://localhost:3000/account' },
  projects: [
    { name: 'sign-in', testMatch: 'sign-in.setup.js' },
    {
      name: 'signed in as Ada',
      testMatch: '*.spec.js',
      dependencies: ['sign-in'],
      use: { storageState: '.auth/ada.json' },
    },
  ],
})
