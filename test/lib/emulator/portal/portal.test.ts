import { describe, expect, it } from 'vitest'
import type { EmulatorSeed } from '../../../../src/testing.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { authorizeUrl, redirectOf } from '../application.ts'
import { emulateWithReceiver } from '../emulate.ts'
import { type Api, acmeId, apiOf } from '../rest/api.ts'

const connectionId = 'conn_69615647365005431'
const directoryId = 'dir_69615647365005432'
const seed = { clock: () => Date.parse('2026-01-15T10:30:00Z') }

describe('the admin portal', () => {
  it('shows what can be set up, with a button that is the other state of each', async () => {
    const { portal } = await acme()
    const page = await portal.text()
    expect(page).toContain('Okta, enabled')
    expect(buttonsOf(page)).toEqual(['Disable single sign-on', 'Disable directory sync'])
    await portal.press('sso', 'disable')
    expect(buttonsOf(await portal.text())).toEqual([
      'Enable single sign-on',
      'Disable directory sync',
    ])
  })

  it('disables a connection, so that nobody signs in through it until it is enabled', async () => {
    const { emulator, portal, events } = await acme()
    expect(await portal.press('sso', 'disable')).toContain(
      'Single sign-on connection disabled successfully',
    )
    const selectors = [{ organization_id: acmeId }, { connection_id: connectionId }]
    const answers = selectors.map((selector) => redirectOf(authorizeUrl(emulator, selector)))
    expect((await Promise.all(answers)).map(({ params }) => params.error)).toEqual([
      'no_active_connections',
      'connection_not_active',
    ])
    await portal.press('sso', 'enable')
    expect(await signInAt(authorizeUrl(emulator), 'ada@acme.example')).toContain('code=')
    expect((await events()).slice(0, 2)).toMatchObject([
      { type: 'organization.sso_disabled', data: { id: connectionId, enabled: false } },
      { type: 'organization.sso_enabled', data: { id: connectionId, enabled: true } },
    ])
  })

  it('disables a directory, so that it hears of nothing until it is enabled', async () => {
    const { emulator, portal, events } = await acme()
    await portal.press('dir_sync', 'disable')
    emulator.directory(directoryId).createGroup({ displayName: 'Astronomers' })
    expect((await events()).map(({ type }) => type)).toEqual(['organization.directory_disabled'])
    await portal.press('dir_sync', 'enable')
    expect((await events()).slice(1).map(({ type }) => type)).toEqual([
      'organization.directory_enabled',
      'organization.directory.group_created',
    ])
  })

  it('has no button for a connection that was never set up to its end', async () => {
    const connection = { enabled: false, status: 'DRAFT' } as const
    const organizations = [{ id: acmeId, displayName: 'Acme', connection }]
    const { emulator, portal } = await acme({ organizations }, '?features=sso')
    const page = await portal.text()
    expect(page).toContain('setup not finished')
    expect(buttonsOf(page)).toEqual([])
    expect((await portal.send({ feature: 'sso', change: 'enable' })).status).toBe(400)
    expect(emulator.organizations[0]!.connection!.enabled).toBe(false)
  })

  it('shows names as they are written', async () => {
    const { portal } = await acme({
      organizations: [{ id: acmeId, displayName: '"><b>Acme</b>', people: [] }],
    })
    expect(await portal.text()).not.toContain('<b>')
  })
})

