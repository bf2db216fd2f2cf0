import { describe, it } from 'vitest'
import { emulatorWebhookSecret as secret } from '../../src/lib/ground/sample-secrets.ts'
import type { DirectoryEditor } from '../../src/testing.ts'
import type { ApplicationParts } from '../support/application.ts'
import { start } from '../support/start.ts'

const home = '/login?domain=acme.example&return_to=/app'
const ada = 'ada@acme.example'

const departures: readonly [how: string, edit: (directory: DirectoryEditor, id: string) => void][] =
  [
    ['deactivated', (directory, id) => void directory.updateUser(id, { active: false })],
    ['removed', (directory, id) => directory.deleteUser(id)],
  ]

describe.each(departures)('a person who is %s at their company’s directory', (_how, edit) => {
  it('is refused at the next request', async () => {
    const { browser, leave } = await signedIn()
    await leave(ada, edit)
    await browser.call('/app').expect(401)
  })

  it('is refused, too, where the application’s own handler fails', async () => {
    const fail = () => {
      throw new Error('the database is down')
    }
    const handlers = { onDirectoryUserUpdated: fail, onDirectoryUserDeleted: fail }
    const { browser, leave } = await signedIn({ options: { webhooks: { secret, ...handlers } } })
    await leave(ada, edit)
    await browser.call('/app').expect(401)
  })

  it('does not get in again', async () => {
    const { application, leave } = await signedIn()
    await leave(ada, edit)
    const browser = application.visitor()
    // Whoever is removed is not even on the identity provider's page.
    await browser.trySignIn(home, ada).catch(() => undefined)
    await browser.call('/app').expect(401)
  })

  it('leaves everybody else signed in', async () => {
    const { application, leave } = await signedIn()
    const other = application.visitor()
    await other.signIn(home, 'alan@acme.example')
    await leave(ada, edit)
    await other.call('/app').expect(200)
  })
})

/** Ada, signed in to an application that gets the emulator's events. */
async function signedIn(parts: ApplicationParts = {}) {
  const application = await start({ options: { webhooks: { secret } }, ...parts })
  const { emulator, url } = application
  emulator.subscribe({ url: `${url}/webhooks` })
  const browser = application.visitor()
  await browser.signIn(home, ada)
  await browser.call('/app').expect(200)
  const directory = emulator.directory(emulator.organizations[0]!.directory!.id)
  return {
    application,
    browser,
    async leave(email: string, edit: (directory: DirectoryEditor, id: string) => void) {
      edit(directory, directory.users.find((user) => user.email === email)!.id)
      await emulator.settled()
    },
  }
}
