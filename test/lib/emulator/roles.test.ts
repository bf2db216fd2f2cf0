import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../../src/testing.ts'
import { postToken, refreshParams, tokensFor } from './application.ts'
import { acmeDirectory, acmeId, ask, globexId } from './control/control.ts'
import { emulate, emulateWithReceiver } from './emulate.ts'

const ada = 'ada@acme.example'
const updated = 'user.organization_membership_updated'
const userUpdated = 'organization.directory.user_updated'
const member = { roles: ['member'], permissions: ['projects:read'] }

/** Every way to make a member of Ada, who is an administrator. */
const ways: readonly [string, (emulator: Emulator) => unknown][] = [
  ['emulator.person', ({ person }) => person(ada).update(member)],
  ['emulator.updatePerson', ({ updatePerson }) => updatePerson(ada, member)],
  ['the API over HTTP', (emulator) => ask(emulator, `PATCH /people/${ada}`, member)],
  [
    'the form of the home page',
    (emulator) =>
      sendForm(emulator, '/', 'Roles of Ada Lovelace', {
        roles: 'member',
        permissions: 'projects:read',
      }),
  ],
]

describe('a change of roles and permissions', () => {
  it.each(ways)('by %s is an event, and what the next refresh says', async (_way, change) => {
    const { emulator, receiver } = await emulateWithReceiver()
    const refresh = await signedIn(emulator)
    emulator.advance(1)
    await change(emulator)
    await emulator.settled()
    expect(receiver.received).toMatchObject([
      { event: { type: 'user.login' } },
      {
        problem: undefined,
        event: {
          type: updated,
          object: 'OrgMembership',
          organization_id: acmeId,
          data: {
            organization: { id: acmeId, external_id: 'acme', display_name: 'Acme' },
            user: {
              id: emulator.person(ada).current.id,
              email: ada,
              user_profile: {
                name: 'Ada Lovelace',
                external_identities: [{ connection_type: 'SAML', raw_attributes: '{}' }],
              },
            },
          },
        },
      },
    ])
    expect(await refresh()).toMatchObject(member)
  })

  it.each([
    ['roles', { roles: ['owner'] }],
    ['permissions', { permissions: [] }],
  ])('of %s alone is an event', async (_what, changes) => {
    const { emulator, receiver } = await emulateWithReceiver()
    emulator.person(ada).update(changes)
    await emulator.settled()
    expect(receiver.types()).toEqual([updated])
  })

  it('that changes neither is none', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    emulator.person(ada).update({ roles: ['admin'], customClaims: { plan: 'team' } })
    emulator.updatePerson(ada, { permissions: emulator.person(ada).current.permissions })
    await emulator.settled()
    expect(receiver.types()).toEqual([])
  })

  it('is an event of the one organization where it is made', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    emulator.updatePerson('grace@acme.example', { roles: ['owner'] }, 'globex')
    await emulator.settled()
    expect(receiver.received).toMatchObject([{ event: { organization_id: globexId } }])
    expect(emulator.person('grace@acme.example').current.roles).toEqual(['member'])
  })

  it('outlives a directory that changes something else, and follows one that changes roles', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const directory = emulator.directory(acmeDirectory)
    const { id } = directory.users[0]!
    emulator.person(ada).update({ roles: ['owner'] })
    directory.updateUser(id, { attributes: { department: 'Engines' } })
    expect(emulator.person(ada).current.roles).toEqual(['owner'])
    directory.updateUser(id, { roles: ['auditor'] })
    expect(emulator.person(ada).current.roles).toEqual(['auditor'])
    await emulator.settled()
    expect(receiver.types().filter((type) => type === updated)).toHaveLength(2)
  })
})

describe('in Modular SSO, a change of roles', () => {
  it.each(ways)('by %s is an event of the directory', async (_way, change) => {
    const { emulator, receiver } = await emulateWithReceiver({ product: 'sso' })
    await change(emulator)
    await emulator.settled()
    expect(receiver.received).toMatchObject([
      {
        problem: undefined,
        event: {
          type: userUpdated,
          data: {
            email: ada,
            roles: [{ role_name: 'member' }],
            groups: [{ name: 'Engineering' }, { name: 'Administrators' }],
          },
        },
      },
    ])
    expect(emulator.directory(acmeDirectory).users[0]!.roles).toEqual(['member'])
  })
})

