import { describe, expect, it } from 'vitest'
import type { DirectoryEditor, DirectoryUserSeed, Emulator } from '../../../../src/testing.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { authorizeUrl, redirectOf } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'

const acmeId = 'org_69615647365005430'
const directoryId = 'dir_69615647365005432'
const ada = 'ada@acme.example'
const mary = { email: 'mary@acme.example', name: 'Mary Somerville' }

describe('an edit of a directory', () => {
  it('that adds a person is sent as user_created', async () => {
    const { directory, events } = await acme()
    const created = directory.createUser({
      ...mary,
      roles: ['editor'],
      attributes: { department: 'Astronomy' },
    })
    expect(directory.users).toContainEqual(created)
    expect(await events()).toMatchObject([
      {
        type: 'organization.directory.user_created',
        object: 'DirectoryUser',
        organization_id: acmeId,
        data: {
          id: created.id,
          organization_id: acmeId,
          dp_id: created.idpUserId,
          email: 'mary@acme.example',
          preferred_username: 'mary@acme.example',
          active: true,
          name: 'Mary Somerville',
          given_name: 'Mary',
          family_name: 'Somerville',
          roles: [{ role_name: 'editor' }],
          groups: null,
          department: 'Astronomy',
        },
      },
    ])
  })

  it('that changes a person is sent as user_updated, with their groups', async () => {
    const { directory, events } = await acme()
    const { id } = userOf(directory, ada)
    directory.updateUser(id, { active: false })
    expect(userOf(directory, ada).active).toBe(false)
    expect(await events()).toMatchObject([
      {
        type: 'organization.directory.user_updated',
        data: {
          id,
          active: false,
          groups: directory.groups
            .filter(({ members }) => members.includes(id))
            .map(({ id: groupId, displayName }) => ({ id: groupId, name: displayName })),
        },
      },
    ])
  })

  it('that removes a person is sent as user_deleted, with what Scalekit still says of them', async () => {
    const { directory, events } = await acme()
    const { id, idpUserId } = userOf(directory, ada)
    directory.deleteUser(id)
    expect(directory.groups.flatMap(({ members }) => members)).not.toContain(id)
    const [event] = await events()
    expect(event?.data).toEqual({
      id,
      organization_id: acmeId,
      dp_id: idpUserId,
      email: ada,
    })
  })

  it('that adds, changes or removes a group is sent likewise', async () => {
    const { directory, events } = await acme()
    const { id } = directory.createGroup({ displayName: 'Avengers', externalId: '00g1' })
    directory.updateGroup(id, { displayName: 'Guardians' })
    directory.deleteGroup(id)
    const group = { id, directory_id: directoryId, organization_id: acmeId }
    expect(await events()).toMatchObject([
      {
        type: 'organization.directory.group_created',
        data: { ...group, display_name: 'Avengers', external_id: '00g1' },
      },
      {
        type: 'organization.directory.group_updated',
        data: { ...group, display_name: 'Guardians', external_id: '00g1' },
      },
      {
        type: 'organization.directory.group_deleted',
        data: {
          ...group,
          display_name: 'Guardians',
          dp_id: '00g1',
          raw_attributes: { displayName: 'Guardians', externalId: '00g1', members: [] },
        },
      },
    ])
  })

  it('that removes a group updates every member', async () => {
    const { directory, events } = await acme()
    const { id, members } = directory.groups[0]!
    directory.deleteGroup(id)
    const [deleted, ...updated] = await events()
    expect(deleted?.data.raw_attributes).toMatchObject({
      members: members.map((value) => ({ value })),
    })
    expect(updated.map(({ type, data }) => [type, data.id])).toEqual(
      members.map((member) => ['organization.directory.user_updated', member]),
    )
    expect(JSON.stringify(updated)).not.toContain(id)
  })

  it('that changes who is in a group updates the member', async () => {
    const { directory, events } = await acme()
    const user = userOf(directory, 'hedy@acme.example')
    const { id, displayName } = directory.groups[0]!
    directory.addMember(id, user.id)
    directory.addMember(id, user.id)
    directory.removeMember(id, user.id)
    expect((await events()).map(({ data }) => data)).toMatchObject([
      { id: user.id, groups: [{ id, name: displayName }] },
      { id: user.id, groups: [{ id, name: displayName }] },
      { id: user.id, groups: null },
    ])
  })

  it.each<[string, (directory: DirectoryEditor) => unknown, string]>([
    [
      'a user that is not there',
      (d) => d.updateUser('diruser_1', {}),
      'There is no user diruser_1',
    ],
    [
      'a user without a name',
      (d) => d.createUser({ email: 'new@acme.example' } as DirectoryUserSeed),
      '`name` must be a non-empty string',
    ],
    [
      'a change to no address',
      (d) => d.updateUser(d.users[1]!.id, { email: '' }),
      '`email` must be a non-empty string',
    ],
    ['a removal that was made', (d) => d.deleteUser('diruser_1'), 'There is no user diruser_1'],
    ['a group that is not there', (d) => d.updateGroup('dirgroup_1', {}), 'no group dirgroup_1'],
    ['a member that is not there', (d) => d.addMember(d.groups[0]!.id, 'x'), 'no user x'],
    ['an address that somebody has', (d) => d.createUser({ ...mary, email: ada }), `a user ${ada}`],
    [
      'a change to an address that somebody has',
      (d) => d.updateUser(d.users[1]!.id, { email: ada }),
      `a user ${ada}`,
    ],
  ])('is refused, and sends nothing, with %s', async (_case, edit, message) => {
    const { directory, events } = await acme()
    expect(() => edit(directory)).toThrow(message)
    expect(await events()).toEqual([])
  })

  it('needs a directory that is there', async () => {
    const emulator = await emulate()
    expect(() => emulator.directory('dir_1')).toThrow('There is no directory dir_1')
  })

  it('sends nothing while the directory is not enabled', async () => {
    const organizations = [{ displayName: 'Acme', directory: { id: 'dir_1', enabled: false } }]
    const { emulator, receiver } = await emulateWithReceiver({ organizations })
    emulator.directory('dir_1').createUser(mary)
    await emulator.settled()
    expect(receiver.received).toEqual([])
  })

  it('is seen by everybody who holds the organizations', async () => {
    const { emulator, directory } = await acme()
    directory.createUser(mary)
    expect(emulator.organizations[0]?.directory?.users).toContainEqual(
      expect.objectContaining(mary),
    )
    expect(emulator.organizations[0]?.people).toContainEqual(expect.objectContaining(mary))
  })
})

