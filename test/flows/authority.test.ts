import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import {
  getAuth,
  memoryStore,
  type ScalekitAuth,
  type ScalekitAuthOptions,
} from '../../src/index.ts'
import type { EmulatorSeed } from '../../src/testing.ts'
import { showPrincipal } from '../support/application.ts'
import { eventually } from '../support/eventually.ts'
import type { HostApp } from '../support/hosts.ts'
import { cookiesOf, remote, startProcesses } from '../support/processes.ts'
import { deliver, example, webhookSecret } from '../support/webhook.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const member = { roles: ['member'], permissions: ['projects:read'] }
const admin = { roles: ['admin'], permissions: ['projects:read', 'projects:write'] }
const hourMs = 3_600_000
const refreshes = {
  path: '/oauth/token',
  grantType: 'refresh_token',
  times: Number.POSITIVE_INFINITY,
}

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
  app.use('/admin', auth.requireRole('admin'))
  app.use('/admin', showPrincipal)
  app.use('/write', auth.requirePermission('projects:write'))
  app.use('/write', showPrincipal)
  app.use('/token', (req, res) => void answerToken(req, res))
  app.use('/public', showPrincipal)
  app.use('/kept', (req, res) => {
    lastKept = getAuth(req) as SignedIn
    res.end()
  })
  const held = auth.requireThat(() => heldUp.wait().then(() => true), { code: 'held_up' })
  app.use('/held', held)
  app.use('/held', showPrincipal)
}

type SignedIn = Extract<ReturnType<typeof getAuth>, { status: 'signed-in' }>

/** The principal of the last request to `/kept`, as work that outlives its request has it. */
let lastKept: SignedIn | undefined

/** A condition that decides only once the test says so. */
const heldUp = {
  arrived() {},
  release() {},
  next: () =>
    new Promise<void>((resolve) => {
      heldUp.arrived = resolve
    }),
  wait: () =>
    new Promise<void>((resolve) => {
      heldUp.release = resolve
      heldUp.arrived()
    }),
}

async function answerToken(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const principal = getAuth(req)
  const token = principal.status === 'signed-in' ? principal.accessToken() : 'signed-out'
  res.end(await Promise.resolve(token).catch((error: { code: string }) => error.code))
}

/** Somebody signed in to two processes of an application, whose clock the test can set. */
async function signedIn(parts: { seed?: EmulatorSeed; options?: ScalekitAuthOptions } = {}) {
  const { seed, options } = parts
  const store = remote(memoryStore())
  let now = Date.now()
  const clock = () => now
  const { emulator, all } = await startProcesses({
    storeOf: () => store,
    seed: { clock, ...seed },
    options: { scopes, clock, ...options },
    mount,
  })
  const browser = all[0]!.visitor()
  await browser.signIn(home, ada)
  await emulator.settled()
  const call = (index: number, path: string) => all[index]!.visitor().call(path, cookiesOf(browser))
  const statuses = async (path: string) => {
    const responses = await Promise.all(all.map((_, index) => call(index, path)))
    return responses.map(({ status }) => status)
  }
  const grants = () =>
    emulator.requests.filter(({ grantType }) => grantType === 'refresh_token').length
  return {
    emulator,
    all,
    browser,
    store,
    call,
    statuses,
    grants,
    log: () => all.flatMap(({ log }) => log),
    now: clock,
    organizationId: 'org_69615647365005430',
    wait: (ms: number) => {
      now += ms
    },
  }
}

