import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import type { ScalekitAuth } from '../../../src/index.ts'
import { showPrincipal } from '../../support/application.ts'
import type { HostApp } from '../../support/hosts.ts'
import { cookiesOf, startProcesses } from '../../support/processes.ts'
import { type SharedServer, sharedServers } from './shared-servers.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const member = { roles: ['member'], permissions: ['projects:read'] }
const lifetimeSeconds = 300
const outageGraceSeconds = 600
/** A call that takes too long for a slow machine does not cost a session here. */
const longSeconds = 24 * 3600
const refreshes = { path: '/oauth/token', grantType: 'refresh_token' }

/** How far the clock of the second process is ahead of that of the first, in seconds. */
const differences = [-240, -60, 0, 60, 240]

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
  app.use('/admin', auth.requireRole('admin'))
  app.use('/admin', showPrincipal)
}

describe.each(sharedServers)('two processes that share a %s', (_name, isThere, startServer) => {
  describe.skipIf(!isThere)('and have clocks of their own', () => {
    let server: SharedServer
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(() => server.close())

    /** A user signed in at the first process, and a time that passes for all clocks alike. */
    async function signedIn(aheadSeconds: number, refreshGraceSeconds = longSeconds) {
      const space = `test ${randomUUID()}`
      const stores = [await server.storeOf(space), await server.storeOf(space)]
      let passedMs = 0
      const clockAhead = (seconds: number) => () => Date.now() + passedMs + seconds * 1000
      const { emulator, all } = await startProcesses({
        storeOf: (index) => stores[index],
        seed: {
          clock: clockAhead(0),
          webhooks: [],
          lifetimes: { accessTokenSeconds: lifetimeSeconds },
          refreshGraceSeconds,
        },
        options: (index) => ({
          scopes,
          clock: clockAhead(index * aheadSeconds),
          authorization: { outageGraceSeconds },
          // No event is sent here, and a slow machine shall not look like a store that is away.
          revocation: { maxLagMs: 5000 },
        }),
        mount,
      })
      onTestFailed(() => console.log(all.map(({ log }) => log)))
      const browser = all[0]!.visitor()
      await browser.signIn(home, ada)
      await emulator.settled()
      expect(browser.cookie('scalekit-session')).toBeDefined()
      const call = (index: number, path: string) =>
        all[index]!.visitor().call(path, cookiesOf(browser))
      return {
        emulator,
        call,
        differenceSeconds: Math.abs(aheadSeconds),
        wait(seconds: number) {
          passedMs += seconds * 1000
        },
        async statuses(path: string) {
          const responses = [await call(0, path), await call(1, path)]
          return responses.map(({ status }) => status)
        },
        tokenCalls: () =>
          emulator.requests.filter(({ grantType }) => grantType === 'refresh_token').length,
      }
    }

    it.each(differences)(
      'with the second %i s ahead, renew once a lifetime each at the most, however often they are asked',
      async (aheadSeconds) => {
        const { wait, statuses, tokenCalls } = await signedIn(aheadSeconds)
        const lifetimes = 4
        const stepSeconds = 60
        const seen: number[] = []
        for (let at = 0; at < lifetimes * lifetimeSeconds; at += stepSeconds) {
          wait(stepSeconds)
          for (const _again of [1, 2]) expect(await statuses('/app')).toEqual([200, 200])
          seen.push(tokenCalls())
        }
        // The process that is ahead sees each end first, so it renews for both.
        expect(tokenCalls()).toBeGreaterThanOrEqual(lifetimes - 1)
        expect(tokenCalls()).toBeLessThanOrEqual(lifetimes + 1)
        expect(Math.max(...seen.map((calls, at) => calls - (seen[at - 1] ?? 0)))).toBe(1)
      },
    )

    it('keep a session that the second renews, although it is too far behind to accept tokens', async () => {
      const { call, wait, tokenCalls } = await signedIn(-240, 30)
      wait(lifetimeSeconds + 240)
      // It is alone, so it renews, and its tokens are of the future for it.
      expect((await call(1, '/app').expect(200)).body.isStale).toBe(true)
      expect(tokenCalls()).toBe(1)
      // Longer than the emulator takes a used refresh token again.
      wait(60)
      expect((await call(0, '/app').expect(200)).body.isStale).toBe(false)
      expect(tokenCalls()).toBe(2)
    })

    it.each(differences)(
      'with the second %i s ahead, know of a demotion after a lifetime and the difference of their clocks',
      async (aheadSeconds) => {
        const { emulator, wait, statuses, differenceSeconds } = await signedIn(aheadSeconds)
        // Only the process that is ahead renews now, and the other one reads its end of the tokens.
        wait(lifetimeSeconds - differenceSeconds + 1)
        expect(await statuses('/admin')).toEqual([200, 200])
        emulator.person(ada).update(member)
        wait(lifetimeSeconds + differenceSeconds)
        expect(await statuses('/admin')).toEqual([403, 403])
      },
    )

    it.each(differences)(
      'with the second %i s ahead, let authority live no longer than the grace and that difference',
      async (aheadSeconds) => {
        const { emulator, wait, statuses, tokenCalls, differenceSeconds } =
          await signedIn(aheadSeconds)
        wait(lifetimeSeconds - differenceSeconds + 1)
        expect(await statuses('/admin')).toEqual([200, 200])
        const before = tokenCalls()
        emulator.fail({ ...refreshes, times: Number.POSITIVE_INFINITY, status: 503 })
        wait(lifetimeSeconds + outageGraceSeconds + differenceSeconds)
        await statuses('/app')
        expect(await statuses('/app')).toEqual([503, 503])
        expect(await statuses('/admin')).toEqual([503, 503])
        expect(tokenCalls() - before).toBeLessThanOrEqual(2)
      },
    )
  })
})
