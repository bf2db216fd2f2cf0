import { describe, expect, it } from 'vitest'
import { createApp as fullStack } from '../../examples/roles/full-stack.ts'
import { type Directory, createApp as modularSso } from '../../examples/roles/modular-sso.ts'
import type { EmulatorProduct } from '../../src/testing.ts'
import { runExample } from './run.ts'

const [acme, globex] = ['org_69615647365005430', 'org_70087756662964366']
const [ada, grace, alan] = ['ada@acme.example', 'grace@acme.example', 'alan@acme.example']
const form = { 'Sec-Fetch-Site': 'same-origin' }

describe('examples/roles/full-stack.ts', () => {
  async function signedIn(who: string, product: EmulatorProduct = 'full-stack') {
    const { visitor } = await runExample(fullStack, () => ({ product }))
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', who)
    return browser
  }

  it('shows what the access token grants', async () => {
    const browser = await signedIn(ada)
    expect((await browser.call('/').expect(200)).body).toEqual({
      roles: ['admin'],
      permissions: ['projects:read', 'projects:write', 'members:invite'],
      scopes: expect.arrayContaining(['openid', 'profile', 'email']),
      mayInvite: true,
    })
  })

  it.each([
    ['an admin', ada, { settings: 200, read: 200, write: 200, profile: 200, portal: 302 }],
    ['a member', grace, { settings: 403, read: 200, write: 200, profile: 200, portal: 403 }],
    ['a reader', alan, { settings: 403, read: 200, write: 403, profile: 200, portal: 403 }],
  ])('lets %s in where their role and permissions say so', async (_who, email, expected) => {
    const browser = await signedIn(email)
    expect({
      settings: (await browser.call('/settings')).status,
      read: (await browser.call('/projects')).status,
      write: (await browser.post('/projects', form)).status,
      profile: (await browser.call('/profile')).status,
      portal: (await browser.open('/portal')).status,
    }).toEqual(expected)
  })

  it('refuses every user of Modular SSO, whose tokens carry no roles', async () => {
    const browser = await signedIn(ada, 'sso')
    expect((await browser.call('/').expect(200)).body).toMatchObject({ roles: [], permissions: [] })
    for (const path of ['/settings', '/projects']) await browser.call(path).expect(403)
    // The response that brings the tokens names the scopes.
    await browser.call('/profile').expect(200)
    await browser.open('/portal').expect(403)
  })
})

describe('examples/roles/modular-sso.ts', () => {
  /** The example, whose database knows Grace as an admin of Acme, and Alan not at all. */
  function running() {
    return runExample(
      (options, { organizations }) => {
        const { connection, people } = organizations.find(({ id }) => id === acme)!
        const idOf = (email: string) =>
          `${connection!.id};${people.find((person) => person.email === email)!.idpUserId}`
        const directory: Directory = {
          async roleOf(userId, organizationId) {
            if (userId === idOf(alan)) return undefined
            return userId === idOf(grace) && organizationId === acme ? 'admin' : 'member'
          },
          planOf: async (organizationId) => (organizationId === acme ? 'pro' : 'free'),
        }
        return modularSso(directory, options)
      },
      () => ({ product: 'sso' }),
    )
  }

  it('lets in by the role that the application keeps', async () => {
    const { visitor } = await running()
    const [admin, member] = [visitor(), visitor()]
    await admin.signIn(`/login?organization_id=${acme}`, grace)
    await member.signIn(`/login?organization_id=${acme}`, ada)
    expect((await admin.call('/').expect(200)).body).toEqual({
      name: 'Grace Hopper',
      roles: ['admin'],
    })
    await admin.open('/settings').expect(200)
    expect((await member.call('/settings').expect(403)).body.code).toBe('role_required')
  })

  it('signs no user in whom the application does not know', async () => {
    const { visitor } = await running()
    const browser = visitor()
    expect((await browser.trySignIn(`/login?organization_id=${acme}`, alan)).status).toBe(403)
    await browser.call('/').expect(401)
  })

  it('carries no role to another organization', async () => {
    const { visitor } = await running()
    const browser = visitor()
    await browser.signIn(`/login?organization_id=${acme}`, grace)
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    expect((await browser.call('/').expect(200)).body).toMatchObject({ roles: ['member'] })
    await browser.call('/settings').expect(403)
  })

  it('opens the admin portal for its own administrators', async () => {
    const { visitor } = await running()
    const [admin, member] = [visitor(), visitor()]
    await admin.signIn(`/login?organization_id=${acme}`, grace)
    await member.signIn(`/login?organization_id=${acme}`, ada)
    const { headers } = await admin.open('/portal').expect(302)
    expect(await (await fetch(headers.location!)).text()).toContain('Admin portal of Acme')
    await member.open('/portal').expect(403)
  })

  it('shows reports to the users of companies that pay for them', async () => {
    const { visitor } = await running()
    const browser = visitor()
    await browser.signIn(`/login?organization_id=${acme}`, grace)
    await browser.call('/reports').expect(200)
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    expect((await browser.call('/reports').expect(403)).body).toMatchObject({
      code: 'plan_required',
      detail: 'Reports are part of the plan Pro.',
    })
  })
})