describe('roles that change at Scalekit', () => {
  it('are those of the next request, in every process', async () => {
    const { emulator, statuses, wait } = await signedIn()
    expect(await statuses('/admin')).toEqual([200, 200])
    emulator.person(ada).update(member)
    await emulator.settled()
    expect(await statuses('/admin')).toEqual([403, 403])
    expect(await statuses('/write')).toEqual([403, 403])
    expect(await statuses('/app')).toEqual([200, 200])
    wait(1000)
    emulator.person(ada).update(admin)
    await emulator.settled()
    expect(await statuses('/admin')).toEqual([200, 200])
    expect(await statuses('/write')).toEqual([200, 200])
  })

  it('are known within the life of a token where no event comes', async () => {
    const { emulator, statuses, wait } = await signedIn({ seed: { webhooks: [] } })
    emulator.person(ada).update(member)
    expect(await statuses('/admin')).toEqual([200, 200])
    wait(301_000)
    expect(await statuses('/admin')).toEqual([403, 403])
  })

  it.each([
    ['process', 301_000],
    ['process that has not seen the user for longer than the grace', 3_900_000],
  ])('are known during an outage to another %s', async (_what, later) => {
    const { emulator, call, wait } = await signedIn({ seed: { webhooks: [] } })
    emulator.person(ada).update(member)
    wait(later)
    await call(0, '/admin').expect(403)
    wait(301_000)
    emulator.fail({ ...refreshes, status: 503 })
    await call(1, '/admin').expect(403)
    expect((await call(1, '/app').expect(200)).body).toMatchObject({
      isStale: true,
      roles: ['member'],
    })
  })

  it('set no cookie', async () => {
    const { call, wait } = await signedIn()
    wait(301_000)
    const { headers } = await call(0, '/app').expect(200)
    expect(headers['set-cookie']).toBeUndefined()
  })
})

describe('an access token that has ended', () => {
  it('is renewed once for all requests of all processes', async () => {
    const { statuses, grants, wait, all, call } = await signedIn()
    wait(301_000)
    const requests = Array.from({ length: 100 }, (_, at) => call(at % all.length, '/app'))
    const responses = await Promise.all(requests)
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(grants()).toBe(1)
    expect(await statuses('/app')).toEqual([200, 200])
    expect(grants()).toBe(1)
  })

  it('is not renewed for pages that no guard protects', async () => {
    const { call, grants, wait } = await signedIn()
    wait(301_000)
    const { body } = await call(0, '/public').expect(200)
    expect(body).toMatchObject({ isStale: true, roles: ['admin'] })
    expect(grants()).toBe(0)
  })
})

describe('a session that ended at Scalekit', () => {
  it('is over at the next renewal, on every process', async () => {
    const { emulator, statuses, call, wait, log } = await signedIn({ seed: { webhooks: [] } })
    for (const { id } of emulator.sessions) emulator.endSession(id)
    expect(await statuses('/app')).toEqual([200, 200])
    wait(301_000)
    expect(await statuses('/app')).toEqual([401, 401])
    for (const index of [0, 1]) {
      const { body } = await call(index, '/public')
      expect(body).toMatchObject({ status: 'signed-out', reason: 'refresh-rejected' })
    }
    expect(log().filter((line) => line.includes('refresh-rejected'))).toHaveLength(1)
  })

  it('by its organization’s policy is over, too', async () => {
    const { emulator, statuses, wait } = await signedIn({
      seed: { webhooks: [], session: { idleSeconds: 600, absoluteSeconds: 7200 } },
    })
    wait(2 * hourMs)
    emulator.advance(0)
    expect(await statuses('/app')).toEqual([401, 401])
  })
})

it('a renewal whose response names no scope keeps those of the sign-in', async () => {
  const { emulator, browser, call, grants, wait } = await signedIn()
  emulator.fail({ accessToken: { scope: null }, times: 3 })
  await browser.signIn(home, ada)
  const { body: before } = await call(0, '/app').expect(200)
  expect(before.scopes).toContain('profile')
  emulator.fail({ tokenResponse: { scope: null }, times: 2 })
  for (const index of [0, 1]) {
    wait(301_000)
    expect((await call(index, '/app').expect(200)).body.scopes).toEqual(before.scopes)
  }
  expect(grants()).toBe(2)
})