describe('the identity provider', () => {
  it('refuses who is deactivated, and takes them back', async () => {
    const { emulator, directory } = await acme()
    const { id } = userOf(directory, ada)
    directory.updateUser(id, { active: false })
    expect(await outcomeFor(emulator, ada)).toBe('user_not_active')
    directory.updateUser(id, { active: true })
    expect(await outcomeFor(emulator, ada)).toBe('signed in')
  })

  it('does not know who is removed', async () => {
    const { emulator, directory } = await acme()
    directory.deleteUser(userOf(directory, ada).id)
    await expect(outcomeFor(emulator, ada)).rejects.toThrow(`Nobody on the page has the address`)
  })

  it('knows who is added, and who has another address', async () => {
    const { emulator, directory } = await acme()
    const { id } = directory.createUser(mary)
    expect(await outcomeFor(emulator, mary.email)).toBe('signed in')
    directory.updateUser(id, { email: 'somerville@acme.example' })
    expect(await outcomeFor(emulator, 'somerville@acme.example')).toBe('signed in')
  })

  it('keeps its own reasons to refuse somebody', async () => {
    const { emulator, directory } = await acme()
    directory.updateUser(userOf(directory, 'charles@acme.example').id, { roles: ['admin'] })
    expect(await outcomeFor(emulator, 'charles@acme.example')).toBe('access_denied')
  })

  it('refuses who is deactivated between the page and the choice', async () => {
    const { emulator, directory } = await acme()
    const page = await (await fetch(authorizeUrl(emulator))).text()
    directory.updateUser(userOf(directory, ada).id, { active: false })
    const person = emulator.organizations[0]!.people.find(({ email }) => email === ada)!
    const request = /name="request" value="([^"]+)"/.exec(page)![1]!
    const body = new URLSearchParams({ request, person: person.id })
    const answer = await fetch(`${emulator.url}/emulator/sign-in`, {
      ...{ method: 'POST', body, redirect: 'manual' },
    })
    expect(answer.headers.get('location')).toContain('error=user_not_active')
  })

  it.each(['deactivated', 'removed'])('gives no silent sign-in to who is %s', async (what) => {
    const { emulator, directory } = await acme()
    const cookie = await sessionCookie(emulator)
    const silently = () => redirectOf(authorizeUrl(emulator, { prompt: 'none' }), { cookie })
    expect((await silently()).params).toHaveProperty('code')
    const { id } = userOf(directory, ada)
    if (what === 'removed') directory.deleteUser(id)
    else directory.updateUser(id, { active: false })
    expect((await silently()).params).toMatchObject({ error: 'login_required' })
  })

  it('does not let a social account into an organization that deactivated its owner', async () => {
    const { emulator, directory, events } = await acme()
    directory.updateUser(userOf(directory, ada).id, { active: false })
    const social = authorizeUrl(emulator, { organization_id: undefined, provider: 'google' })
    await signInAt(social, ada)
    const [, login] = await events()
    expect(login?.type).toBe('user.login')
    expect(login).not.toHaveProperty('organization_id')
  })
})