describe('the page of a directory', () => {
  const form = 'Roles and groups of Ada Lovelace'
  const path = `/emulator/directories/${acmeDirectory}`

  it('changes roles and groups, each by an event', async () => {
    const { emulator, receiver } = await emulateWithReceiver({ product: 'sso' })
    await sendForm(emulator, path, form, { roles: 'auditor, member', groups: 'Engineering, Board' })
    await emulator.settled()
    const changes = receiver.received.filter(({ event }) => event.type === userUpdated)
    expect(changes.at(-1)?.event.data).toMatchObject({
      roles: [{ role_name: 'auditor' }, { role_name: 'member' }],
      groups: [{ name: 'Engineering' }, { name: 'Board' }],
    })
  })

  it('sends nothing where nothing is changed', async () => {
    const { emulator, receiver } = await emulateWithReceiver({ product: 'sso' })
    const unchanged = { roles: 'admin', groups: 'Engineering, Administrators' }
    await sendForm(emulator, path, form, unchanged)
    await emulator.settled()
    expect(receiver.types()).toEqual([])
  })
})

describe('the form of the home page', () => {
  it('takes every role away where its fields are empty', async () => {
    const emulator = await emulate()
    await sendForm(emulator, '/', 'Roles of Ada Lovelace', { roles: ' , ', permissions: '' })
    expect(emulator.person(ada).current).toMatchObject({ roles: [], permissions: [] })
  })

  it('says so where the person is gone', async () => {
    const emulator = await emulate()
    const body = new URLSearchParams({ organization_id: acmeId, email: 'nobody@acme.example' })
    const answer = await fetch(`${emulator.url}/emulator/roles`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('There is no person nobody@acme.example')
  })

  it('has no permissions in Modular SSO', async () => {
    const page = await textAt(await emulate({ product: 'sso' }), '/')
    expect(page).toContain('name="roles"')
    expect(page).not.toContain('name="permissions"')
  })
})

describe('with staleClaimsSeconds', () => {
  it('tokens tell what was true so long ago, and events are sent at once', async () => {
    const seed = { clock: () => 1_800_000_000_000, staleClaimsSeconds: 3 }
    const { emulator, receiver } = await emulateWithReceiver(seed)
    const refresh = await signedIn(emulator)
    emulator.person(ada).update({ roles: ['member'] })
    await emulator.settled()
    expect(receiver.types()).toContain(updated)
    expect(await refresh()).toMatchObject({ roles: ['admin'], iat: 1_800_000_000 })
    emulator.advance(2)
    emulator.person(ada).update({ roles: ['owner'] })
    expect((await refresh()).roles).toEqual(['admin'])
    emulator.advance(1)
    expect((await refresh()).roles).toEqual(['member'])
    emulator.advance(2)
    expect((await refresh()).roles).toEqual(['owner'])
  })

  it('a new sign-in is as late, and a reset ends it', async () => {
    let now = 1_800_000_000_000
    const emulator = await emulate({ clock: () => now, staleClaimsSeconds: 60 })
    const rolesNow = async () => decodeJwt((await tokensFor(emulator)).access_token).roles
    emulator.person(ada).update({ roles: ['member'] })
    expect(await rolesNow()).toEqual(['admin'])
    now += 30_000
    emulator.person(ada).update({ roles: ['owner'] })
    now += 30_000
    expect(await rolesNow()).toEqual(['member'])
    emulator.reset()
    expect(await rolesNow()).toEqual(['admin'])
  })
})

/** Signs Ada in, and answers what refreshes her access token and returns its claims. */
async function signedIn(emulator: Emulator) {
  let { refresh_token } = await tokensFor(emulator, { scope: 'openid offline_access' })
  return async () => {
    const { body } = await postToken(emulator, refreshParams(emulator, refresh_token))
    refresh_token = body.refresh_token
    return decodeJwt(body.access_token)
  }
}

async function textAt({ url }: Emulator, path: string): Promise<string> {
  return (await fetch(url + path)).text()
}

/** Fills in the form with this label, as a browser would: hidden fields and fields that are there. */
async function sendForm(
  emulator: Emulator,
  path: string,
  label: string,
  values: Readonly<Record<string, string>>,
): Promise<Response> {
  const page = await textAt(emulator, path)
  const start = page.lastIndexOf('<form', page.indexOf(`aria-label="${label}"`))
  const form = page.slice(start, page.indexOf('</form>', start))
  const fields = new Map(
    [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
  )
  const known = Object.entries(values).filter(([name]) => fields.has(name))
  const body = new URLSearchParams([...new Map([...fields, ...known])])
  const action = /action="([^"]+)"/.exec(form)![1]!
  return fetch(emulator.url + action, { method: 'POST', body })
}