describe('renewed tokens of somebody else', () => {
  it.each([
    ['user', { accessToken: { sub: 'usr_mallory' } }],
    ['organization', { accessToken: { oid: 'org_mallory' } }],
    ['user of the ID token', { idToken: { sub: 'usr_mallory' } }],
    ['organization of the ID token', { idToken: { oid: 'org_mallory' } }],
  ])('end the session: another %s', async (_what, fault) => {
    const { emulator, statuses, call, wait, log } = await signedIn()
    emulator.fail(fault)
    wait(301_000)
    expect((await call(0, '/app')).status).toBe(401)
    expect(await statuses('/app')).toEqual([401, 401])
    expect((await call(1, '/public')).body).toMatchObject({ reason: 'refresh-mismatch' })
    expect(log().filter((line) => line.includes('refresh-mismatch'))).toHaveLength(1)
  })
})

it('a renewed ID token whose organization is an empty string names none, as at a sign-in', async () => {
  const { emulator, statuses, wait } = await signedIn()
  emulator.fail({ idToken: { oid: '' }, times: 2 })
  wait(301_000)
  expect(await statuses('/app')).toEqual([200, 200])
})

describe('without a source', () => {
  const options = { scopes: ['openid', 'email', 'profile'] }

  it('a change of the membership ends the session', async () => {
    const { emulator, statuses } = await signedIn({ options })
    emulator.person(ada).update(member)
    await emulator.settled()
    expect(await statuses('/app')).toEqual([401, 401])
  })

  it('a change of a role ends none, and is a line in the log', async () => {
    const { emulator, statuses, log } = await signedIn({ options })
    await emulator.deliver('role.updated', { id: 'role_1', name: 'admin', display_name: 'Admin' })
    await emulator.settled()
    expect(await statuses('/admin')).toEqual([200, 200])
    expect(log().filter((line) => line.includes('sessions keep the roles'))).toHaveLength(1)
  })
})

describe('an event about a user of a directory, without a source', () => {
  const options: ScalekitAuthOptions = {
    scopes: ['openid', 'email', 'profile'],
    login: { onLogin: () => ({ roles: ['admin'] }) },
  }

  async function inDirectory(more: ScalekitAuthOptions = options) {
    const application = await signedIn({ options: more, seed: { product: 'sso', webhooks: [] } })
    const { url } = application.all[0]!
    /** What the directory says of Ada. */
    const update = async (changes: object) => {
      application.wait(1000)
      const { data, ...event } = example('organization.directory.user_updated', {
        email: ada,
        active: true,
        groups: [],
        ...changes,
      })
      const occurred_at = new Date(application.now()).toISOString()
      const organization_id = application.organizationId
      const timestamp = Math.floor(application.now() / 1000)
      await deliver(url, { event: { ...event, data, occurred_at, organization_id }, timestamp })
    }
    return { ...application, update }
  }

  it('ends no session while roles and groups are the same, as after a nightly synchronization', async () => {
    const { statuses, update } = await inDirectory()
    const roles = [{ role_name: 'admin' }]
    await update({ roles })
    await update({ roles, title: 'Countess' })
    await update({ roles, groups: null })
    expect(await statuses('/admin')).toEqual([200, 200])
  })

  it.each([
    ['a role', { roles: [{ role_name: 'member' }] }],
    ['no role', { roles: [] }],
    ['a group', { roles: [{ role_name: 'admin' }], groups: [{ id: 'grp_1', name: 'Staff' }] }],
  ])('ends the session where there is another: %s', async (_what, changes) => {
    const { statuses, update } = await inDirectory()
    await update({ roles: [{ role_name: 'admin' }] })
    await update(changes)
    expect(await statuses('/app')).toEqual([401, 401])
  })

  it('ends no session that lets its user do nothing', async () => {
    const { statuses, update } = await inDirectory({ scopes: ['openid', 'email'] })
    await update({ roles: [{ role_name: 'admin' }] })
    await update({ roles: [{ role_name: 'member' }] })
    expect(await statuses('/app')).toEqual([200, 200])
  })

  it('ends it, too, where a role comes back that was there before', async () => {
    const { statuses, update, browser, wait } = await inDirectory()
    await update({ roles: [{ role_name: 'admin' }] })
    await update({ roles: [{ role_name: 'member' }] })
    expect(await statuses('/app')).toEqual([401, 401])
    wait(2000)
    await browser.signIn(home, ada)
    expect(await statuses('/app')).toEqual([200, 200])
    await update({ roles: [{ role_name: 'admin' }] })
    expect(await statuses('/app')).toEqual([401, 401])
  })
})

