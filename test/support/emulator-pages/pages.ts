import type { Page } from 'playwright-core'
import { arabicOrganization, longOrganization, newOrganization } from './long-names.ts'
import type { Scene } from './scene.ts'

/** A page of the demo or the emulator, and how a browser comes to it. */
export interface ScenePage {
  readonly name: string
  /** Its one `h1`. */
  readonly heading: string
  readonly come: (page: Page, scene: Scene) => Promise<unknown>
}

const acmeId = 'org_69615647365005430'
const acmeDirectory = '/emulator/directories/dir_69615647365005432'
const longDirectory = `/emulator/directories/${longOrganization.directory!.id}`
const longTitle = longOrganization.displayName

export const demoPages: readonly ScenePage[] = [
  { name: 'demo-start', heading: 'Sign in', come: (page, { url }) => page.goto(url) },
  {
    name: 'demo-member',
    heading: 'Ada Lovelace',
    come: (page, scene) => signIn(page, scene, acmeId, 'ada@acme.example'),
  },
  {
    name: 'demo-member-long',
    heading: longOrganization.people![0]!.name,
    come: (page, scene) =>
      signIn(page, scene, longOrganization.id!, longOrganization.people![0]!.email),
  },
  {
    name: 'demo-member-arabic',
    heading: arabicOrganization.people![0]!.name,
    come: (page, scene) =>
      signIn(page, scene, arabicOrganization.id!, arabicOrganization.people![0]!.email),
  },
  {
    name: 'demo-organization',
    heading: 'Ada Lovelace',
    async come(page, scene) {
      await signIn(page, scene, acmeId, 'ada@acme.example')
      await page.goto(`${scene.url}/organizations/${acmeId}`)
      await page.getByText('Acme’s page').first().waitFor()
    },
  },
]

const homePages: readonly ScenePage[] = [
  {
    name: 'home',
    heading: 'Scalekit emulator',
    come: (page, { emulator }) => page.goto(emulator.url),
  },
  {
    name: 'home-in-use',
    heading: 'Scalekit emulator',
    async come(page, { emulator, url }) {
      emulator.intercept({
        triggerPoint: 'PRE_SIGNUP',
        url: `${url}/interceptors/${'x'.repeat(120)}`,
      })
      await emulator.invite({ organizationId: acmeId, email: 'ivy@mail.example' })
      await emulator.signIn('ada@acme.example')
      await emulator.signIn(longOrganization.people![0]!.email)
      await page.goto(emulator.url)
      await page.getByText('Change roles').first().click()
      await page.getByText('End', { exact: true }).first().click()
    },
  },
]

const providerPages: readonly ScenePage[] = [
  {
    name: 'provider',
    heading: 'Sign in to Acme',
    come: (page, scene) => authorize(page, scene, { login_hint: 'grace@acme.example' }),
  },
  {
    name: 'provider-long',
    heading: `Sign in to ${longTitle}`,
    come: (page, scene) => authorize(page, scene, { organization_id: longOrganization.id! }),
  },
  {
    name: 'provider-social',
    heading: 'Sign in with Google',
    come: (page, scene) => authorize(page, scene, { provider: 'google' }),
  },
]

