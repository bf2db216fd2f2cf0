import type { Page } from 'playwright-core'
import type { ScalekitAuthOptions } from '../../src/index.ts'
import { sampleOrganizations } from '../../src/lib/emulator/world/samples.ts'
import { emulatorWebhookSecret } from '../../src/lib/ground/sample-secrets.ts'
import { type Application, mountAtRoot, startApplication } from '../support/application.ts'
import { press } from './pages.ts'

/** A page of the kit, and how one comes to it. */
export interface KitPage {
  readonly name: string
  /** In English. */
  readonly heading: string
  come(page: Page, application: Application): Promise<unknown>
}

/** What the application tells a user whom it does not let in. */
export const denialMessage = 'All seats of your plan are taken.'

/** Every kind of page of the kit's. */
export const kitPages: readonly KitPage[] = [
  { name: 'email', heading: 'Sign in', come: (page, { url }) => page.goto(`${url}/login`) },
  {
    name: 'email-unknown',
    heading: 'Sign in',
    come: (page, { url }) => page.goto(`${url}/login?login_hint=a@nowhere.example&return_to=/app`),
  },
  {
    name: 'email-unusable',
    heading: 'Sign in',
    come: (page, { url }) => page.goto(`${url}/login?login_hint=a@closed.example`),
  },
  {
    name: 'email-removed',
    heading: 'Sign in',
    async come(page, application) {
      await signIn(page, application)
      await remove(application, 'alan@acme.example')
      await page.goto(`${application.url}/app`)
    },
  },
  {
    name: 'error',
    heading: 'This link is not valid',
    come: (page, { url }) => page.goto(`${url}/login?prompt=now`),
  },
  {
    name: 'cancelled',
    heading: 'You cancelled the sign-in',
    come: (page, application) => chooseAtAcme(page, application, 'Cancel'),
  },
  {
    name: 'not-let-in',
    heading: 'You were not signed in',
    come: (page, application) => chooseAtAcme(page, application, 'Charles Babbage'),
  },
  {
    name: 'denied-by-application',
    heading: 'You do not have access',
    async come(page, { url }) {
      await page.goto(`${url}/login?domain=globex.example`)
      await press(page, 'button', 'Edsger Dijkstra')
    },
  },
  {
    name: 'forbidden',
    heading: 'You do not have access',
    async come(page, application) {
      await signIn(page, application)
      await page.goto(`${application.url}/admin`)
    },
  },
  {
    name: 'forbidden-in-several-organizations',
    heading: 'You do not have access',
    async come(page, application) {
      await signIn(page, application, 'Grace Hopper')
      await page.goto(`${application.url}/login?domain=globex.example`)
      await press(page, 'button', 'Grace Hopper')
      await page.goto(`${application.url}/admin`)
    },
  },
  {
    name: 'sign-out',
    heading: 'Sign out?',
    async come(page, application) {
      await signIn(page, application)
      await page.goto(`${application.url}/logout`)
    },
  },
  {
    name: 'switch',
    heading: 'Switch accounts?',
    async come(page, application) {
      await signIn(page, application)
      await page.goto(await application.emulator.idpInitiatedLogin('katherine@globex.example'))
    },
  },
  {
    name: 'switch-organizations',
    heading: 'Switch organizations?',
    async come(page, application) {
      const { emulator, url } = application
      const [, globex] = emulator.organizations
      await page.goto(`${url}/login?domain=globex.example`)
      await press(page, 'button', 'Grace Hopper')
      await signIn(page, application, 'Grace Hopper')
      await page.goto(
        await emulator.idpInitiatedLogin('grace@acme.example', { organizationId: globex!.id }),
      )
    },
  },
  {
    name: 'denied-in-a-session',
    heading: 'You do not have access',
    async come(page, application) {
      await signIn(page, application)
      await page.goto(`${application.url}/login?domain=globex.example`)
      await press(page, 'button', 'Edsger Dijkstra')
    },
  },
  { name: 'portal', heading: 'Admin portal', come: openPortal },
  {
    name: 'portal-ended',
    heading: 'Admin portal',
    async come(page, application) {
      await openPortal(page, application)
      const end = { event_type: 'PORTAL_SESSION_EXPIRY' }
      await page.frames()[1]!.evaluate((message) => parent.postMessage(message, '*'), end)
      await page.locator('#portal a').waitFor()
    },
  },
  {
    name: 'portal-down',
    heading: 'The admin portal is not available right now',
    async come(page, application) {
      const [acme] = application.emulator.organizations
      const path = `/api/v1/organizations/${acme!.id}/portal_links`
      application.emulator.fail({ path, status: 404 })
      await signIn(page, application, 'Ada Lovelace')
      await page.goto(`${application.url}/portal`)
    },
  },
]

/** Signs in at Acme. */
export async function signIn(
  page: Page,
  application: Pick<Application, 'url'>,
  who = 'Alan Turing',
): Promise<void> {
  await chooseAtAcme(page, application, who)
}

async function chooseAtAcme(
  page: Page,
  { url }: Pick<Application, 'url'>,
  button: string,
): Promise<void> {
  await page.goto(`${url}/login?domain=acme.example`)
  await press(page, 'button', button)
}

/** Has the directory of Acme deactivate a person, and waits until the application knows. */
export async function remove({ emulator }: Application, email: string): Promise<void> {
  const directory = emulator.directory(emulator.organizations[0]!.directory!.id)
  const person = directory.users.find((user) => user.email === email)!
  directory.updateUser(person.id, { active: false })
  await emulator.settled()
}

async function openPortal(page: Page, application: Application): Promise<void> {
  await signIn(page, application, 'Ada Lovelace')
  await page.goto(`${application.url}/portal`)
  await page.frameLocator('iframe').getByRole('heading').first().waitFor()
}

/** With all pages that there are: a page for admins, a provider, a portal, a company that is closed. */
export async function startWithAllPages(
  pages: NonNullable<ScalekitAuthOptions['pages']> = {},
): Promise<Application> {
  const closed = {
    displayName: 'Closed',
    domains: ['closed.example'],
    connection: { enabled: false },
  }
  const application = await startApplication({
    seed: { organizations: [...sampleOrganizations, closed] },
    options: {
      pages: { name: 'Initech', supportUrl: 'mailto:help@initech.example', ...pages },
      login: {
        providers: ['google'],
        onLogin: ({ identity }) =>
          identity.email?.startsWith('edsger@')
            ? { deny: { reason: 'no seat left', message: denialMessage } }
            : undefined,
      },
      portal: { role: 'admin', embed: true },
      webhooks: { secret: emulatorWebhookSecret },
    },
    mount(app, auth) {
      mountAtRoot(app, auth)
      app.use('/admin', auth.requireRole('admin'))
    },
  })
  application.emulator.subscribe({ url: `${application.url}/webhooks` })
  return application
}