describe('a role or a permission that changes', () => {
  it.each([
    ['role.updated', { id: 'role_1', name: 'admin', display_name: 'Admin' }, 2],
    ['role.deleted', { id: 'role_1', name: 'admin', display_name: 'Admin' }, 2],
    ['role.updated', { id: 'role_2', name: 'auditor', display_name: 'Auditor' }, 0],
    ['role.created', { id: 'role_1', name: 'admin', display_name: 'Admin' }, 0],
    ['permission.updated', { id: 'perm_1', name: 'projects:write' }, 2],
    ['permission.deleted', { id: 'perm_1', name: 'projects:write' }, 2],
    ['permission.created', { id: 'perm_1', name: 'projects:write' }, 0],
  ] as const)('%s: %j', async (type, data, expected) => {
    const { emulator, statuses, grants } = await signedIn()
    await emulator.deliver(type, data as never)
    await emulator.settled()
    expect(await statuses('/admin')).toEqual([200, 200])
    expect(grants() > 0).toBe(expected > 0)
  })

  it('concerns those who hold a role that extends it', async () => {
    const { emulator, statuses, grants } = await signedIn()
    const role = { id: 'role_1', name: 'admin', display_name: 'Admin', extends: 'member' }
    await emulator.deliver('role.created', role as never)
    await emulator.deliver('role.updated', { id: 'role_2', name: 'member' } as never)
    await emulator.settled()
    expect(await statuses('/admin')).toEqual([200, 200])
    expect(grants()).toBeGreaterThan(0)
  })
})

