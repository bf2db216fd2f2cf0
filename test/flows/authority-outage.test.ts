import { describe, expect, it } from 'vitest'
import { memoryStore, type ScalekitAuth, type ScalekitAuthOptions } from '../../src/index.ts'
import type { EmulatorSeed, FaultRule } from '../../src/testing.ts'
import { showPrincipal } from '../support/application.ts'
import type { HostApp } from '../support/hosts.ts'
import { cookiesOf, remote, startProcesses } from '../support/processes.ts'
import { useVirtualTime } from '../support/virtual-time.ts'
import { navigation } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const member = { roles: ['member'], permissions: ['projects:read'] }
const refreshes = {
  path: '/oauth/token',
  grantType: 'refresh_token',
  times: Number.POSITIVE_INFINITY,
}

useVirtualTime()

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
  app.use('/admin', auth.requireRole('admin'))
  app.use('/admin', showPrincipal)
  app.use('/public', showPrincipal)
}

const tokenMs = 2000
const pass = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

async function signedIn(parts: { seed?: EmulatorSeed; options?: ScalekitAuthOptions } = {}) {
  const { seed, options } = parts
  const store = remote(memoryStore())
  const { emulator, all } = await startProcesses({
    storeOf: () => store,
    seed: { lifetimes: { accessTokenSeconds: tokenMs / 1000 }, ...seed },
    options: { scopes, ...options },
    mount,
  })
  const browser = all[0]!.visitor()
  await browser.signIn(home, ada)
  await emulator.settled()
  const call = (index: number, path: string, headers = {}) =>
    all[index]!.visitor().call(path, { ...cookiesOf(browser), ...headers })
  const grants = () => emulator.requests.filter(({ grantType }) => grantType === 'refresh_token')
  return { emulator, all, call, grants, log: () => all.flatMap(({ log }) => log) }
}

describe('while the token endpoint', () => {
  const outages: readonly [string, FaultRule][] = [
    ['refuses', { ...refreshes, status: 503 }],
    ['breaks connections off', { ...refreshes, reset: true }],
    ['does not answer', { ...refreshes, hang: true }],
    ['loses its answers', { ...refreshes, answerLost: true }],
  ]

  it.each(outages)('%s, nobody is signed out or waits', async (_what, fault) => {
    const { emulator, call, grants, log } = await signedIn({ seed: { refreshGraceSeconds: 60 } })
    await pass(tokenMs)
    emulator.fail(fault)
    // Whoever comes first finds out.
    await Promise.all([call(0, '/app'), call(1, '/app')])
    const before = grants().length
    const startedAt = performance.now()
    const waits: number[] = []
    const statuses = new Set<number>()
    while (performance.now() - startedAt < 30_000) {
      const askedAt = performance.now()
      const responses = await Promise.all([call(0, '/app'), call(1, '/admin')])
      for (const { status } of responses) statuses.add(status)
      waits.push(performance.now() - askedAt)
      await pass(500)
    }
    expect([...statuses]).toEqual([200])
    expect(Math.max(...waits)).toBeLessThan(1000)
    expect(grants().length - before).toBeLessThanOrEqual(6)
    expect(
      log().filter((line) => line.includes('cannot be renewed now')).length,
    ).toBeLessThanOrEqual(2)
    emulator.clearFaults()
    await pass(6000)
    await call(0, '/admin').expect(200)
    await pass(1000)
    const { body } = await call(0, '/admin').expect(200)
    // Where an answer may have been lost, the token is not sent again any more.
    expect(body.isStale).toBe(!('status' in fault))
  })

  it('does not answer, a demotion closes the admin page at once', async () => {
    const { emulator, call } = await signedIn()
    await pass(tokenMs)
    emulator.fail({ ...refreshes, status: 503 })
    await call(0, '/admin').expect(200)
    emulator.person(ada).update(member)
    await emulator.settled()
    const { body } = await call(0, '/admin').expect(503)
    expect(body.code).toBe('authorization_unavailable')
    expect((await call(0, '/app').expect(200)).body).toMatchObject({ isStale: true, roles: [] })
  })

  it('is away for longer than the grace, guards answer 503 and nobody is signed out', async () => {
    const { emulator, call } = await signedIn({
      options: { authorization: { outageGraceSeconds: 60 } },
    })
    await pass(tokenMs)
    emulator.fail({ ...refreshes, status: 503 })
    await call(0, '/app').expect(200)
    await pass(50_000)
    await call(0, '/app').expect(200)
    await pass(20_000)
    await call(0, '/app').expect(503)
    expect((await call(0, '/public')).body).toMatchObject({ status: 'signed-in', roles: [] })
    emulator.person(ada).update(member)
    await emulator.settled()
    await call(0, '/app').expect(503)
    emulator.clearFaults()
    await pass(6000)
    await call(0, '/app')
    await pass(1000)
    await call(0, '/app').expect(200)
    await call(0, '/admin').expect(403)
  })
})

