import { expect, it, onTestFinished } from 'vitest'
import { startEmulator } from '../../src/testing.ts'
import { freePort } from '../package/free-port.ts'
import { root } from '../package/manifest.ts'
import { cleanEnvironment } from '../package/pack.ts'
import { openTerminal } from '../package/terminal.ts'
import { eventually } from '../support/eventually.ts'

it.each([
  ['admin-portal/app.ts', '/settings'],
  ['api/app.ts', '/api/profile'],
  ['interceptors/app.ts', '/'],
  ['organizations/app.ts', '/o/acme'],
  ['organizations/subdomains.ts', '/'],
  ['roles/full-stack.ts', '/settings'],
  ['roles/modular-sso.ts', '/settings'],
  ['webhooks/app.ts', '/members'],
  ['single-page-app/server.ts', '/api/projects'],
])(
  '%s runs alone, beside an emulator',
  async (file, path) => {
    const port = await freePort()
    const url = `http://localhost:${port}`
    const emulator = await startEmulator({ redirectUris: [`${url}/callback`] })
    onTestFinished(() => emulator.close())
    const { environmentUrl, clientId, clientSecret } = emulator.options
    const terminal = openTerminal(
      root('.'),
      `npx tsx --tsconfig test/tsconfig.json examples/${file}`,
      {
        ...cleanEnvironment(),
        PORT: String(port),
        SCALEKIT_ENVIRONMENT_URL: environmentUrl,
        SCALEKIT_CLIENT_ID: clientId,
        SCALEKIT_CLIENT_SECRET: clientSecret,
        SCALEKIT_WEBHOOK_SECRET: emulator.webhookSecret,
        SCALEKIT_INTERCEPTOR_SECRET: emulator.webhookSecret,
      },
    )
    onTestFinished(() => terminal.stop())
    const answer = await eventually(() => fetch(url + path))
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ code: 'not_signed_in' })
  },
  30_000,
)