describe('the application as a source', () => {
  /** The application's own, which its webhook handler may change. */
  let database = new Map<string, string[]>()

  async function withDatabase(options: ScalekitAuthOptions = {}) {
    const roles = new Map([[ada, ['admin']]])
    database = roles
    const asked: string[] = []
    let answer = async (email: string) => ({ roles: roles.get(email) ?? [] }) as object
    const application = await signedIn({
      seed: { product: 'sso' },
      options: {
        scopes: ['openid', 'email', 'profile'],
        portal: { role: 'admin' },
        ...options,
        authorization: {
          async resolve({ email }, { reason }) {
            asked.push(reason)
            return answer(email!)
          },
        },
      },
    })
    const set = (next: typeof answer) => {
      answer = next
    }
    return { ...application, roles, asked, set }
  }

  it('gives Modular SSO roles, and is asked at the sign-in', async () => {
    const { statuses, asked } = await withDatabase()
    expect(await statuses('/admin')).toEqual([200, 200])
    expect(asked).toEqual(['sign-in'])
  })

  it('is asked again when its answer is old', async () => {
    const { statuses, asked, roles, wait } = await withDatabase()
    roles.delete(ada)
    expect(await statuses('/admin')).toEqual([200, 200])
    wait(300_000)
    expect(await statuses('/admin')).toEqual([403, 403])
    expect(asked).toEqual(['sign-in', 'age', 'age'])
  })

  it('names less than before, and the newest token counts for the rest', async () => {
    let answer: object = { roles: ['owner'], permissions: ['bill'] }
    const { call, emulator, wait } = await signedIn({
      options: { authorization: { resolve: async () => answer } },
    })
    expect((await call(0, '/app').expect(200)).body.roles).toEqual(['owner'])
    emulator.person(ada).update(member)
    await emulator.settled()
    answer = { permissions: ['bill'] }
    wait(301_000)
    for (const index of [0, 1]) {
      const { body } = await call(index, '/app').expect(200)
      expect(body).toMatchObject({ roles: ['member'], permissions: ['bill'] })
    }
  })

  it.each([
    ['the token of the sign-in', 'full-stack', ['admin']],
    ['a token without roles', 'sso', []],
  ] as const)('names nothing any more, and %s counts', async (_what, product, roles) => {
    let answer: object = { roles: ['owner'] }
    const { statuses, call, wait } = await signedIn({
      seed: { product },
      options: {
        scopes: ['openid', 'email', 'profile'],
        authorization: { resolve: async () => answer },
      },
    })
    expect((await call(0, '/app').expect(200)).body.roles).toEqual(['owner'])
    answer = {}
    wait(300_000)
    expect(await statuses('/app')).toEqual([200, 200])
    for (const index of [0, 1]) {
      expect((await call(index, '/app').expect(200)).body.roles).toEqual(roles)
    }
  })

  it.each([
    ['from the token of the sign-in', ['openid', 'email', 'profile'], 300_000],
    ['from renewed tokens', scopes, 301_000],
  ])('names nothing any more, and what onLogin returned counts, not %s', async (...given) => {
    const [, requested, later] = given
    let answer: object = { roles: ['owner'] }
    const { statuses, call, wait } = await signedIn({
      options: {
        scopes: requested,
        login: { onLogin: () => ({ roles: ['member'] }) },
        authorization: { resolve: async () => answer },
      },
    })
    expect((await call(0, '/app').expect(200)).body.roles).toEqual(['owner'])
    answer = {}
    for (const _again of [1, 2]) {
      wait(later)
      expect(await statuses('/app')).toEqual([200, 200])
      for (const index of [0, 1]) {
        expect((await call(index, '/app').expect(200)).body.roles).toEqual(['member'])
      }
    }
  })

  it('denies a session whose request an asynchronous condition holds up', async () => {
    const { all, call, set, store, wait } = await withDatabase()
    Object.assign(store.revocations, { write: async () => Promise.reject(new Error('read only')) })
    wait(200_000)
    const held = heldUp.next()
    const passes = call(0, '/held').then((response) => response)
    await held
    set(async () => ({ deny: 'the subscription ended' }))
    wait(100_000)
    await call(0, '/app').expect(401)
    heldUp.release()
    expect((await passes).status).toBe(401)
    expect(all).toHaveLength(2)
  })

  it('does not answer after a change, and an asynchronous condition lets no request pass', async () => {
    const { call, set, emulator } = await withDatabase()
    const held = heldUp.next()
    const passes = call(0, '/held').then((response) => response)
    await held
    set(async () => Promise.reject(new Error('the database is away')))
    emulator.person(ada).update(member)
    await emulator.settled()
    await call(0, '/admin').expect(503)
    heldUp.release()
    const { status, body } = await passes
    expect([status, body.code]).toEqual([503, 'authorization_unavailable'])
  })

  it('is asked after an event, when the handlers have finished', async () => {
    const { emulator, statuses } = await withDatabase({
      webhooks: {
        secret: webhookSecret,
        onDirectoryUserUpdated({ data }) {
          const names = (data.roles ?? []).flatMap(({ role_name }) => role_name ?? [])
          database.set(data.email ?? '', names)
        },
      },
    })
    expect(await statuses('/admin')).toEqual([200, 200])
    emulator.person(ada).update(member)
    await emulator.settled()
    expect(await statuses('/admin')).toEqual([403, 403])
    expect(await statuses('/app')).toEqual([200, 200])
  })

  it('is asked once more where it was asked while the handler was at work', async () => {
    let finish = () => {}
    const asked = new Promise<void>((resolve) => {
      finish = resolve
    })
    const { emulator, statuses, roles, wait } = await withDatabase({
      webhooks: {
        secret: webhookSecret,
        async onDirectoryUserUpdated() {
          await asked
          roles.delete(ada)
        },
      },
    })
    wait(1000)
    emulator.person(ada).update(member)
    await eventually(async () => expect((await statuses('/app'))[0]).toBe(200))
    expect(await statuses('/admin')).toEqual([200, 200])
    finish()
    await emulator.settled()
    expect(await statuses('/admin')).toEqual([403, 403])
  })

  it('is asked once more for a change during its answer, and requests wait for that', async () => {
    let [tellAsked, release] = [() => {}, () => {}]
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const isAsked = new Promise<void>((resolve) => {
      tellAsked = resolve
    })
    const { call, set, emulator, roles, asked, wait } = await withDatabase()
    set(async () => {
      const before = [...roles.get(ada)!]
      tellAsked()
      await held
      return { roles: before }
    })
    wait(1000)
    emulator.person(ada).update(member)
    await emulator.settled()
    const first = call(0, '/admin').then(({ status }) => status)
    await isAsked
    roles.set(ada, [])
    wait(1000)
    emulator.person(ada).update(admin)
    await emulator.settled()
    const second = call(0, '/admin').then(({ status }) => status)
    await call(0, '/public').expect(200)
    release()
    expect(await Promise.all([first, second])).toEqual([403, 403])
    expect(asked).toEqual(['sign-in', 'event', 'event'])
  })

  it('opens the admin portal, and closes it', async () => {
    const { call, roles, wait } = await withDatabase()
    const page = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    expect((await call(0, '/portal').set(page)).status).toBe(302)
    roles.delete(ada)
    wait(300_000)
    expect((await call(0, '/portal').set(page)).status).toBe(403)
  })

  it('ends a session that it denies', async () => {
    const { call, statuses, set, wait } = await withDatabase()
    set(async () => ({ deny: 'the subscription ended' }))
    wait(300_000)
    expect((await call(0, '/app')).status).toBe(401)
    expect(await statuses('/app')).toEqual([401, 401])
    expect((await call(1, '/public')).body).toMatchObject({ reason: 'revoked' })
  })

  it('ends a session that it denies, also while the store cannot be told', async () => {
    const { call, set, store, wait, log } = await withDatabase()
    set(async () => ({ deny: 'the subscription ended' }))
    const write = async () => Promise.reject(new Error('read only'))
    Object.assign(store.revocations, { write })
    wait(300_000)
    expect((await call(0, '/app')).status).toBe(401)
    expect((await call(0, '/app')).status).toBe(401)
    expect(log().filter((line) => line.includes('the store could not be told'))).toHaveLength(1)
  })

  it('does not answer, and tokens are renewed meanwhile without asking it', async () => {
    let isAway = false
    let asked = 0
    const { call, wait } = await signedIn({
      options: {
        authorization: {
          async resolve() {
            asked += 1
            if (isAway) throw new Error('the database is away')
            return { roles: ['owner'] }
          },
        },
      },
    })
    const { text: first } = await call(0, '/token')
    isAway = true
    wait(301_000)
    const { text: second } = await call(0, '/token')
    expect(second.split('.')).toHaveLength(3)
    expect(second).not.toBe(first)
    const before = asked
    wait(301_000)
    const { text: third } = await call(0, '/token')
    expect(third.split('.')).toHaveLength(3)
    expect(third).not.toBe(second)
    expect(asked).toBe(before)
    expect((await call(0, '/app').expect(200)).body).toMatchObject({
      isStale: true,
      roles: ['owner'],
    })
  })

  it('that fails makes nobody an admin after a change, and keeps who is one without', async () => {
    const { emulator, call, statuses, set, wait } = await withDatabase()
    set(async () => Promise.reject(new Error('the database is away')))
    wait(300_000)
    expect(await statuses('/admin')).toEqual([200, 200])
    expect((await call(0, '/app')).body).toMatchObject({ isStale: true, roles: ['admin'] })
    emulator.person(ada).update(member)
    await emulator.settled()
    const { status, body } = await call(0, '/admin')
    expect([status, body.code]).toEqual([503, 'authorization_unavailable'])
    const page = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    expect((await call(0, '/portal').set(page)).status).toBe(503)
    expect((await call(0, '/app').expect(200)).body).toMatchObject({ isStale: true, roles: [] })
  })
})