describe('over HTTP', () => {
  const marysBody = JSON.stringify(mary)

  it('people and groups are listed, added, changed and removed', async () => {
    const { emulator, directory, events } = await acme()
    const call = caller(emulator)
    const user = await call('POST', 'users', { ...mary, roles: ['editor'] })
    expect(user).toMatchObject({ status: 201, body: { ...mary, active: true } })
    const userId = user.body.id
    expect(await call('PATCH', `users/${userId}`, { active: false })).toMatchObject({
      status: 200,
      body: { id: userId, active: false },
    })
    const group = await call('POST', 'groups', { displayName: 'Astronomers' })
    const groupId = group.body.id
    const renamed = await call('PATCH', `groups/${groupId}`, { displayName: 'Stargazers' })
    expect(renamed).toMatchObject({ status: 200, body: { displayName: 'Stargazers' } })
    expect(await call('PUT', `groups/${groupId}/members/${userId}`)).toMatchObject({ status: 204 })
    expect((await call('GET', 'groups')).body).toEqual(directory.groups)
    expect((await call('GET', 'users')).body).toEqual(directory.users)
    await call('DELETE', `groups/${groupId}/members/${userId}`)
    await call('DELETE', `groups/${groupId}`)
    expect(await call('DELETE', `users/${userId}`)).toMatchObject({ status: 204 })
    expect((await events()).map(({ type }) => type.replace(/^.*\./, ''))).toEqual([
      'user_created',
      'user_updated',
      'group_created',
      'group_updated',
      'user_updated',
      'user_updated',
      'group_deleted',
      'user_deleted',
    ])
  })

  it.each<[string, number, string, string, string]>([
    ['another directory', 404, 'GET', '/emulator/directories/dir_1/users', ''],
    ['a user that is not there', 404, 'DELETE', 'users/diruser_1', ''],
    ['an address that somebody has', 409, 'POST', 'users', `{"email":"${ada}","name":"A"}`],
    ['no name', 400, 'POST', 'users', '{"email":"mary@acme.example"}'],
    ['a name that is no text', 400, 'POST', 'users', '{"email":"m@acme.example","name":1}'],
    ['a misspelled name', 400, 'POST', 'users', marysBody.replace('}', ',"role":["x"]}')],
    [
      'an `active` that is no boolean',
      400,
      'POST',
      'users',
      marysBody.replace('}', ',"active":1}'),
    ],
    ['no JSON', 400, 'POST', 'users', 'email=mary'],
    ['JSON that is no object', 400, 'POST', 'users', '[]'],
    ['an unknown operation', 405, 'PUT', 'users', marysBody],
    ['an unknown collection', 404, 'GET', 'robots', ''],
  ])('%s is %i', async (_case, status, method, path, body) => {
    const { emulator, events } = await acme()
    const url = new URL(path, `${emulator.url}/emulator/directories/${directoryId}/`)
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(url, { method, headers, ...(body !== '' && { body }) })
    expect(answer.status).toBe(status)
    expect(await events()).toEqual([])
  })

  it('what a form of another site can send is refused', async () => {
    const { emulator, events } = await acme()
    const url = `${emulator.url}/emulator/directories/${directoryId}/users`
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: marysBody,
    })
    expect(answer.status).toBe(400)
    expect(await events()).toEqual([])
  })
})

