import { describe, expect, it } from 'vitest'
import type { EmulatorSeed } from '../../../../src/testing.ts'
import { browserAt, claimsOf } from '../../../support/emulator-browser.ts'
import { authorizeUrl } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'

const [ivy, max, old] = ['ivy@mail.example', 'max@acme.example', 'old@mail.example']
const now = Date.parse('2026-01-15T10:30:00Z')
const days = 86_400

const seed: EmulatorSeed = {
  clock: () => now,
  organizations: [
    {
      id: 'org_1',
      displayName: 'Initech',
      connection: null,
      people: [
        { email: ivy, name: 'Ivy League', roles: ['editor'], membershipStatus: 'PENDING_INVITE' },
        { email: old, name: 'Old Timer', membershipStatus: 'INVITE_EXPIRED' },
      ],
    },
    {
      id: 'org_2',
      displayName: 'Acme',
      domains: ['acme.example'],
      people: [{ email: max, name: 'Max Power', membershipStatus: 'PENDING_INVITE' }],
    },
  ],
}

async function invited() {
  const { emulator, receiver } = await emulateWithReceiver({ ...seed, webhooks: [] })
  const person = (email: string) =>
    emulator.organizations.flatMap(({ people }) => people).find((other) => other.email === email)!
  /** Opens the link of the email, and forwards what the application gets of it. */
  async function accept(link: string) {
    const browser = browserAt(emulator)
    const { location, params } = await browser.open(link)
    expect(location?.origin + location!.pathname).toBe('http://localhost:3000/login')
    const request = authorizeUrl(emulator, { organization_id: undefined, ...params })
    return { browser, request, sight: await browser.open(request) }
  }
  const linkFor = async (email: string) => {
    const home = await (await fetch(emulator.url)).text()
    const links = [...home.matchAll(/href="(\/emulator\/invitation\?[^"]+)"/g)]
    const path = links.map(([, href]) => href!.replaceAll('&amp;', '&'))
    return emulator.url + path.find((href) => href.includes(encodeURIComponent(email)))!
  }
  return { emulator, receiver, person, accept, linkFor }
}

async function signInByCode(emulator: Awaited<ReturnType<typeof emulate>>, email: string) {
  const browser = browserAt(emulator)
  await browser.open(authorizeUrl(emulator, { organization_id: 'org_1' }))
  await browser.send({ email })
  return browser.send({ code: '424242' })
}

