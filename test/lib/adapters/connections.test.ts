import { randomUUID } from 'node:crypto'
import { addAbortListener } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { acceptSocketIo } from '../../../examples/live/socket-io.ts'
import { acceptSockets } from '../../../examples/live/sockets.ts'
import { getAuth, type ScalekitAuth } from '../../../src/index.ts'
import { showPrincipal } from '../../support/application.ts'
import { eventually } from '../../support/eventually.ts'
import type { HostApp } from '../../support/hosts.ts'
import { cookiesOf, startProcesses } from '../../support/processes.ts'
import { openSocket } from '../../support/sockets.ts'
import type { Visitor } from '../../support/visitor.ts'
import { type SharedServer, sharedServers } from './shared-servers.ts'

const maxLagMs = 300
/** Until then every open connection has to know, after the arrival of the event. */
const boundMs = maxLagMs + 250
/** The same beside other work, where one process plays all parts. test/figures/live.ts measures it. */
const loadedBoundMs = 2 * boundMs
const [acme, globex] = ['org_69615647365005430', 'org_70087756662964366']
const grace = 'grace@acme.example'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const reader = { roles: ['reader'], permissions: ['projects:read'] }

/** What the emulator tells the first process of ends by: never by both, so that each has to suffice. */
type Arrival = 'events' | 'logout tokens'

/** What the pages of one browser at one process see of its session. */
interface Page {
  /** The status of a page that asks again and again. */
  poll(path: string): Promise<number>
  /** What the connections have been told last, by their kind. */
  readonly seen: Record<Kind, string>
  /** When the last of them was told something, by `performance.now()`. */
  toldAt(): number
}

type Kind = 'webSocket' | 'socketIo' | 'stream' | 'signal'

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
  app.use('/write', auth.requirePermission('projects:write'))
  app.use('/write', showPrincipal)
  app.use('/signal', streamOfSignal)
  app.use('/stream', (req, res, next) => void streamOf(auth, req, res).catch(next))
}

function streamOfSignal(req: IncomingMessage, res: ServerResponse): void {
  const principal = getAuth(req)
  if (principal.status !== 'signed-in') return void res.end('over\n')
  res.write('open\n')
  addAbortListener(principal.ended, () => res.end('over\n'))
}

async function streamOf(auth: ScalekitAuth, req: IncomingMessage, res: ServerResponse) {
  const { principal, ended, onChange, close } = await auth.authenticate(req)
  res.on('close', close)
  if (principal.status === 'signed-in') res.write(`${principal.roles}\n`)
  onChange(({ roles }) => res.write(`${roles}\n`))
  addAbortListener(ended, () => res.end('over\n'))
}

function attach(server: Server, auth: ScalekitAuth): void {
  acceptSockets(server, auth)
  const sockets = acceptSocketIo(server, auth)
  onTestFinished(() => void sockets.disconnectSockets(true))
}

/** Opens one of each kind, and waits until each has been told something. */
async function openPage(url: string, browser: Visitor, options: object): Promise<Page> {
  const headers = { Origin: url, ...cookiesOf(browser) }
  const seen = { webSocket: '', socketIo: '', stream: '', signal: '' }
  let toldAt = 0
  const see = (kind: Kind, told: string) => {
    seen[kind] = told
    toldAt = performance.now()
  }
  const { closed, status, code } = await openSocket(`${url}/live`, headers, (message) =>
    see('webSocket', String(JSON.parse(message).roles)),
  )
  expect({ status, code }).toEqual({ status: 101, code: undefined })
  void closed.then((closeCode) => {
    see('webSocket', closeCode === 4401 ? 'over' : `closed ${closeCode}`)
  })
  const client: Socket = io(url, { extraHeaders: headers, reconnection: false, ...options })
  onTestFinished(() => void client.close())
  client.on('roles', (roles) => see('socketIo', String(roles)))
  client.on('disconnect', () => see('socketIo', 'over'))
  await Promise.all(
    (['stream', 'signal'] as const).map((kind) =>
      readLines(`${url}/${kind}`, headers, (line) => see(kind, line)),
    ),
  )
  await eventually(() => expect(Object.values(seen)).not.toContain(''))
  const poll = async (path: string) => (await fetch(url + path, { headers })).status
  return { poll, seen, toldAt: () => toldAt }
}

async function readLines(url: string, headers: object, tell: (line: string) => void) {
  const aborted = new AbortController()
  onTestFinished(() => aborted.abort())
  const response = await fetch(url, { headers: { ...headers }, signal: aborted.signal })
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      tell(chunk.trim().split('\n').at(-1)!)
    }
  })()
  reading.catch(() => {})
}

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
          mount(app, auth)
        },
        attach,
      })
      const browsers = [all[0]!.visitor(), all[0]!.visitor()]
      await browsers[0]!.signIn(`/login?organization_id=${acme}`, grace)
      await browsers[1]!.signIn(`/login?organization_id=${globex}`, grace)
      await emulator.settled()
      // One client begins by polling and goes over to a WebSocket, the other one goes on polling.
      const transports = [{}, { transports: ['polling'] }]
      const pagesOf = (browser: Visitor) =>
        Promise.all(all.map(({ url }, index) => openPage(url, browser, transports[index]!)))
      const [pages, others] = [await pagesOf(browsers[0]!), await pagesOf(browsers[1]!)]
      return { emulator, all, pages, others, arrivedAt: () => arrivedAt }
    }

    type Opened = Awaited<ReturnType<typeof opened>>

    /** Polls until the bound is over, and returns what was answered after it. */
    async function pollUntilBound(pages: readonly Page[], path: string, since: () => number) {
      for (;;) {
        const askedAt = performance.now()
        const statuses = await Promise.all(pages.map(({ poll }) => poll(path)))
        if (askedAt >= since() + boundMs) return statuses
      }
    }

    /** How long after the arrival the last connection was told, in milliseconds. */
    async function lagOf(pages: readonly Page[], told: readonly object[], since: () => number) {
      await eventually(() => expect(pages.map(({ seen }) => seen)).toEqual(told))
      return Math.max(...pages.map(({ toldAt }) => toldAt())) - since()
    }

    const everywhere = (told: string, signal = told) => {
      const seen = { webSocket: told, socketIo: told, stream: told, signal }
      return [seen, seen]
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
