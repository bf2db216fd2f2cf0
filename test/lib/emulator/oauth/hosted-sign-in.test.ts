import { describe, expect, it } from 'vitest'
import type { EmulatorSeed, OrganizationSeed } from '../../../../src/testing.ts'
import { browserAt, claimsOf } from '../../../support/emulator-browser.ts'
import { authorizeUrl, redirectOf, redirectUri } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'

const fay = 'fay@initech.example'
const kim = 'kim@mail.example'

/** Without single sign-on. */
const initech: OrganizationSeed = {
  id: 'org_1',
  displayName: 'Initech',
  domains: ['initech.example'],
  connection: null,
  people: [
    { email: fay, name: 'Fay Weldon', roles: ['admin'], permissions: ['invoices:read'] },
    { email: kim, name: 'Kim Novak' },
    { email: 'gone@initech.example', name: 'Gone Girl', refusal: 'user_not_active' },
  ],
}
const umbrella: OrganizationSeed = {
  id: 'org_2',
  displayName: 'Umbrella',
  connection: null,
  people: [{ email: kim, name: 'Kim Novak', roles: ['auditor'] }],
}
const acme: OrganizationSeed = {
  id: 'org_3',
  displayName: 'Acme',
  domains: ['acme.example'],
  connection: { id: 'conn_3' },
  people: [
    { email: 'ada@acme.example', name: 'Ada Lovelace' },
    { email: kim, name: 'Kim Novak', roles: ['contractor'] },
  ],
}
const seed: EmulatorSeed = { organizations: [initech, umbrella, acme] }
const noSelector = { organization_id: undefined }

/** The ids of the fields that have an attribute. */
function fieldsWith(attribute: string, page: string): string[] {
  const fields = page.match(/<input id=[^>]*>/g) ?? []
  return fields.filter((field) => field.includes(attribute)).map((field) => field.split('"')[1]!)
}

async function atHostedPage(changes: Readonly<Record<string, string | undefined>> = noSelector) {
  const emulator = await emulate(seed)
  const browser = browserAt(emulator)
  const sight = await browser.open(authorizeUrl(emulator, changes))
  return { emulator, browser, sight }
}

describe('an organization without single sign-on', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['by its id', { organization_id: 'org_1' }],
    ['by its domain', { organization_id: undefined, domain: 'initech.example' }],
  ])('signs its people in by a code: %s', async (_how, changes) => {
    const { emulator, browser, sight } = await atHostedPage(changes)
    expect([sight.status, sight.title]).toEqual([200, 'Sign in to Initech'])
    const asked = await browser.send({ email: fay })
    expect([asked.title, asked.params]).toEqual(['Check your email', {}])

    const { idToken, accessToken } = await claimsOf(
      emulator,
      await browser.send({ code: '424242' }),
    )
    expect(idToken).toMatchObject({
      email: fay,
      oid: 'org_1',
      amr: [expect.stringMatching(/^conn_/)],
    })
    expect(accessToken).toMatchObject({
      oid: 'org_1',
      roles: ['admin'],
      permissions: ['invoices:read'],
    })
  })

  it('asks again for a code that is wrong, and lets nobody in', async () => {
    const { browser } = await atHostedPage({ organization_id: 'org_1' })
    await browser.send({ email: fay })
    const again = await browser.send({ code: '000000' })
    expect([again.status, again.location]).toEqual([200, undefined])
    expect(again.page).toContain('The code is 424242.')
    expect((await browser.send({ code: '424242' })).params).toHaveProperty('code')
  })

  it('lets no code be tried without an email address before it', async () => {
    const { browser } = await atHostedPage({ organization_id: 'org_1' })
    const sight = await browser.send({ code: '424242', person: 'usr_1', organization: 'org_1' })
    expect([sight.status, sight.location]).toEqual([200, undefined])
  })

  it('says so of an address that is not a member’s', async () => {
    const { browser } = await atHostedPage({ organization_id: 'org_1' })
    const sight = await browser.send({ email: 'ada@acme.example' })
    expect(sight.page).toContain('Initech has no such member.')
  })

  it('keeps a deactivated person out', async () => {
    const { browser } = await atHostedPage({ organization_id: 'org_1' })
    await browser.send({ email: 'gone@initech.example' })
    const { params } = await browser.send({ code: '424242' })
    expect(params).toMatchObject({ error: 'user_not_active', state: 'the-state' })
  })

  it('takes a social account of its people, and of no others', async () => {
    const emulator = await emulate({
      ...seed,
      socialPeople: [
        { email: fay, name: 'Fay Weldon' },
        { email: 'sam@mail.example', name: 'Sam Rivera' },
      ],
    })
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, { organization_id: 'org_1' }))
    const google = await browser.send({ provider: 'google' })
    expect(google.page).toContain(fay)
    expect(google.page).not.toContain('sam@mail.example')
    const { idToken, accessToken } = await claimsOf(emulator, await browser.choose(fay))
    expect(idToken).toMatchObject({ email: fay, oid: 'org_1' })
    expect(accessToken.roles).toEqual(['admin'])
  })

  it('is silent about who signs in when the request forbids a page', async () => {
    const { emulator, browser } = await atHostedPage({ organization_id: 'org_1' })
    await browser.send({ email: fay })
    await browser.send({ code: '424242' })
    const silently = (organization_id: string) =>
      browser.open(authorizeUrl(emulator, { prompt: 'none', organization_id }))
    expect((await silently('org_1')).params).toHaveProperty('code')
    expect((await silently('org_2')).params).toMatchObject({ error: 'login_required' })
  })
})