describe('the page of a directory', () => {
  it('is linked from the home page and shows everybody', async () => {
    const { emulator } = await acme()
    const home = await (await fetch(emulator.url)).text()
    const link = /<a href="(\/emulator\/directories\/[^"]+)"/.exec(home)![1]!
    const page = await (await fetch(emulator.url + link)).text()
    for (const { name } of emulator.organizations[0]!.people) expect(page).toContain(name)
  })

  it('has a button that deactivates, one that reactivates and one that removes', async () => {
    const { emulator, directory, events } = await acme()
    const page = pageOf(emulator)
    await page.press(ada, 'Deactivate')
    expect(await outcomeFor(emulator, ada)).toBe('user_not_active')
    await page.press(ada, 'Reactivate')
    await page.press(ada, 'Remove')
    expect(directory.users.map(({ email }) => email)).not.toContain(ada)
    expect(
      (await events()).map(({ type, data }) => [type.replace(/^.*\./, ''), data.active]),
    ).toEqual([
      ['user_updated', false],
      ['user_updated', true],
      ['user_deleted', undefined],
    ])
  })

  it.each([
    ['comes from another site', 403, { change: 'remove' }, { 'sec-fetch-site': 'cross-site' }],
    ['comes from another port', 403, { change: 'remove' }, { 'sec-fetch-site': 'same-site' }],
    ['names no button', 400, { change: 'promote' }, {}],
  ])('changes nothing for a form that %s', async (_case, status, fields, headers) => {
    const { emulator, directory, events } = await acme()
    const { id } = userOf(directory, ada)
    const answer = await fetch(`${emulator.url}/emulator/directories/${directoryId}/users/${id}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers,
    })
    expect(answer.status).toBe(status)
    expect(await events()).toEqual([])
  })

  it('adds somebody, who can sign in then', async () => {
    const { emulator, events } = await acme()
    const added = await pageOf(emulator).add({ name: 'Mary Shaw', email: 'mary@acme.example' })
    expect(await added.text()).toContain('Mary Shaw')
    expect(await outcomeFor(emulator, 'mary@acme.example')).toBe('signed in')
    expect((await events())[0]).toMatchObject({
      type: 'organization.directory.user_created',
      data: { email: 'mary@acme.example', name: 'Mary Shaw' },
    })
  })

  it.each<[string, number, Record<string, string>, Record<string, string>]>([
    ['from another site', 403, {}, { 'sec-fetch-site': 'cross-site' }],
    ['without a name', 400, { name: ' ' }, {}],
    ['without an address', 400, { email: '' }, {}],
    ['whose address is none', 400, { email: 'mary' }, {}],
    ['who is there already', 400, { email: ada }, {}],
  ])('adds nobody %s', async (_case, status, fields, headers) => {
    const { emulator, events } = await acme()
    const person = { name: 'Mary Shaw', email: 'mary@acme.example', ...fields }
    expect((await pageOf(emulator).add(person, headers)).status).toBe(status)
    expect(await events()).toEqual([])
  })

  it('shows names as they are written', async () => {
    const { emulator, directory } = await acme()
    directory.createUser({ email: '"><b>@acme.example', name: '<i>Mary</i>' })
    expect(await pageOf(emulator).text()).not.toMatch(/<b>|<i>/)
  })
})

/** Acme's directory, and what was sent about it. */
async function acme() {
  const { emulator, receiver } = await emulateWithReceiver()
  return {
    emulator,
    directory: emulator.directory(directoryId),
    async events() {
      await emulator.settled()
      return receiver.received.map(({ event }) => event)
    },
  }
}

function userOf({ users }: DirectoryEditor, email: string) {
  return users.find((user) => user.email === email)!
}

/** What becomes of a sign-in at Acme. */
async function outcomeFor(emulator: Emulator, email: string): Promise<string> {
  const location = new URL(await signInAt(authorizeUrl(emulator), email))
  return location.searchParams.get('error') ?? 'signed in'
}

async function sessionCookie(emulator: Emulator): Promise<string> {
  const page = await (await fetch(authorizeUrl(emulator))).text()
  const request = /name="request" value="([^"]+)"/.exec(page)![1]!
  const person = emulator.organizations[0]!.people.find(({ email }) => email === ada)!.id
  const answer = await fetch(`${emulator.url}/emulator/sign-in`, {
    ...{ method: 'POST', redirect: 'manual' },
    body: new URLSearchParams({ request, person }),
  })
  return answer.headers.getSetCookie()[0]!.split(';')[0]!
}

function caller(emulator: Emulator) {
  return async (method: string, path: string, value?: object) => {
    const answer = await fetch(`${emulator.url}/emulator/directories/${directoryId}/${path}`, {
      method,
      ...(value && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(value),
      }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      body: (text === '' ? {} : JSON.parse(text)) as { readonly id: string },
    }
  }
}

/** The console, as a person uses it. */
function pageOf(emulator: Emulator) {
  const url = `${emulator.url}/emulator/directories/${directoryId}`
  const text = async () => (await fetch(url)).text()
  return {
    text,
    add: (person: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(url, { method: 'POST', body: new URLSearchParams(person), headers }),
    async press(email: string, label: string) {
      const form = (await text()).split(email)[1]!.split('</form>')[0]!
      const action = /action="([^"]+)"/.exec(form)![1]!
      const change = new RegExp(`value="(\\w+)">${label}<`).exec(form)![1]!
      const answer = await fetch(emulator.url + action, {
        method: 'POST',
        body: new URLSearchParams({ change }),
      })
      expect(answer.url).toBe(url)
    },
  }
}
