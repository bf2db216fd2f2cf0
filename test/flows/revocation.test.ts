import type { Test } from 'supertest'
import { describe, expect, it } from 'vitest'
import { memoryStore, type ScalekitAuthOptions } from '../../src/index.ts'
import { mountAtRoot } from '../support/application.ts'
import { start } from '../support/start.ts'
import { navigation, type Visitor } from '../support/visitor.ts'
import { deliver, example, webhookSecret as secret } from '../support/webhook.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const hourMs = 3_600_000

/** Who an event may be about, as the application knows them. */
interface Person {
  readonly organizationId: string
  readonly sub: string
  readonly idpUserId: string
  readonly sid: string
}

type Event = Parameters<typeof deliver>[1] extends { event?: infer Sent } | undefined
  ? NonNullable<Sent>
  : never

/** Ada, signed in to an application whose clock the test can set. */
async function signedIn(webhooks: ScalekitAuthOptions['webhooks'] = {}) {
  const people: Person[] = []
  let now = Date.now()
  const application = await start({
    // There a subject names the person's id at their identity provider.
    seed: { product: 'sso', clock: () => now },
    options: {
      clock: () => now,
      webhooks: { secret, ...webhooks },
      login: {
        onLogin({ identity: { organizationId, sub, sid } }) {
          const idpUserId = sub.slice(sub.indexOf(';') + 1)
          people.push({ organizationId: organizationId!, sub, idpUserId, sid: sid! })
        },
      },
    },
  })
  const browser = application.visitor()
  await browser.signIn(home, ada)
  await browser.call('/app').expect(200)
  const isIn = async () => (await browser.call('/app')).status === 200
  const wait = (ms: number) => {
    now += ms
  }
  /** Sends an event that occurred so long ago, by the application's clock. */
  const send = (event: Event, agoMs = 0, occurred_at = new Date(now - agoMs).toISOString()) => {
    const timestamp = Math.floor(now / 1000)
    return deliver(application.url, { event: { ...event, occurred_at }, timestamp })
  }
  return { ...application, browser, ada: people[0]!, isIn, wait, send }
}

const nobody = { dp_id: 'nobody', email: 'nobody@acme.example' }

/** Events as Scalekit sends them, about this person. */
const departures: readonly [what: string, event: (person: Person) => Event][] = [
  [
    'their directory’s id is deleted',
    ({ organizationId, idpUserId }) => ({
      ...example('organization.directory.user_deleted', { ...nobody, dp_id: idpUserId }),
      organization_id: organizationId,
    }),
  ],
  [
    'their address is deleted, in another case',
    ({ organizationId }) => ({
      ...example('organization.directory.user_deleted', { ...nobody, email: 'Ada@ACME.example' }),
      organization_id: organizationId,
    }),
  ],
  [
    'they are deactivated',
    ({ organizationId }) => ({
      ...example('organization.directory.user_updated', { ...nobody, email: ada, active: false }),
      organization_id: organizationId,
    }),
  ],
  [
    'they lose their membership',
    ({ organizationId, sub }) =>
      example('user.organization_membership_deleted', {
        organization: { id: organizationId },
        user: { id: sub, email: 'another@acme.example' },
      }),
  ],
  [
    'they sign out at Scalekit',
    ({ sid }) => example('user.logout', { user_session: { session_id: sid } }),
  ],
  [
    'their organization is deleted',
    ({ organizationId }) => example('organization.deleted', { id: organizationId }),
  ],
]

/** Twice as far as clocks may differ. */
const twoMinutesMs = 120_000

describe.each(departures)('when %s, a person', (_what, eventAbout) => {
  it('is out at the next request, whatever the application’s handlers do', async () => {
    const { ada, isIn, send, auth } = await signedIn()
    auth.webhooks.on('*', () => {
      throw new Error('the database is down')
    })
    await send(eventAbout(ada)).expect(503)
    expect(await isIn()).toBe(false)
  })

  it('may sign in again, and stays in when the event comes late', async () => {
    const { ada: person, browser, isIn, send, wait } = await signedIn()
    await send(eventAbout(person)).expect(201)
    expect(await isIn()).toBe(false)
    wait(twoMinutesMs)
    await browser.signIn(home, ada)
    expect(await isIn()).toBe(true)
    await send(eventAbout(person), twoMinutesMs).expect(201)
    expect(await isIn()).toBe(true)
  })
})

it('a user who is created again revives no session that the removal ended, and ends none of their new ones', async () => {
  const { ada: person, browser, isIn, wait, send } = await signedIn()
  const about = { dp_id: person.idpUserId, email: ada }
  const created = {
    ...example('organization.directory.user_created', about),
    organization_id: person.organizationId,
  }
  const removed = {
    ...example('organization.directory.user_deleted', about),
    organization_id: person.organizationId,
  }
  await send(removed).expect(201)
  expect(await isIn()).toBe(false)
  wait(1000)
  // Later than the removal, or earlier and held up on the way.
  for (const agoMs of [0, twoMinutesMs]) {
    await send(created, agoMs).expect(201)
    expect(await isIn()).toBe(false)
  }
  wait(twoMinutesMs)
  await browser.signIn(home, ada)
  expect(await isIn()).toBe(true)
  await send(created).expect(201)
  expect(await isIn()).toBe(true)
})