describe('the hosted page', () => {
  it('sends a work address to its identity provider, and any other member to a code', async () => {
    const { browser } = await atHostedPage()
    expect((await browser.send({ email: fay })).title).toBe('Check your email')
    const { browser: another } = await atHostedPage()
    expect((await another.send({ email: 'ada@acme.example' })).title).toBe('Sign in to Acme')
  })

  it('lets a member of several organizations choose, and the tokens follow', async () => {
    const { emulator, browser } = await atHostedPage()
    await browser.send({ email: kim })
    const switcher = await browser.send({ code: '424242' })
    expect(switcher.title).toBe('Choose an organization')
    for (const { displayName } of [initech, umbrella, acme]) {
      expect(switcher.page).toContain(displayName)
    }
    const { idToken, accessToken } = await claimsOf(
      emulator,
      await browser.send({ organization: 'org_2' }),
    )
    expect(idToken).toMatchObject({ email: kim, oid: 'org_2' })
    expect(accessToken).toMatchObject({ oid: 'org_2', roles: ['auditor'] })
  })

  it('asks the identity provider of a chosen organization that has one', async () => {
    const { emulator, browser } = await atHostedPage()
    await browser.send({ email: kim })
    await browser.send({ code: '424242' })
    expect((await browser.send({ organization: 'org_3' })).title).toBe('Sign in to Acme')
    const { idToken } = await claimsOf(emulator, await browser.choose(kim))
    expect(idToken).toMatchObject({ oid: 'org_3', amr: ['conn_3'] })
  })

  it('lets nobody choose an organization of others', async () => {
    const { browser } = await atHostedPage()
    await browser.send({ email: kim })
    await browser.send({ code: '424242' })
    const stranger = await browser.send({ organization: 'org_9' })
    expect(stranger.params).toMatchObject({ error: 'access_denied' })
    expect(stranger.params).not.toHaveProperty('code')
  })

  it('can be used for another account instead', async () => {
    const { browser } = await atHostedPage()
    await browser.send({ email: kim })
    await browser.send({ code: '424242' })
    expect((await browser.send({ step: 'email' })).title).toBe('Sign in')
    expect((await browser.send({ email: fay })).title).toBe('Check your email')
  })

  it('lets a social account of several organizations choose', async () => {
    const emulator = await emulate({ ...seed, socialPeople: [{ email: kim, name: 'Kim Novak' }] })
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, { ...noSelector, provider: 'github' }))
    expect((await browser.choose(kim)).title).toBe('Choose an organization')
    const entered = await browser.send({ organization: 'org_2' })
    expect((await claimsOf(emulator, entered)).idToken).toMatchObject({ email: kim, oid: 'org_2' })
  })
})