describe('the access token', () => {
  it('is that of the session, renewed where it has ended', async () => {
    const { call, grants, wait } = await signedIn()
    const { text: first } = await call(0, '/token')
    expect(first.split('.')).toHaveLength(3)
    expect((await call(1, '/token')).text).toBe(first)
    wait(301_000)
    const { text: second } = await call(0, '/token')
    expect(second).not.toBe(first)
    expect((await call(1, '/token')).text).toBe(second)
    expect(grants()).toBe(1)
  })

  it('is unavailable to a handler that still runs when the session has ended', async () => {
    const { all, call, statuses } = await signedIn()
    const { body } = await call(0, '/app').expect(200)
    await call(0, '/kept').expect(200)
    const principal = lastKept!
    expect((await principal.accessToken()).split('.')).toHaveLength(3)
    await all[1]!.auth.revoke({ sessionId: body.sessionId })
    expect(await statuses('/app')).toEqual([401, 401])
    await expect(principal.accessToken()).rejects.toMatchObject({ code: 'token_unavailable' })
  })

  it('is unavailable to a handler that still runs after the longest time of a session', async () => {
    const { call, wait } = await signedIn({ options: { session: { absoluteSeconds: 60 } } })
    await call(0, '/kept').expect(200)
    wait(60_000)
    await expect(lastKept!.accessToken()).rejects.toMatchObject({ code: 'token_unavailable' })
  })

  it('lasts as long as each of two callers asks, who ask at once', async () => {
    const { call, wait } = await signedIn()
    for (const index of [0, 1]) await call(index, '/kept').expect(200)
    const onSecond = lastKept!
    await call(0, '/kept')
    const onFirst = lastKept!
    wait(120_000)
    // The second process has a copy of these tokens, and the store the newer ones of the first.
    await onSecond.accessToken({ minTtlSeconds: 200 })
    wait(150_000)
    await onFirst.accessToken({ minTtlSeconds: 200 })
    wait(120_000)
    const tokens = await Promise.all(
      [60, 200].map((minTtlSeconds) => onSecond.accessToken({ minTtlSeconds })),
    )
    expect(tokens.map((token) => token.split('.').length)).toEqual([3, 3])
    expect(tokens[0]).not.toBe(tokens[1])
  })

  it('is not renewed again and again for a caller who asks for more than its lifetime', async () => {
    const { call, grants } = await signedIn()
    for (const index of [0, 1]) {
      await call(index, '/kept').expect(200)
      const principal = lastKept!
      const before = grants()
      for (let time = 0; time < 10; time += 1) {
        await expect(principal.accessToken({ minTtlSeconds: 600 })).rejects.toMatchObject({
          code: 'token_unavailable',
          message: 'New access tokens expire sooner than `minTtlSeconds` asks for',
        })
      }
      expect(grants() - before).toBeLessThanOrEqual(1)
    }
  })

  it('is unavailable where it has ended and nothing renews it', async () => {
    const { call, wait } = await signedIn({ options: { scopes: ['openid', 'email'] } })
    expect((await call(0, '/token')).text.split('.')).toHaveLength(3)
    wait(301_000)
    expect((await call(0, '/token')).text).toBe('token_unavailable')
  })
})

describe('the access token of a session that is named', () => {
  it('is there for jobs, renewed, until the session ends', async () => {
    const { all, call, browser, wait } = await signedIn({ options: { tokens: 'server' } })
    const { body } = await call(0, '/app').expect(200)
    const { text } = await call(0, '/token')
    const [first, second] = all.map(({ auth }) => auth)
    await expect(first!.accessTokenOf(body.sessionId)).resolves.toBe(text)
    wait(301_000)
    const renewed = await second!.accessTokenOf(body.sessionId, { minTtlSeconds: 60 })
    expect(renewed).not.toBe(text)
    await expect(first!.accessTokenOf(body.sessionId)).resolves.toBe(renewed)
    await first!.revoke({ sessionId: body.sessionId })
    await expect(second!.accessTokenOf(body.sessionId)).rejects.toMatchObject({
      code: 'token_unavailable',
    })
    expect(browser.cookieNames()).not.toEqual([])
  })

  it('needs the option', async () => {
    const { all, call } = await signedIn()
    const { body } = await call(0, '/app').expect(200)
    await expect(all[0]!.auth.accessTokenOf(body.sessionId)).rejects.toMatchObject({
      code: 'config_invalid',
    })
  })
})
