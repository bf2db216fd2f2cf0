import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp as fullStack } from '../../examples/roles/full-stack.ts'
import { createApp as modularSso, type RoleOf } from '../../examples/roles/modular-sso.ts'
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
    expect((await browser.call('/').expect(200)).body).toMatchObject({ roles: [], scopes: [] })
    for (const path of ['/settings', '/projects', '/profile']) await browser.call(path).expect(403)
    await browser.open('/portal').expect(403)
  })
})

describe('examples/roles/modular-sso.ts', () => {
  /** The example, whose table says that Grace is an admin of Acme alone. */
  function running() {
    return runExample(
      (options, { organizations }) => {
        const { connection, people } = organizations.find(({ id }) => id === acme)!
        const { idpUserId } = people.find(({ email }) => email === grace)!
        const graceAtAcme = `${connection!.id};${idpUserId} ${acme}`
        const roleOf: RoleOf = async (...ids) =>
          ids.join(' ') === graceAtAcme ? 'admin' : 'member'
        return modularSso(roleOf, options)
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
      role: 'admin',
    })
    await admin.open('/settings').expect(200)
    const refused = await member.call('/settings').expect(403)
    expect(refused.body).toEqual({ code: 'role_required' })
  })

  it('carries no role to another organization', async () => {
    const { visitor } = await running()
    const browser = visitor()
    await browser.signIn(`/login?organization_id=${acme}`, grace)
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    expect((await browser.call('/').expect(200)).body).toMatchObject({ role: 'member' })
    await browser.call('/settings').expect(403)
  })

  it('opens the admin portal for its own administrators', async () => {
    const { visitor } = await running()
    const [admin, member] = [visitor(), visitor()]
    await admin.signIn(`/login?organization_id=${acme}`, grace)
    await member.signIn(`/login?organization_id=${acme}`, ada)
    const { headers } = await admin.post('/admin-portal', form).expect(303)
    expect(await (await fetch(headers.location!)).text()).toContain('Admin portal of Acme')
    expect(headers['cache-control']).toBe('no-store')
    await member.post('/admin-portal', form).expect(403)
    await visitor().post('/admin-portal', form).expect(401)
  })

  it('does not pass the status of Scalekit’s response on', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => printed.mockRestore())
    const { emulator, visitor } = await running()
    const admin = visitor()
    await admin.signIn(`/login?organization_id=${acme}`, grace)
    emulator.fail({ path: `/api/v1/organizations/${acme}/portal_links`, status: 404 })
    await admin.post('/admin-portal', form).expect(503)
    expect(printed).toHaveBeenCalledWith(expect.objectContaining({ code: 'api_not_found' }))
  })
})
