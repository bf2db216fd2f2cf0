import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { sampleOrganizations } from '../../src/lib/emulator/world/samples.ts'
import type { Application } from '../support/application.ts'
import { mountAtRoot } from '../support/application.ts'
import { hasBrowser, photograph } from '../support/browser.ts'
import { start } from '../support/start.ts'
import { headingOf, press, useBrowser } from './pages.ts'

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const sizes = [
  { width: 1100, height: 800 },
  { width: 320, height: 640 },
] as const

/** Every kind of page of the kit's, some of the emulator's, and how one comes to them. */
const pages: readonly {
  readonly name: string
  readonly heading: string
  come(page: Page, application: Application): Promise<unknown>
}[] = [
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
    name: 'error',
    heading: 'This link is not valid',
    come: (page, { url }) => page.goto(`${url}/login?prompt=now`),
  },
  {
    name: 'refused',
    heading: 'Access was denied',
    async come(page, { url }) {
      await page.goto(`${url}/login?domain=acme.example`)
      await press(page, 'button', 'Cancel')
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
  { name: 'portal', heading: 'Admin portal', come: openPortal },
  {
    name: 'emulator-sign-up',
    heading: 'Create an account',
    come: (page, { url }) => page.goto(`${url}/login?prompt=create`),
  },
  {
    name: 'emulator-switcher',
    heading: 'Choose an organization',
    async come(page, application) {
      await signIn(page, application, 'Grace Hopper')
      await page.goto(`${application.url}/login?prompt=select_account`)
    },
  },
  {
    name: 'emulator-home',
    heading: 'Scalekit emulator',
    async come(page, { emulator, url }) {
      emulator.intercept({ triggerPoint: 'PRE_SIGNUP', url: `${url}/interceptors` })
      const organizationId = emulator.organizations[0]!.id
      await emulator.invite({ organizationId, email: 'ivy@mail.example' })
      await emulator.signIn('ada@acme.example')
      await page.goto(emulator.url)
      await page.getByText('Change roles').first().click()
    },
  },
  {
    name: 'emulator-directory',
    heading: 'Directory',
    async come(page, { emulator }) {
      await page.goto(
        `${emulator.url}/emulator/directories/${emulator.organizations[0]!.directory!.id}`,
      )
      await page.getByText('Change roles and groups').first().click()
    },
  },
  {
    name: 'portal-ended',
    heading: 'Admin portal',
    async come(page, application) {
      await openPortal(page, application)
      const end = { event_type: 'PORTAL_SESSION_EXPIRY' }
      await page.frames()[1]!.evaluate((message) => parent.postMessage(message, '*'), end)
      await page.getByRole('link', { name: 'Open again' }).waitFor()
    },
  },
  {
    name: 'portal-down',
    heading: 'The portal is not available right now',
    async come(page, application) {
      const [acme] = application.emulator.organizations
      const path = `/api/v1/organizations/${acme!.id}/portal_links`
      application.emulator.fail({ path, status: 404 })
      await signIn(page, application, 'Ada Lovelace')
      await page.goto(`${application.url}/portal`)
    },
  },
]

async function signIn(page: Page, { url }: Application, who = 'Alan Turing') {
  await page.goto(`${url}/login?domain=acme.example`)
  await press(page, 'button', who)
}

async function openPortal(page: Page, application: Application) {
  await signIn(page, application, 'Ada Lovelace')
  await page.goto(`${application.url}/portal`)
  await page.frameLocator('iframe').getByRole('heading').first().waitFor()
}

/** What axe-core finds wrong with the page as it is shown. */
async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations, passes } = await page.evaluate<AxeResults>('axe.run()')
  expect(passes.length).toBeGreaterThan(5)
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

/** With pages for admins, a social provider, and a customer whose connection is switched off. */
function startWithAllPages(): Promise<Application> {
  const closed = {
    displayName: 'Closed',
    domains: ['closed.example'],
    connection: { enabled: false },
  }
  return start({
    seed: { organizations: [...sampleOrganizations, closed] },
    options: { login: { providers: ['google'] }, portal: { role: 'admin', embed: true } },
    mount(app, auth) {
      mountAtRoot(app, auth)
      app.use('/admin', auth.requireRole('admin'))
    },
  })
}

describe.runIf(hasBrowser)('a page of ours, looked at by axe-core,', () => {
  const { newContext } = useBrowser()

  it.each(pages)('has no fault in any light or size: $name', async ({ name, heading, come }) => {
    const application = await startWithAllPages()
    const page = await (await newContext()).newPage()
    await come(page, application)
    expect(await headingOf(page)).toBe(heading)
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await violationsOn(page)).toEqual([])
      }
    }
    await photograph(page, `page-${name}`)
  })
})
