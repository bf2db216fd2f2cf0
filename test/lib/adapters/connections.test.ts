import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import {
  acceptConnections,
  boundMs,
  everywhere,
  maxLagMs,
  mountConnections,
  openPages,
  type Page,
  pollUntilBound,
} from '../../support/open-pages.ts'
import { startProcesses } from '../../support/processes.ts'
import { type SharedServer, sharedServers } from './shared-servers.ts'

/** The same beside other work, where one process plays all parts. test/figures/live.ts measures it. */
const loadedBoundMs = 2 * boundMs
const [acme, globex] = ['org_69615647365005430', 'org_70087756662964366']
const grace = 'grace@acme.example'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const reader = { roles: ['reader'], permissions: ['projects:read'] }

/** What the emulator tells the first process of ends by: never by both, so that each has to suffice. */
type Arrival = 'events' | 'logout tokens'

describe.each(sharedServers)('processes that share a %s', (_name, isThere, startServer) => {
  describe.skipIf(!isThere)('with connections open on each', () => {
    let server: SharedServer
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(() => server.close())

    /** Grace, signed in to two organizations in two browsers, each with pages at both processes. */
    async function opened(by: Arrival = 'events') {
      const space = `test ${randomUUID()}`
      const stores = [await server.storeOf(space), await server.storeOf(space)]
      let arrivedAt = 0
      const { emulator, all } = await startProcesses({
        storeOf: (index) => stores[index],
        ...(by === 'logout tokens' && {
          backchannelLogout: '/backchannel-logout',
          seed: { webhooks: [] },
        }),
        options: { scopes, revocation: { maxLagMs } },
        mount(app, auth) {
          for (const path of ['/webhooks', '/backchannel-logout']) {
            app.use(path, (_req, _res, next) => {
              arrivedAt = performance.now()
              next()
            })
          }
          mountConnections(app, auth)
        },
        attach: acceptConnections,
      })
      const browsers = [all[0]!.visitor(), all[0]!.visitor()]
      await browsers[0]!.signIn(`/login?organization_id=${acme}`, grace)
      await browsers[1]!.signIn(`/login?organization_id=${globex}`, grace)
      await emulator.settled()
      const [pages, others] = [
        await openPages(all, browsers[0]!),
        await openPages(all, browsers[1]!),
      ]
      return { emulator, all, pages, others, arrivedAt: () => arrivedAt }
    }

    type Opened = Awaited<ReturnType<typeof opened>>

    /** How long after the arrival the last connection was told, in milliseconds. */
    async function lagOf(pages: readonly Page[], told: readonly object[], since: () => number) {
      await eventually(() => expect(pages.map(({ seen }) => seen)).toEqual(told))
      return Math.max(...pages.map(({ toldAt }) => toldAt())) - since()
    }

    const endingOf = ({ emulator: { sessions, endSession } }: Opened) =>
      endSession(sessions.find(({ organizationId }) => organizationId === acme)!.id)

    const endings: readonly (readonly [
      what: string,
      end: (given: Opened) => Promise<unknown>,
      by?: Arrival,
    ])[] = [
      ['a removal', async ({ emulator }) => emulator.removePerson(grace, acme)],
      ['user.logout', async (given) => endingOf(given)],
      [
        'a genuine logout token',
        async (given) => {
          endingOf(given)
          await given.emulator.settled()
          expect(given.emulator.backChannelLogouts).toMatchObject([{ status: 200 }])
        },
        'logout tokens',
      ],
      [
        'auth.revoke',
        async ({ all, emulator: { sessions } }) =>
          all[1]!.auth.revoke({ userId: sessions[0]!.userId, organizationId: acme }),
      ],
      [
        'auth.revoke by the session at Scalekit',
        async ({ all, emulator: { sessions } }) => {
          const { id } = sessions.find(({ organizationId }) => organizationId === acme)!
          await all[1]!.auth.revoke({ sid: id }, { atScalekit: false })
        },
      ],
    ]

    it.for(endings)(
      '%s closes all of them within the lag, and no other organization’s',
      async ([, end, by]) => {
        const given = await opened(by)
        const { pages, others, emulator, arrivedAt } = given
        const beganAt = performance.now()
        await end(given)
        const endedAt = performance.now()
        await emulator.settled()
        const since = () => (arrivedAt() > beganAt ? arrivedAt() : endedAt)
        expect(await pollUntilBound(pages, '/app', since)).toEqual([401, 401])
        expect(pages.map(({ seen }) => seen)).toEqual(everywhere('over'))
        expect(others.map(({ seen }) => seen)).toEqual(everywhere('advisor', 'open'))
        expect(others.map(({ seen }) => seen.webSocket)).not.toContain('over')
        expect(await Promise.all(others.map(({ poll }) => poll('/app')))).toEqual([200, 200])
      },
    )

    it('a demotion tells all of them within the lag, and no other organization’s', async () => {
      const { pages, others, emulator, arrivedAt } = await opened()
      const before = structuredClone(others.map(({ seen }) => seen))
      emulator.person(grace, acme).update(reader)
      await emulator.settled()
      expect(await pollUntilBound(pages, '/write', arrivedAt)).toEqual([403, 403])
      const told = everywhere('reader', 'open')
      expect(await lagOf(pages, told, arrivedAt)).toBeLessThan(loadedBoundMs)
      expect(others.map(({ seen }) => seen)).toEqual(before)
    })
  })
})