const hostedPages: readonly ScenePage[] = [
  { name: 'hosted', heading: 'Sign in', come: (page, scene) => authorize(page, scene) },
  {
    name: 'hosted-problem',
    heading: 'Sign in to Initech',
    async come(page, scene) {
      await authorize(page, scene, { organization_id: newOrganization.id! })
      await continueAs(page, 'me@nowhere.example')
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'hosted-code',
    heading: 'Check your email',
    come: comeToCode,
  },
  {
    name: 'hosted-code-problem',
    heading: 'Check your email',
    async come(page, scene) {
      await comeToCode(page, scene)
      await page.getByLabel('Code').fill('1')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'hosted-sign-up',
    heading: 'Create an account',
    come: (page, scene) => authorize(page, scene, { prompt: 'create' }),
  },
  {
    name: 'hosted-sign-up-problem',
    heading: 'Create an account',
    async come(page, scene) {
      await authorize(page, scene, { prompt: 'create' })
      await page.getByLabel('Email address').fill('joan@x')
      await page.getByLabel('Your name').fill(' ')
      await page.getByLabel('Organization').fill(' ')
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'hosted-organizations',
    heading: 'Choose an organization',
    async come(page, { emulator, ...scene }) {
      emulator.addPerson(longOrganization.id!, {
        email: 'grace@acme.example',
        name: 'Grace Hopper',
        roles: ['r'.repeat(80), 'member'],
      })
      emulator.addPerson(arabicOrganization.id!, {
        email: 'grace@acme.example',
        name: 'Grace Hopper',
        membershipStatus: 'PENDING_INVITE',
      })
      await signIn(page, { emulator, ...scene }, acmeId, 'grace@acme.example')
      await authorize(page, { emulator, ...scene }, { prompt: 'select_account' })
    },
  },
]

const portalPages: readonly ScenePage[] = [
  {
    name: 'portal',
    heading: 'Admin portal of Acme',
    come: (page, { emulator }) => page.goto(`${emulator.url}/emulator/portal/${acmeId}`),
  },
  {
    name: 'portal-long',
    heading: `Admin portal of ${longTitle}`,
    come: (page, { emulator }) =>
      page.goto(`${emulator.url}/emulator/portal/${longOrganization.id}`),
  },
  {
    name: 'portal-set-up',
    heading: 'Admin portal of Initech',
    come: (page, { emulator }) =>
      page.goto(`${emulator.url}/emulator/portal/${newOrganization.id}`),
  },
  {
    name: 'portal-set-up-problem',
    heading: 'Nothing was changed',
    async come(page, { emulator }) {
      await page.goto(`${emulator.url}/emulator/portal/${newOrganization.id}`)
      await page.getByLabel('Domain').fill('acme.example')
      await page.getByRole('button', { name: 'Set up single sign-on' }).click()
      await page.getByRole('heading', { name: 'Nothing was changed' }).waitFor()
    },
  },
  {
    name: 'portal-asks',
    heading: 'Disable single sign-on of Acme?',
    async come(page, { emulator }) {
      await page.goto(`${emulator.url}/emulator/portal/${acmeId}`)
      await page.getByRole('button', { name: 'Disable single sign-on' }).click()
      await page.getByRole('heading', { name: '?' }).waitFor()
    },
  },
  {
    name: 'portal-asks-long',
    heading: `Disable directory sync of ${longTitle}?`,
    async come(page, { emulator }) {
      await page.goto(`${emulator.url}/emulator/portal/${longOrganization.id}`)
      await page.getByRole('button', { name: 'Disable directory sync' }).click()
      await page.getByRole('heading', { name: '?' }).waitFor()
    },
  },
  {
    name: 'portal-news',
    heading: 'Admin portal of Acme',
    async come(page, { emulator }) {
      await page.goto(`${emulator.url}/emulator/portal/${acmeId}`)
      await page.getByRole('button', { name: 'Disable single sign-on' }).click()
      await page.getByRole('heading', { name: '?' }).waitFor()
      await page.getByRole('button', { name: 'Disable single sign-on' }).click()
      await page.getByRole('status').waitFor()
    },
  },
  {
    name: 'portal-none',
    heading: 'This link does not open anything',
    come: (page, { emulator }) => page.goto(`${emulator.url}/magicLink/none`),
  },
]

const directoryPages: readonly ScenePage[] = [
  {
    name: 'directory',
    heading: 'Directory of Acme',
    come: (page, { emulator }) => page.goto(emulator.url + acmeDirectory),
  },
  {
    name: 'directory-long',
    heading: `Directory of ${longTitle}`,
    async come(page, { emulator }) {
      await page.goto(emulator.url + longDirectory)
      await page.getByText('Roles and groups').first().click()
    },
  },
  {
    name: 'directory-empty',
    heading: 'Directory of Initech',
    async come(page, { emulator }) {
      await page.goto(`${emulator.url}/emulator/portal/${newOrganization.id}`)
      await page.getByRole('button', { name: 'Set up directory sync' }).click()
      await page.getByRole('status').waitFor()
      const { directory } = emulator.organizations.find(({ id }) => id === newOrganization.id)!
      await page.goto(`${emulator.url}/emulator/directories/${directory!.id}`)
    },
  },
  {
    name: 'directory-asks',
    heading: 'Remove Ada Lovelace?',
    come: (page, scene) => askIn(page, scene, acmeDirectory, 'Ada Lovelace', 'Remove'),
  },
  {
    name: 'directory-asks-long',
    heading: `Deactivate ${longOrganization.people![0]!.name}?`,
    come: (page, scene) =>
      askIn(page, scene, longDirectory, longOrganization.people![0]!.name, 'Deactivate'),
  },
  {
    name: 'directory-problem',
    heading: 'Nothing was changed',
    async come(page, { emulator }) {
      await page.goto(emulator.url + acmeDirectory)
      await page.getByLabel('Name').fill('Ada')
      await page.getByLabel('Email address').fill('ada@acme.example')
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByRole('heading', { name: 'Nothing was changed' }).waitFor()
    },
  },
  {
    name: 'directory-none',
    heading: 'There is no such page',
    come: (page, { emulator }) => page.goto(`${emulator.url}/emulator/directories/dir_1`),
  },
]

const problemPages: readonly ScenePage[] = [
  {
    name: 'problem-authorize',
    heading: 'This sign-in cannot start',
    come: (page, scene) =>
      authorize(page, scene, { redirect_uri: `http://evil.example/${'x'.repeat(120)}` }),
  },
  {
    name: 'problem-used',
    heading: 'This page was already used',
    async come(page, scene) {
      await authorize(page, scene, { organization_id: acmeId })
      await page.locator('input[name=request]').evaluate((field) => {
        ;(field as HTMLInputElement).value = 'none'
      })
      await page.getByRole('button', { name: 'Ada Lovelace' }).click()
      await page.getByRole('heading', { name: 'used' }).waitFor()
    },
  },
  {
    name: 'problem-invitation',
    heading: 'This invitation cannot be used',
    come: (page, { emulator }) => page.goto(`${emulator.url}/emulator/invitation`),
  },
  {
    name: 'problem-invite',
    heading: 'The invitation was not sent',
    async come(page, { emulator }) {
      await page.goto(emulator.url)
      await page.getByLabel('Email address to invite to Acme').fill('ada@acme.example')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'not sent' }).waitFor()
    },
  },
  {
    name: 'problem-idp-initiated',
    heading: 'No user can sign in like this',
    come: (page, { emulator }) =>
      page.goto(`${emulator.url}/emulator/idp-initiated?email=a@b.example`),
  },
  {
    name: 'problem-logout',
    heading: 'This sign-out cannot be finished',
    come: (page, { emulator }) => page.goto(`${emulator.url}/oidc/logout?id_token_hint=none`),
  },
  {
    name: 'signed-out',
    heading: 'Signed out',
    come: (page, { emulator }) => page.goto(`${emulator.url}/oidc/logout`),
  },
  {
    name: 'problem-nowhere',
    heading: 'There is no such page',
    come: (page, { emulator }) => page.goto(`${emulator.url}/emulator/${'nowhere'.repeat(20)}`),
  },
  {
    name: 'problem-form-address',
    heading: 'This address has no page',
    come: (page, { emulator }) => page.goto(`${emulator.url}/emulator/sign-in`),
  },
]

export const emulatorPages: readonly ScenePage[] = [
  ...homePages,
  ...providerPages,
  ...hostedPages,
  ...portalPages,
  ...directoryPages,
  ...problemPages,
]

/** Opens the demo as a person who is signed in to an organization. */
async function signIn(page: Page, { url }: Scene, organizationId: string, email: string) {
  await page.goto(`${url}/login?organization_id=${organizationId}&return_to=/welcome`)
  await page.locator(`button[data-email="${email}"]`).click()
  await page.locator('#people li').first().waitFor()
}

/** Opens the emulator's page of a sign-in, as the demo would begin it. */
async function authorize(
  page: Page,
  { emulator, url }: Scene,
  changes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: emulator.options.clientId,
    redirect_uri: `${url}/callback`,
    scope: 'openid email',
    ...changes,
  })
  await page.goto(`${emulator.url}/oauth/authorize?${query}`)
}

async function comeToCode(page: Page, scene: Scene): Promise<void> {
  await scene.emulator.invite({ organizationId: newOrganization.id!, email: 'ivy@mail.example' })
  await authorize(page, scene)
  await continueAs(page, 'ivy@mail.example')
  await page.getByRole('heading', { name: 'Check your email' }).waitFor()
}

async function continueAs(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email address').fill(email)
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function askIn(page: Page, { emulator }: Scene, path: string, name: string, button: string) {
  await page.goto(emulator.url + path)
  await page.locator(`form[aria-label="${name}"]`).getByRole('button', { name: button }).click()
  await page.getByRole('heading', { name: '?' }).waitFor()
}
