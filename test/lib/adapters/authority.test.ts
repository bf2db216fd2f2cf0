import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ScalekitAuth, ScalekitAuthOptions, StateStore } from '../../../src/index.ts'
import type { Identity, Tokens } from '../../../src/lib/ground/types.ts'
import type { EmulatorSeed } from '../../../src/testing.ts'
import { showPrincipal } from '../../support/application.ts'
import { eventually } from '../../support/eventually.ts'
import type { HostApp } from '../../support/hosts.ts'
import { cookiesOf, startProcesses } from '../../support/processes.ts'
import { pass } from '../../support/real-time.ts'
import { navigation } from '../../support/visitor.ts'
import { cookieOfBefore } from './before-renewal.ts'
import { type SharedServer, sharedServers } from './shared-servers.ts'

const maxLagMs = 300
/** Until then every process has to know of a change, after the arrival of its event. */
const boundMs = maxLagMs + 250
const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const secret = 'a secret that all processes share, for these tests alone'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const withoutRenewal = ['openid', 'email', 'profile']
const member = { roles: ['member'], permissions: ['projects:read'] }
const admin = { roles: ['admin'], permissions: ['projects:read', 'projects:write'] }
const page = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

describe.each(sharedServers)('processes that share a %s', (_name, isThere, startServer) => {
  describe.skipIf(!isThere)('as to what somebody may do', () => {
    let server: SharedServer
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(() => server.close())

    /** Somebody signed in to processes of an application, whose clock the test can set. */
    async function signedIn(
      parts: {
        readonly count?: number
        readonly options?: ScalekitAuthOptions
        readonly seed?: EmulatorSeed
        readonly change?: (store: StateStore, index: number) => StateStore
      } = {},
    ) {
      const { count = 2, options, seed, change = (store: StateStore) => store } = parts
      const space = `test ${randomUUID()}`
      const stores = await Promise.all(
        Array.from({ length: count }, async (_, index) =>
          change(await server.storeOf(space), index),
        ),
      )
      let aheadMs = 0
      let arrivedAt = 0
      const clock = () => Date.now() + aheadMs
      let identity: Identity | undefined
      let tokens: Tokens | undefined
      function mount(app: HostApp, auth: ScalekitAuth): void {
        app.use('/webhooks', (_req, _res, next) => {
          arrivedAt = performance.now()
          next()
        })
        mountPages(app, auth)
      }
      const { emulator, all } = await startProcesses({
        count,
        storeOf: (index) => stores[index],
        seed: { clock, ...seed },
        options: {
          ...{ scopes, clock, secret, revocation: { maxLagMs } },
          portal: { role: 'admin' },
          login: {
            onLogin(login) {
              identity = login.identity as Identity
              tokens = login.tokens as Tokens
            },
          },
          ...options,
        },
        mount,
      })
      const browser = all[0]!.visitor()
      await browser.signIn(home, ada)
      await emulator.settled()
      const cookies = { ...cookiesOf(browser) }
      const call = (index: number, path: string, headers = {}) =>
        all[index]!.visitor().call(path, { ...cookies, ...headers })
      const statuses = async (path: string, headers = {}) => {
        const responses = await Promise.all(all.map((_, index) => call(index, path, headers)))
        return responses.map(({ status }) => status)
      }
      return {
        ...{ space, emulator, all, browser, call, statuses, cookies },
        identity: identity!,
        tokens: tokens!,
        arrivedAt: () => arrivedAt,
        sent: () =>
          emulator.requests.flatMap(({ grantType, tokenHash }) =>
            grantType === 'refresh_token' ? [tokenHash] : [],
          ),
        log: () => all.flatMap(({ log }) => log),
        wait(ms: number) {
          aheadMs += ms
        },
      }
    }

    type SignedIn = Awaited<ReturnType<typeof signedIn>>

    /** Asks all processes until the bound is over, and answers what those asked after it said. */
    async function statusesInTime({ statuses, arrivedAt }: SignedIn, path: string, headers = {}) {
      for (;;) {
        const askedAt = performance.now()
        const answers = await statuses(path, headers)
        if (askedAt >= arrivedAt() + boundMs) return answers
      }
    }

    it('take the admin page from who is demoted within the lag, and give it back', async () => {
      const signed = await signedIn()
      const { emulator, statuses } = signed
      expect(await statuses('/admin')).toEqual([200, 200])
      emulator.person(ada).update(member)
      await emulator.settled()
      expect(await statusesInTime(signed, '/admin')).toEqual([403, 403])
      expect(await statuses('/write')).toEqual([403, 403])
      expect(await statuses('/portal', page)).toEqual([403, 403])
      expect(await statuses('/app')).toEqual([200, 200])
      emulator.person(ada).update(admin)
      await emulator.settled()
      expect(await statusesInTime(signed, '/admin')).toEqual([200, 200])
      expect(await statuses('/write')).toEqual([200, 200])
    })

    it('do the same by what the application says, with a product whose tokens have no roles', async () => {
      const database = new Map([[ada, admin]])
      const signed = await signedIn({
        seed: { product: 'sso' },
        options: {
          scopes: withoutRenewal,
          authorization: { resolve: async ({ email }) => database.get(email!) ?? {} },
        },
      })
      const { emulator, statuses } = signed
      const everywhere = ['/admin', '/write', '/that']
      for (const path of everywhere) expect(await statuses(path)).toEqual([200, 200])
      expect(await statuses('/portal', page)).toEqual([302, 302])
      for (const [rights, status, portal] of [
        [member, 403, 403],
        [admin, 200, 302],
      ] as const) {
        database.set(ada, rights)
        emulator.person(ada).update(rights)
        await emulator.settled()
        expect(await statusesInTime(signed, '/admin')).toEqual([status, status])
        for (const path of everywhere) expect(await statuses(path)).toEqual([status, status])
        expect(await statuses('/portal', page)).toEqual([portal, portal])
        expect(await statuses('/app')).toEqual([200, 200])
      }
    })

    it('end the session where nothing says what holds now', async () => {
      const signed = await signedIn({ options: { scopes: withoutRenewal } })
      const { emulator } = signed
      emulator.person(ada).update(member)
      await emulator.settled()
      expect(await statusesInTime(signed, '/app')).toEqual([401, 401])
    })

    it('renew an access token once for 400 requests, and send no token twice', async () => {
      const { call, sent, wait } = await signedIn()
      wait(301_000)
      const requests = Array.from({ length: 400 }, (_, at) => call(at % 2, '/app'))
      const responses = await Promise.all(requests)
      expect(countOf(responses)).toEqual({ 200: 400 })
      expect(sent()).toHaveLength(1)
      wait(301_000)
      expect(countOf(await Promise.all([call(0, '/app'), call(1, '/app')]))).toEqual({ 200: 2 })
      expect(new Set(sent()).size).toBe(2)
      expect(sent()).toHaveLength(2)
    })

    it('send no token twice while its result cannot be written in time', async () => {
      let isSlow = false
      const slowly = (store: StateStore): StateStore => ({
        ...store,
        tokenStore: {
          ...store.tokenStore,
          async replace(...given) {
            const wasSlow = isSlow
            isSlow = false
            // Longer than the kit waits for a store, as on a machine that is too busy.
            if (wasSlow) await pass(2500)
            return store.tokenStore.replace(...given)
          },
        },
      })
      const { call, sent, wait } = await signedIn({ change: slowly })
      wait(301_000)
      isSlow = true
      const responses = await Promise.all([call(0, '/app'), call(1, '/app')])
      expect(countOf(responses)).toEqual({ 200: 2 })
      expect(sent()).toHaveLength(1)
    })

    it('lose nothing where one of them ends between the answer and its writing', async () => {
      const death = dyingStore()
      const { call, sent, wait } = await signedIn({
        count: 3,
        options: { ...{ http: { timeoutSeconds: 1 } } },
        change: (store, index) => (index === 0 ? death.of(store) : store),
      })
      wait(301_000)
      death.isNear = true
      call(0, '/app').then(
        () => {},
        () => {},
      )
      await eventually(() => expect(death.isHere).toBe(true))
      expect(sent()).toHaveLength(1)
      const requests = Array.from({ length: 400 }, (_, at) => call(1 + (at % 2), '/app'))
      expect(countOf(await Promise.all(requests))).toEqual({ 200: 400 })
      // The same token once more, since its answer may have been lost.
      expect(sent()).toHaveLength(2)
      expect(new Set(sent()).size).toBe(1)
      wait(301_000)
      await call(1, '/app').expect(200)
      expect(new Set(sent()).size).toBe(2)
    })

    it('go on with the cookies and the tokens of the version before', async () => {
      const { space, emulator, browser, identity, tokens, ...rest } = await signedIn()
      const { all, sent, wait, log } = rest
      const parts = { secret, issuer: emulator.url, clientId: emulator.options.clientId }
      const before = cookieOfBefore(browser.cookie('scalekit-session')!, parts)
      expect(Object.keys(before.identity)).not.toContain('tokenKey')
      await server.putTokensAsBefore(space, { ...identity, ...before.identity }, tokens)
      const headers = { Cookie: `scalekit-session=${before.cookie}` }
      const statuses = async (path: string) => {
        const answers = await Promise.all(all.map((one) => one.visitor().call(path, headers)))
        return answers.map(({ status }) => status)
      }
      // Nothing says how old their roles are, so the first request asks.
      expect(await statuses('/admin')).toEqual([200, 200])
      expect(sent()).toHaveLength(1)
      wait(301_000)
      expect(await statuses('/admin')).toEqual([200, 200])
      expect(sent()).toHaveLength(2)
      emulator.person(ada).update(member)
      await emulator.settled()
      await pass(boundMs)
      expect(await statuses('/admin')).toEqual([403, 403])
      expect(await statuses('/app')).toEqual([200, 200])
      wait(301_000)
      expect(await statuses('/app')).toEqual([200, 200])
      expect(new Set(sent()).size).toBe(sent().length)
      expect(log().filter((line) => /unreadable|refresh-/.test(line))).toEqual([])
    })
  })
})