describe('the admin portal of an organization that has nothing yet', () => {
  it('sets up single sign-on for the people of a domain', async () => {
    const { emulator, portal, events } = await newcomer()
    expect(buttonsOf(await portal.text())).toEqual([
      'Set up single sign-on',
      'Set up directory sync',
    ])
    const page = await portal.press('sso', 'set-up', { domain: ' Initech.example ' })
    expect(page).toContain('connection enabled successfully')
    expect(buttonsOf(page)[0]).toBe('Disable single sign-on')
    const { domains, connection, people } = emulator.organizations[0]!
    expect(domains).toEqual(['initech.example'])
    const url = authorizeUrl(emulator, { organization_id: undefined, domain: 'initech.example' })
    for (const { email } of people) expect(await signInAt(url, email)).toContain('code=')
    expect(people.map(({ roles }) => roles)).toEqual([['admin'], ['member']])
    expect((await events()).slice(0, 2)).toMatchObject([
      { type: 'organization.sso_created', data: { id: connection!.id, organization_id: acmeId } },
      { type: 'organization.sso_enabled', data: { id: connection!.id, enabled: true } },
    ])
  })

  it('sets up a directory, which tells who works there', async () => {
    const { portal, events } = await newcomer()
    await portal.press('sso', 'set-up', { domain: 'initech.example' })
    expect(await portal.press('dir_sync', 'set-up')).toContain('enabled successfully')
    const sent = (await events()).slice(2)
    expect(sent.map(({ type, data }) => [type, emailIn(data)])).toEqual([
      ['organization.directory_enabled', undefined],
      ['organization.directory.user_created', 'barbara@initech.example'],
      ['organization.directory.user_created', 'dennis@initech.example'],
    ])
  })

  it('sets up the directory first, if that is pressed first', async () => {
    const { emulator, portal, events } = await newcomer()
    await portal.press('dir_sync', 'set-up')
    await portal.press('sso', 'set-up', { domain: 'initech.example' })
    const { people, directory } = emulator.organizations[0]!
    const emails = ['barbara@initech.example', 'dennis@initech.example']
    expect([people, directory!.users].map((list) => list.map(({ email }) => email))).toEqual([
      emails,
      emails,
    ])
    expect((await events()).map(({ data }) => emailIn(data)).filter(Boolean)).toEqual(emails)
  })

  it.each([
    ['nothing', ''],
    ['no dot', 'localhost'],
    ['an address', 'ada@initech.example'],
    ['letters that look like others', 'іnitech.example'],
    ['more than a domain may have', `${'a.'.repeat(125)}example`],
    ["somebody else's domain", 'globex.example'],
  ])('refuses a domain that is %s', async (_case, domain) => {
    const { emulator, portal, events } = await newcomer()
    expect((await portal.send({ feature: 'sso', change: 'set-up', domain })).status).toBe(400)
    expect(emulator.organizations[0]).toMatchObject({ domains: [], people: [] })
    expect(emulator.organizations[0]!.connection).toBeUndefined()
    expect(await events()).toEqual([])
  })

  it.each(['sso', 'dir_sync'])('sets up %s once', async (feature) => {
    const { emulator, portal } = await acme()
    const before = structuredClone(emulator.organizations[0]!)
    const again = { feature, change: 'set-up', domain: 'acme.example' }
    expect((await portal.send(again)).status).toBe(400)
    expect(emulator.organizations[0]).toEqual(before)
  })

  it.each(['sso', 'dir_sync'])('has no %s to enable before', async (feature) => {
    const { portal, events } = await newcomer()
    expect((await portal.send({ feature, change: 'enable' })).status).toBe(400)
    expect(await events()).toEqual([])
  })
})

describe('a form of the portal', () => {
  it.each<[string, Fields, Fields, string]>([
    ['comes from another site', {}, { 'sec-fetch-site': 'cross-site' }, 'came from another site'],
    ['comes from another port', {}, { 'sec-fetch-site': 'same-site' }, 'came from another site'],
    ['names no button', { change: 'delete' }, {}, 'no such button'],
    ['names nothing', { feature: '', change: '' }, {}, 'no such button'],
    ['names what the link does not open', { feature: 'dir_sync' }, {}, 'no such button'],
  ])('that %s changes nothing', async (_case, fields, headers, reason) => {
    const isForeign = 'sec-fetch-site' in headers
    const { portal, events } = await acme({}, '?features=sso')
    const answer = await portal.send({ feature: 'sso', change: 'disable', ...fields }, headers)
    expect([answer.status, await answer.text()]).toEqual([
      isForeign ? 403 : 400,
      expect.stringContaining(reason),
    ])
    expect(await events()).toEqual([])
  })

  it('of a link that has expired, or that nobody made, changes nothing', async () => {
    const { emulator, portal, events } = await acme()
    const fields = new URLSearchParams({ feature: 'sso', change: 'disable' })
    const guessed = `${emulator.url}/magicLink/${crypto.randomUUID()}`
    expect((await fetch(guessed, { method: 'POST', body: fields })).status).toBe(400)
    emulator.advance(7 * 86_400)
    expect((await portal.send(Object.fromEntries(fields))).status).toBe(400)
    expect(await events()).toEqual([])
  })

  it('changes nothing on GET', async () => {
    const { portal, events } = await acme()
    await fetch(`${portal.url}?feature=sso&change=disable`)
    expect(await events()).toEqual([])
  })
})