it('leaves the token endpoint alone for as long as Retry-After says', async () => {
  const { emulator, call, grants } = await signedIn()
  await pass(tokenMs)
  emulator.fail({ ...refreshes, status: 429, headers: { 'retry-after': '20' } })
  await call(0, '/app').expect(200)
  await pass(18_000)
  await call(0, '/app').expect(200)
  await call(1, '/app').expect(200)
  expect(grants()).toHaveLength(1)
  await pass(3000)
  await call(0, '/app').expect(200)
  await pass(1000)
  expect(grants()).toHaveLength(2)
})

it('asks again ten seconds after an event, since Scalekit’s caches may lag', async () => {
  const lifetimes = { accessTokenSeconds: 300 }
  const { emulator, call, grants } = await signedIn({ seed: { staleClaimsSeconds: 3, lifetimes } })
  await pass(2000)
  emulator.person(ada).update(member)
  await emulator.settled()
  await call(0, '/admin').expect(200)
  // The token said a whole second of before the change; one more does not.
  await pass(1500)
  await call(0, '/admin').expect(200)
  await pass(7000)
  await call(0, '/admin').expect(200)
  const before = grants().length
  await pass(2600)
  await call(0, '/admin').expect(403)
  await pass(15_000)
  await call(0, '/app').expect(200)
  expect(grants().length - before).toBe(1)
})

it('asks again ten seconds after an event, even if that fails once', async () => {
  const lifetimes = { accessTokenSeconds: 300 }
  const { emulator, call } = await signedIn({ seed: { staleClaimsSeconds: 3, lifetimes } })
  await pass(2000)
  emulator.person(ada).update(member)
  await emulator.settled()
  await call(0, '/admin').expect(200)
  await pass(1500)
  await call(0, '/admin').expect(200)
  await pass(9600)
  emulator.fail({ ...refreshes, times: 1, status: 503 })
  await call(0, '/admin').expect(200)
  await pass(6000)
  await call(0, '/admin')
  await pass(1000)
  await call(0, '/admin').expect(403)
})

it('is not asked more than once a second for tokens that are backdated', async () => {
  const { emulator, call, grants } = await signedIn({
    seed: { backdateIatSeconds: 5, lifetimes: { accessTokenSeconds: 300 } },
  })
  await pass(10_000)
  emulator.person(ada).update(member)
  await emulator.settled()
  const startedAt = performance.now()
  while (performance.now() - startedAt < 20_000) {
    await call(0, '/app').expect(200)
    await pass(200)
  }
  expect(grants().length).toBeGreaterThan(0)
  expect(grants().length).toBeLessThanOrEqual(9)
})

describe('a process that starts while discovery does not answer', () => {
  it('leaves the refresh token alone, so that the session outlives the outage', async () => {
    const { emulator, call } = await signedIn()
    await pass(tokenMs)
    const path = '/.well-known/openid-configuration'
    emulator.fail({ path, times: Number.POSITIVE_INFINITY, hang: true })
    await call(1, '/app').expect(200)
    await pass(25_000)
    emulator.clearFaults()
    await call(1, '/app').expect(200)
    await pass(6000)
    expect((await call(1, '/app').expect(200)).body.isStale).toBe(false)
  })

  it('renews nothing that it cannot verify, while the keys do not answer', async () => {
    const { emulator, call, grants } = await signedIn()
    await pass(tokenMs)
    emulator.fail({ path: '/keys', times: Number.POSITIVE_INFINITY, hang: true })
    await call(1, '/app').expect(200)
    expect(grants()).toHaveLength(0)
  })
})