describe('prompt=create', () => {
  const grown = { email: 'joan@startup.example', name: 'Joan Clarke', organization: 'Startup' }

  it('makes a user, an organization and an administrator, and signs in', async () => {
    const { emulator, receiver } = await emulateWithReceiver(seed)
    const browser = browserAt(emulator)
    const sight = await browser.open(authorizeUrl(emulator, { ...noSelector, prompt: 'create' }))
    expect(sight.title).toBe('Create an account')
    const entered = await browser.send(grown)
    expect(entered.location?.href.startsWith(redirectUri)).toBe(true)
    const { idToken, accessToken } = await claimsOf(emulator, entered)
    const startup = emulator.organizations.find(({ displayName }) => displayName === 'Startup')!
    expect(startup.id).toMatch(/^org_\d{18}$/)
    expect(idToken).toMatchObject({
      email: grown.email,
      name: grown.name,
      oid: startup.id,
      sub: expect.stringMatching(/^usr_\d{18}$/),
    })
    expect(accessToken).toMatchObject({ oid: startup.id, roles: ['admin'] })

    await emulator.settled()
    expect(receiver.types()).toEqual(['organization.created', 'user.signup', 'user.login'])
    const [created, signUp] = receiver.received.map(({ event }) => event)
    expect(created).toMatchObject({
      organization_id: startup.id,
      data: { display_name: 'Startup', external_id: null },
    })
    expect(signUp).toMatchObject({
      object: 'OrgMembership',
      organization_id: startup.id,
      data: {
        organization: { id: startup.id },
        user: { id: idToken.sub, email: grown.email, user_profile: { name: grown.name } },
      },
    })
  })

  it('lets the new user sign in again by a code', async () => {
    const { emulator, browser } = await atHostedPage({ ...noSelector, prompt: 'create' })
    await browser.send(grown)
    const again = browserAt(emulator)
    await again.open(authorizeUrl(emulator, noSelector))
    await again.send({ email: grown.email.toUpperCase() })
    const { idToken } = await claimsOf(emulator, await again.send({ code: '424242' }))
    expect(idToken.email).toBe(grown.email)
  })

  it('gives a user of another organization a second one, and stays the same user', async () => {
    const { emulator, browser } = await atHostedPage({ ...noSelector, prompt: 'create' })
    const { idToken } = await claimsOf(emulator, await browser.send({ ...grown, email: fay }))
    const before = emulator.organizations[0]!.people.find(({ email }) => email === fay)!
    expect(idToken.sub).toBe(before.id)
    expect(idToken.oid).not.toBe('org_1')
  })

  it('leads people of a company with single sign-on to its identity provider', async () => {
    const { emulator, browser } = await atHostedPage({ ...noSelector, prompt: 'create' })
    const sight = await browser.send({ ...grown, email: 'new@acme.example' })
    expect(sight.title).toBe('Sign in to Acme')
    expect(emulator.organizations).toHaveLength(3)
  })

  it.each([
    ['email', { email: 'joan' }, 'Enter an email address'],
    ['name', { name: ' ' }, 'Enter your name and your organization.'],
    ['organization', { organization: '' }, 'Enter your name and your organization.'],
  ])(
    'asks again where a value is missing, and has the focus there: %s',
    async (field, change, problem) => {
      const { emulator, browser } = await atHostedPage({ ...noSelector, prompt: 'create' })
      const form = { ...grown, ...change }
      const sight = await browser.send(form)
      expect(sight.page).toContain(problem)
      expect(fieldsWith('autofocus', sight.page)).toEqual([field])
      expect(fieldsWith('aria-invalid="true"', sight.page)).toEqual([field])
      expect(sight.page).toContain(`value="${form.email}"`)
      expect(emulator.organizations).toHaveLength(3)
    },
  )

  it('is also where an unknown address leads, and a button', async () => {
    const { browser } = await atHostedPage()
    expect((await browser.send({ email: grown.email })).title).toBe('Create an account')
    expect((await browser.send({ step: 'email' })).title).toBe('Sign in')
    expect((await browser.send({ step: 'sign-up' })).title).toBe('Create an account')
  })

  it('is not known to Modular SSO', async () => {
    const modular = await emulate({ ...seed, product: 'sso' })
    const url = authorizeUrl(modular, { ...noSelector, prompt: 'create' })
    expect((await redirectOf(url)).params.error).toBe('invalid_connection_selector')
  })
})