it('an event that says it is yet to occur keeps nobody out for longer than clocks may differ', async () => {
  const { ada: person, browser, isIn, send, wait } = await signedIn()
  const [, eventAbout] = departures[0]!
  await send(eventAbout(person), -hourMs).expect(201)
  expect(await isIn()).toBe(false)
  wait(300_000)
  await browser.signIn(home, ada)
  expect(await isIn()).toBe(false)
  wait(1000)
  await browser.signIn(home, ada)
  expect(await isIn()).toBe(true)
})

it.each(['yesterday', ''])(
  'an event at no time that can be read (%j) ends sessions, too',
  async (at) => {
    const { ada: person, isIn, send } = await signedIn()
    const [, eventAbout] = departures[0]!
    await send(eventAbout(person), 0, at).expect(201)
    expect(await isIn()).toBe(false)
  },
)

describe('a person stays in when', () => {
  it.each<[string, (person: Person) => Event]>([
    [
      'somebody else is deleted',
      ({ organizationId }) => ({
        ...example('organization.directory.user_deleted', nobody),
        organization_id: organizationId,
      }),
    ],
    [
      'somebody by their address is deleted in another organization',
      () => ({
        ...example('organization.directory.user_deleted', { ...nobody, email: ada }),
        organization_id: 'org_other',
      }),
    ],
    [
      'they are changed and still active',
      ({ organizationId }) => ({
        ...example('organization.directory.user_updated', { email: ada, active: true }),
        organization_id: organizationId,
      }),
    ],
    [
      'somebody else loses their membership',
      ({ organizationId }) =>
        example('user.organization_membership_deleted', {
          organization: { id: organizationId },
          user: { id: 'usr_nobody', email: nobody.email },
        }),
    ],
    ['another session is signed out', () => example('user.logout')],
    ['another organization is deleted', () => example('organization.deleted')],
    [
      'single sign-on of their organization is disabled',
      ({ organizationId }) => ({
        ...example('organization.sso_disabled'),
        organization_id: organizationId,
      }),
    ],
    [
      'the directory of their organization is disabled',
      ({ organizationId }) => ({
        ...example('organization.directory_disabled'),
        organization_id: organizationId,
      }),
    ],
    [
      'an event names nobody',
      ({ organizationId }) => ({
        ...example('organization.directory.user_deleted', { dp_id: '', email: undefined }),
        organization_id: organizationId,
      }),
    ],
    [
      'a sign-out leaves out the session',
      () => ({ ...example('user.logout'), data: { user_session: null } }),
    ],
    [
      'a removal from an organization leaves out who and where',
      () => ({ ...example('user.organization_membership_deleted'), data: {} }),
    ],
  ])('%s', async (_what, eventAbout) => {
    const { ada, isIn, send } = await signedIn()
    await send(eventAbout(ada)).expect(201)
    expect(await isIn()).toBe(true)
  })
})

describe('where the application says so', () => {
  it.each(['sso_disabled', 'directory_disabled'] as const)(
    '%s ends every session of its organization',
    async (name) => {
      const { ada, isIn, send } = await signedIn({ revokeOn: [name] })
      const event = example(`organization.${name}`)
      await send({ ...event, organization_id: 'org_other' }).expect(201)
      expect(await isIn()).toBe(true)
      await send({ ...event, organization_id: ada.organizationId }).expect(201)
      expect(await isIn()).toBe(false)
    },
  )
})

describe('where revocations lie elsewhere, they are waited for by', () => {
  const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

  it.each<[string, number, (browser: Visitor) => Test]>([
    ['a guard', 200, (browser) => browser.call('/app')],
    ['/me', 200, (browser) => browser.call('/me')],
    ['/organizations', 200, (browser) => browser.call('/organizations')],
    ['/portal', 302, (browser) => browser.open('/portal')],
    ['/logout', 303, (browser) => browser.post('/logout', click)],
    ['a callback that comes again', 302, (browser) => browser.open('/callback?code=x&state=y')],
    ['a switch', 303, (browser) => browser.post('/switch', click)],
  ])('%s', async (_what, status, ask) => {
    const { revocations, ...store } = memoryStore()
    const { visitor } = await start({
      options: {
        store: { ...store, revocations: { write: revocations.write, since: revocations.since } },
        portal: { role: 'admin' },
      },
      mount(app, auth) {
        // Above the kit, so that nobody has waited before it.
        app.use('/switch', (req, res, next) => {
          auth.switchOrganization(req, res, 'globex').catch(next)
        })
        mountAtRoot(app, auth)
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    const { headers } = await ask(browser).expect(status)
    expect(headers.location ?? '').not.toContain('login')
  })
})