describe('an answer that was lost', () => {
  it('is asked for again with the same token, within the grace of the provider', async () => {
    const { emulator, call, grants } = await signedIn()
    await pass(tokenMs)
    emulator.fail({ ...refreshes, times: 1, answerLost: true })
    expect((await call(0, '/app').expect(200)).body.isStale).toBe(true)
    await pass(5500)
    await call(0, '/app').expect(200)
    await pass(1000)
    expect((await call(0, '/app').expect(200)).body.isStale).toBe(false)
    expect(grants()).toHaveLength(2)
  })

  it('that was given before a change does not count after it', async () => {
    const { emulator, call, grants } = await signedIn()
    await pass(tokenMs)
    emulator.fail({ ...refreshes, times: 1, answerLost: true })
    await call(0, '/admin').expect(200)
    emulator.person(ada).update(member)
    await emulator.settled()
    await pass(5500)
    const statuses: number[] = []
    while (statuses.at(-1) !== 403 && statuses.length < 30) {
      statuses.push((await call(0, '/admin')).status)
      await pass(50)
    }
    expect(new Set(statuses)).toEqual(new Set([503, 403]))
    expect(grants()).toHaveLength(3)
  })

  it('costs the session where the provider has no grace, and a page signs in silently', async () => {
    const { emulator, call, log } = await signedIn({ seed: { refreshGraceSeconds: 0 } })
    await pass(tokenMs)
    emulator.fail({ ...refreshes, times: 1, answerLost: true })
    await call(0, '/app').expect(200)
    await pass(5500)
    await call(0, '/app').expect(200)
    await pass(6000)
    for (const index of [0, 1]) {
      await call(index, '/app').expect(401)
      const { headers } = await call(index, '/app', navigation).expect(302)
      expect(headers.location).toMatch(/^\/login\?organization_id=org_/)
    }
    expect(log().filter((line) => line.includes('refresh-lost'))).toHaveLength(1)
  })

  it('counts as lost where its ID token could not be read: its refresh token is used up', async () => {
    const { emulator, call, log } = await signedIn({ seed: { refreshGraceSeconds: 0 } })
    await pass(tokenMs)
    emulator.fail({ idToken: { exp: 1 }, times: 1 })
    expect((await call(0, '/app').expect(200)).body.isStale).toBe(true)
    await pass(5500)
    await call(0, '/app').expect(200)
    await pass(6000)
    await call(0, '/app').expect(401)
    expect(log().filter((line) => line.includes('refresh-lost'))).toHaveLength(1)
    expect(log().filter((line) => line.includes('refresh-rejected'))).toHaveLength(0)
  })

  it('is not asked for later than 20 seconds after, and costs the session after the grace', async () => {
    const { emulator, call, grants, log } = await signedIn({
      options: { authorization: { outageGraceSeconds: 40 } },
    })
    await pass(tokenMs)
    emulator.fail({ ...refreshes, times: 1, answerLost: true })
    await call(0, '/app').expect(200)
    await pass(25_000)
    await call(0, '/app').expect(200)
    await pass(1000)
    expect((await call(0, '/app').expect(200)).body.isStale).toBe(true)
    await pass(20_000)
    await call(0, '/app')
    await pass(1000)
    await call(0, '/app').expect(401)
    await call(1, '/app').expect(401)
    expect(grants()).toHaveLength(1)
    expect(log().filter((line) => line.includes('refresh-lost'))).toHaveLength(1)
  })

  it('costs the session after a change, so that its user gets what holds now', async () => {
    const { emulator, call, grants } = await signedIn()
    await pass(tokenMs)
    emulator.fail({ ...refreshes, times: 1, answerLost: true })
    await call(0, '/admin').expect(200)
    await pass(25_000)
    emulator.person(ada).update(member)
    await emulator.settled()
    await call(0, '/admin').expect(503)
    await pass(1000)
    await call(0, '/admin').expect(401)
    expect(grants()).toHaveLength(1)
  })
})