describe('a link that opens once', () => {
  const singleUse = { singleUse: true, portalLinkTtlSeconds: 60 }

  it('goes on in a session of six hours, which the link is no name of', async () => {
    const { emulator, portal } = await acme(singleUse)
    const { url } = await fetch(portal.url)
    expect(url).toMatch(/\/magicLink\/session\/[\w-]{32}$/)
    emulator.advance(6 * 3_600 - 1)
    expect((await fetch(url)).status).toBe(200)
    emulator.advance(1)
    expect((await fetch(url)).status).toBe(400)
  })

  it('changes nothing itself, before it was opened and after', async () => {
    const { portal, events } = await acme(singleUse)
    const disable = { feature: 'sso', change: 'disable' }
    expect((await portal.send(disable)).status).toBe(400)
    const { url } = await fetch(portal.url)
    expect((await portal.send(disable)).status).toBe(400)
    expect(await events()).toEqual([])
    await fetch(url, { method: 'POST', body: new URLSearchParams(disable) })
    expect((await events()).map(({ type }) => type)).toEqual(['organization.sso_disabled'])
  })

  it('is not used up by a HEAD, nor once it has expired', async () => {
    const { emulator, portal } = await acme(singleUse)
    await fetch(portal.url, { method: 'HEAD' })
    emulator.advance(59)
    expect((await fetch(portal.url)).status).toBe(200)
    const late = await acme(singleUse)
    late.emulator.advance(60)
    expect((await fetch(late.portal.url)).status).toBe(400)
  })
})

describe('what the portal tells whoever embeds it', () => {
  const connection = { connection_type: 'SSO', id: connectionId, type: 'SAML', provider: 'OKTA' }
  const directory = { directory_type: 'SCIM', id: directoryId, provider: 'OKTA' }

  it.each([
    ['ORGANIZATION_SSO_DISABLED', 'sso', 'disable', 'connection', connection, false],
    ['ORGANIZATION_SSO_ENABLED', 'sso', 'enable', 'connection', connection, true],
    ['ORGANIZATION_DIRECTORY_DISABLED', 'dir_sync', 'disable', 'directory', directory, false],
    ['ORGANIZATION_DIRECTORY_ENABLED', 'dir_sync', 'enable', 'directory', directory, true],
  ])('is %s, once', async (event_type, feature, change, object, data, enabled) => {
    const { portal } = await acme()
    const [first] = messagesIn(await portal.press(feature, change))
    expect(first).toEqual({
      afterMs: 0,
      message: {
        event_type,
        object,
        organization_id: acmeId,
        message: expect.stringContaining(`${change}d successfully`),
        data: { ...data, enabled },
      },
    })
    expect(typesIn(await portal.text())[0]).toBe('PORTAL_LOAD_SUCCESS')
  })

  it('is that it was loaded, will end and has ended', async () => {
    const { emulator, portal } = await acme({ ...seed, portalLinkTtlSeconds: 3_600 })
    const aboutSession = (event_type: string, afterMs: number) => ({
      afterMs,
      message: {
        event_type,
        object: 'session',
        organization_id: acmeId,
        message: expect.any(String),
        data: { expiry: '2026-01-15T11:30:00.000Z' },
      },
    })
    expect(messagesIn(await portal.text())).toEqual([
      aboutSession('PORTAL_LOAD_SUCCESS', 0),
      aboutSession('PORTAL_SESSION_WARNING', 55 * 60_000),
      aboutSession('PORTAL_SESSION_EXPIRY', 60 * 60_000),
    ])
    emulator.advance(58 * 60)
    expect(messagesIn(await portal.text()).map(({ afterMs }) => afterMs)).toEqual([0, 0, 120_000])
  })

  it('is nothing that a browser could not wait for', async () => {
    const { portal } = await acme({ portalLinkTtlSeconds: 30 * 86_400 })
    expect(typesIn(await portal.text())).toEqual(['PORTAL_LOAD_SUCCESS'])
  })

  it('is that nothing was opened, without a word about whose it was', async () => {
    const { emulator, portal } = await acme()
    emulator.advance(7 * 86_400)
    expect(messagesIn(await portal.text())).toEqual([
      {
        afterMs: 0,
        message: {
          event_type: 'PORTAL_LOAD_FAILURE',
          object: 'session',
          organization_id: '',
          message: expect.stringContaining('does not open anything'),
          data: {},
        },
      },
    ])
  })

  it.each([
    [
      'the origins of the redirect URIs',
      ['https://app.example/a', 'https://app.example/b', 'http://localhost:3000/c'],
      'https://app.example http://localhost:3000',
    ],
    ['nobody where none has one', ['com.example.app:/callback'], "'none'"],
    ['nobody where there is none', [], "'none'"],
  ])('is told to %s, and they alone may embed it', async (_case, redirectUris, origins) => {
    const { emulator, portal } = await acme({ redirectUris })
    for (const url of [portal.url, `${emulator.url}/magicLink/1`]) {
      const answer = await fetch(url)
      const policy = answer.headers.get('content-security-policy')!
      expect(policy).toContain(`; frame-ancestors ${origins}`)
      expect(policy).toMatch(/; script-src 'sha256-[\w+/=]{44}';/)
      const told = portalData(await answer.text()).origins
      expect(told.join(' ')).toBe(origins === "'none'" ? '' : origins)
    }
  })

  it('leaves the other pages as they were: without a script and never in a frame', async () => {
    const { emulator } = await acme()
    const policy = (await fetch(emulator.url)).headers.get('content-security-policy')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('script-src')
  })
})

