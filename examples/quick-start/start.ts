import { startEmulator } from 'express-scalekit/testing'
import { createApp } from './app.ts'

const port = Number(process.env.PORT ?? 3000)
const emulatorPort = Number(process.env.EMULATOR_PORT ?? 4400)
const baseUrl = `http://localhost:${port}`

const emulator = await startEmulator({
  port: emulatorPort,
  redirectUris: [`${baseUrl}/callback`],
  postLogoutRedirectUris: [`${baseUrl}/logout`],
  webhooks: [{ url: `${baseUrl}/webhooks` }],
}).catch((error) => giveUp(error.cause ?? error, 'EMULATOR_PORT', emulatorPort))

const app = createApp(emulator.organizations, {
  ...emulator.options,
  baseUrl,
  // With a secret alone the kit does its own part: it ends sessions.
  webhooks: { secret: emulator.webhookSecret },
})
app
  .listen(port)
  .once('error', (error) => giveUp(error, 'PORT', port))
  .once('listening', () => console.log(welcome))

const welcome = `
  Open ${baseUrl}

  Things to try:
    1. Sign in to Acme as Ada Lovelace: name, organization and roles are on the page.
    2. Open Acme's page and the page for admins; then Globex's page, where Ada may not go.
    3. Open a second tab and sign in there as another person.
    4. Sign out, and go back with the browser's button.
    5. Sign in as Ada again. In a second window open ${emulator.url}, edit Acme's directory and
       deactivate her: her tab is signed out within a second.
    6. Sign in as Grace Hopper, who works for both companies, and switch between them.
    7. As Ada, open the admin portal and switch Acme's single sign-on off: the next sign-in says so.
       ${emulator.url} opens the portal, too, where you switch it on again.

  Scalekit's part is played by an emulator at ${emulator.url}. Stop both with Ctrl+C.
`

/** Ends with one sentence where a port is taken. */
function giveUp(error: NodeJS.ErrnoException, variable: string, taken: number): never {
  if (error.code !== 'EADDRINUSE') throw error
  const other = `${variable}=${taken + 1}`
  console.error(`Port ${taken} is taken: stop the program that uses it, or set ${other}.`)
  process.exit(1)
}