function mountPages(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  const guards = {
    '/app': auth.requireAuth(),
    '/admin': auth.requireRole('admin'),
    '/write': auth.requirePermission('projects:write'),
    '/that': auth.requireThat(({ roles }) => roles.includes('admin'), { code: 'no_admin' }),
  }
  for (const [path, guard] of Object.entries(guards)) {
    app.use(path, guard)
    app.use(path, showPrincipal)
  }
}

function countOf(responses: readonly { readonly status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** A store whose process ends in the moment it would write renewed tokens: it is heard of no more. */
function dyingStore() {
  const death = { isNear: false, isHere: false, of }
  const never = () => new Promise<never>(() => {})

  function of(store: StateStore): StateStore {
    const { tokenStore } = store
    const unlessDead =
      <Given extends unknown[], Value>(work: (...given: Given) => Promise<Value>) =>
      (...given: Given) =>
        death.isHere ? never() : work(...given)
    return {
      ...store,
      tokenStore: {
        put: unlessDead(tokenStore.put),
        get: unlessDead(tokenStore.get),
        remove: unlessDead(tokenStore.remove),
        lease: unlessDead(tokenStore.lease),
        endLease: unlessDead(tokenStore.endLease),
        replace(...given) {
          death.isHere ||= death.isNear
          return death.isHere ? never() : tokenStore.replace(...given)
        },
      },
    }
  }

  return death
}