type Fields = Readonly<Record<string, string>>

/** A link to Acme's portal, and what was sent. */
async function acme(options: EmulatorSeed = {}, query = '') {
  const { emulator, receiver } = await emulateWithReceiver(options)
  return {
    emulator,
    portal: portalAt(await newLink(await apiOf(emulator), query)),
    async events() {
      await emulator.settled()
      return receiver.received.map(({ event }) => event)
    },
  }
}

/** The portal of an organization without connection, directory and people; Globex has a domain. */
function newcomer() {
  const nothing = { connection: null, directory: null }
  return acme({
    ...seed,
    organizations: [
      { id: acmeId, displayName: 'Initech', ...nothing },
      { displayName: 'Globex', domains: ['globex.example'] },
    ],
  })
}

function emailIn(data: unknown): string | undefined {
  return (data as { readonly email?: string }).email
}

async function newLink(api: Api, query: string): Promise<string> {
  const { body } = await api(`PUT /organizations/${acmeId}/portal_links${query}`)
  return (body as { link: { location: string } }).link.location
}

/** The portal, as an administrator uses it. */
function portalAt(url: string) {
  const send = (fields: Fields, headers: Fields = {}) =>
    fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers })
  return {
    url,
    send,
    text: async () => (await fetch(url)).text(),
    async press(feature: string, change: string, fields: Fields = {}) {
      const answer = await send({ feature, change, ...fields })
      expect([answer.status, answer.url]).toEqual([200, url])
      return answer.text()
    },
  }
}

function buttonsOf(page: string): readonly string[] {
  return [...page.matchAll(/<button[^>]*>([^<]*)<\/button>/g)].map(([, label]) => label!)
}

interface PortalData {
  readonly origins: readonly string[]
  readonly messages: readonly {
    readonly afterMs: number
    readonly message: { readonly event_type: string }
  }[]
}

function portalData(page: string): PortalData {
  const attribute = /data-portal="([^"]*)"/.exec(page)![1]!
  return JSON.parse(attribute.replaceAll('&quot;', '"').replaceAll('&#39;', "'")) as PortalData
}

function messagesIn(page: string) {
  return portalData(page).messages
}

function typesIn(page: string): readonly string[] {
  return messagesIn(page).map(({ message }) => message.event_type)
}