describe('an invited person', () => {
  it('accepts by signing in for the first time, wherever that begins', async () => {
    const { emulator, receiver, person } = await invited()
    const { idToken, accessToken } = await claimsOf(emulator, await signInByCode(emulator, ivy))
    expect(idToken).toMatchObject({ email: ivy, oid: 'org_1' })
    expect(accessToken.roles).toEqual(['editor'])
    expect(person(ivy).membershipStatus).toBe('ACTIVE')
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.organization_membership_created', 'user.login'])
    expect(receiver.received[0]!.event).toMatchObject({
      object: 'OrgMembership',
      organization_id: 'org_1',
      data: { organization: { id: 'org_1' }, user: { id: idToken.sub, email: ivy } },
    })
    await signInByCode(emulator, ivy)
    await emulator.settled()
    expect(receiver.types().slice(2)).toEqual(['user.login'])
  })

  it('needs no page behind the link of the email, whose parameter comes back', async () => {
    const { emulator, person, accept, linkFor } = await invited()
    const { sight } = await accept(await linkFor(ivy))
    const { idToken } = await claimsOf(emulator, sight)
    expect(idToken).toMatchObject({ email: ivy, oid: 'org_1' })
    expect(person(ivy).membershipStatus).toBe('ACTIVE')
  })

  it('of an organization with single sign-on is asked by its identity provider', async () => {
    const { emulator, person, accept, linkFor } = await invited()
    const { sight, browser } = await accept(await linkFor(max))
    expect(sight.title).toBe('Sign in to Acme')
    expect(sight.page).toContain('invited')
    expect((await claimsOf(emulator, await browser.choose(max))).idToken.oid).toBe('org_2')
    expect(person(max).membershipStatus).toBe('ACTIVE')
  })

  it('uses the parameter of a link once', async () => {
    const { emulator, accept, linkFor } = await invited()
    const { request } = await accept(await linkFor(ivy))
    const { params } = await browserAt(emulator).open(request)
    expect(params).toMatchObject({ error: 'invalid_request', state: 'the-state' })
    const guessed = authorizeUrl(emulator, {
      organization_id: undefined,
      invitation: 'guessed',
    })
    expect((await browserAt(emulator).open(guessed)).params.error).toBe('invalid_request')
  })

  it('has no link any more once the invitation was accepted', async () => {
    const { emulator, linkFor } = await invited()
    const link = await linkFor(ivy)
    await signInByCode(emulator, ivy)
    const { status, page } = await browserAt(emulator).open(link)
    expect([status, page.includes('This invitation cannot be used')]).toEqual([400, true])
    expect(await (await fetch(emulator.url)).text()).not.toContain(encodeURIComponent(ivy))
  })

  it('is kept out once the invitation has expired, by its status or by the clock', async () => {
    const { emulator, person } = await invited()
    const expired = {
      error: 'access_denied',
      error_description: expect.stringContaining('expired'),
    }
    expect((await signInByCode(emulator, old)).params).toMatchObject(expired)
    emulator.advance(15 * days - 1)
    expect((await signInByCode(emulator, ivy)).params).toHaveProperty('code')
    const late = await emulate(seed)
    late.advance(15 * days)
    expect((await signInByCode(late, ivy)).params).toMatchObject(expired)
    expect(person(old).membershipStatus).toBe('INVITE_EXPIRED')
  })
})

describe('emulator.invite()', () => {
  const zoe = { organizationId: 'org_1', email: 'zoe@mail.example', name: 'Zoe', roles: ['admin'] }

  it('sends the event, and returns the link of the email', async () => {
    const { emulator, receiver, accept } = await invited()
    const link = await emulator.invite(zoe)
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.organization_invitation'])
    expect(receiver.received[0]!.event).toMatchObject({
      organization_id: 'org_1',
      data: { user: { email: zoe.email }, organization: { display_name: 'Initech' } },
    })
    const { accessToken } = await claimsOf(emulator, (await accept(link)).sight)
    expect(accessToken).toMatchObject({ oid: 'org_1', roles: ['admin'] })
  })

  it('renews an invitation that has expired', async () => {
    const { emulator, person } = await invited()
    await emulator.invite({ organizationId: 'org_1', email: old })
    expect(person(old).membershipStatus).toBe('PENDING_INVITE')
    expect((await signInByCode(emulator, old)).params).toHaveProperty('code')
  })

  it('refuses a member, an unknown organization, and what is no address', async () => {
    const { emulator } = await invited()
    await signInByCode(emulator, ivy)
    await expect(emulator.invite({ organizationId: 'org_1', email: ivy })).rejects.toThrow(
      `${ivy} is a member of Initech already`,
    )
    await expect(emulator.invite({ ...zoe, organizationId: 'org_9' })).rejects.toThrow(
      'There is no organization org_9',
    )
    await expect(emulator.invite({ ...zoe, email: 'zoe' })).rejects.toThrow(
      'zoe is not an email address',
    )
    const modular = await emulate({ ...seed, product: 'sso' })
    await expect(modular.invite(zoe)).rejects.toThrow('Modular SSO has no invitations')
  })

  it('is a form on the home page, which takes no request of another site', async () => {
    const { emulator, person, receiver } = await invited()
    const send = (headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${emulator.url}/emulator/invitations`, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body: new URLSearchParams({ organization_id: 'org_1', email: zoe.email }),
      })
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(person(zoe.email)).toBeUndefined()
    expect((await send()).status).toBe(303)
    expect(person(zoe.email)).toMatchObject({ name: 'zoe', roles: ['member'] })
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.organization_invitation'])
  })
})
