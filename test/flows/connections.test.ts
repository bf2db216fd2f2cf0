import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import connect from 'connect'
import { type SessionData, Store } from 'express-session'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  getAuth,
  memoryStore,
  type ScalekitAuth,
  type ScalekitAuthOptions,
  type StateStore,
} from '../../src/index.ts'
import { instanceOf } from '../../src/lib/http/instance/instance-of.ts'
import type { EmulatorSeed } from '../../src/testing.ts'
import { mountAtRoot } from '../support/application.ts'
import { eventually } from '../support/eventually.ts'
import { failingStore } from '../support/failing-store.ts'
import type { HostApp } from '../support/hosts.ts'
import { askOverHttp2 } from '../support/http2.ts'
import { cookiesOf, remote, startProcesses } from '../support/processes.ts'
import { isExpressSession, sessionCookie } from '../support/session-cookie.ts'
import { firedBy, openSocket, socketServer } from '../support/sockets.ts'
import { useVirtualTime } from '../support/virtual-time.ts'
import { navigation } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const member = { roles: ['member'], permissions: ['projects:read'] }
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
const hourMs = 3_600_000

/** An event stream, which says why it ended. */
function stream(req: IncomingMessage, res: ServerResponse): void {
  const principal = getAuth(req)
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  res.write('data: begun\n\n')
  if (principal.status !== 'signed-in') return void res.end('signed out')
  const { ended } = principal
  void firedBy(ended).then((reason) => res.end(`over: ${(reason as { reason: string }).reason}`))
}

function mount(app: HostApp, auth: ScalekitAuth): void {
  mountAtRoot(app, auth)
  app.use('/stream', stream)
}

/** Ada, signed in to two processes, which she opens sockets at. */
async function signedIn(
  parts: {
    readonly seed?: EmulatorSeed
    readonly options?: ScalekitAuthOptions
    readonly store?: StateStore
  } = {},
) {
  const { seed, options, store = remote(memoryStore()) } = parts
  let now = Date.now()
  const clock = () => now
  const sockets = socketServer()
  const { emulator, all } = await startProcesses({
    storeOf: () => store,
    seed: { clock, ...seed },
    options: { scopes, clock, ...options },
    mount,
    attach: sockets.attach,
  })
  const browser = all[0]!.visitor()
  await browser.signIn(home, ada)
  await emulator.settled()

  async function open(index: number, headers: Readonly<Record<string, string>> = {}) {
    const { url } = all[index]!
    const opened = await openSocket(url, { Origin: url, ...cookiesOf(browser), ...headers })
    return { ...opened, connection: sockets.connections.at(-1)! }
  }

  /** An event stream that has begun. */
  async function openStream(index: number): Promise<IncomingMessage> {
    const request = get(`${all[index]!.url}/stream`, { headers: { ...cookiesOf(browser) } })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect(String((await once(response, 'data'))[0])).toBe('data: begun\n\n')
    response.pause()
    return response
  }

  return {
    ...{ emulator, all, browser, open, openStream, sockets },
    openOnBoth: () => Promise.all([open(0), open(1)]).then(() => sockets.connections),
    watched: () => all.map(({ auth }) => instanceOf(auth).connections.size),
    wait(ms: number) {
      now += ms
    },
  }
}

type SignedIn = Awaited<ReturnType<typeof signedIn>>

describe('auth.authenticate()', () => {
  it('says who opens a socket, and sets no cookie, though one would be due', async () => {
    const { open, wait } = await signedIn()
    wait(13 * hourMs)
    const { status, cookies, connection } = await open(0)
    expect(status).toBe(101)
    expect(cookies).toEqual([])
    expect(connection.principal).toMatchObject({ status: 'signed-in', user: { email: ada } })
    expect(connection.ended.aborted).toBe(false)
    expect(await connection.current()).toMatchObject({ roles: ['admin'] })
  })

  it('shows a visitor without a session as signed out, whose signal has fired', async () => {
    const { open } = await signedIn()
    const { connection } = await open(0, { Cookie: '' })
    expect(connection.principal).toMatchObject({ status: 'signed-out', reason: 'no-session' })
    expect(connection.ended.reason).toMatchObject({ code: 'session_ended', reason: 'no-session' })
    expect(await connection.current()).toBe(connection.principal)
  })

  it('rejects while the store does not answer, and opens nothing', async () => {
    const { store, is } = failingStore()
    const { open } = await signedIn({ store })
    is('refusing')
    await eventually(async () => {
      expect(await open(1)).toMatchObject({ status: 503, code: 'store_unavailable' })
    })
  })

  it.runIf(isExpressSession)(
    'names the line that is missing where express-session did not run for the upgrade',
    async () => {
      const { all } = await signedIn()
      const { url, auth } = all[0]!
      const req = { headers: { origin: url, cookie: '' }, socket: {} } as IncomingMessage
      await expect(auth.authenticate(req)).rejects.toMatchObject({
        code: 'session_kind_changed',
        hint: expect.stringContaining('io.engine.use(session)'),
      })
    },
  )

  it.skipIf(isExpressSession)(
    'says in the log that express-session may not have run for the upgrade, once',
    async () => {
      const { open, all } = await signedIn()
      for (let time = 0; time < 2; time += 1) await open(0, { Cookie: 'connect.sid=s%3Aid.mac' })
      const lines = all[0]!.log.filter((line) => line.includes('io.engine.use(session)'))
      expect(lines).toHaveLength(1)
    },
  )
})

/** What ends the session of Ada, by its own way to both processes. */
const ends: readonly (readonly [
  what: string,
  reason: string,
  end: (signed: SignedIn) => Promise<unknown>,
])[] = [
  [
    'auth.revoke',
    'revoked',
    async ({ all, sockets }) =>
      all[1]!.auth.revoke({ userId: sockets.connections[0]!.principal.user!.id }),
  ],
  [
    // A genuine logout token of the provider names its session in the same way.
    'auth.revoke by the session at Scalekit',
    'revoked',
    async ({ all, emulator }) => all[1]!.auth.revoke({ sid: emulator.sessions[0]!.id }),
  ],
  ['a sign-out', 'revoked', async ({ browser }) => browser.post('/logout', click).expect(303)],
  [
    'user.logout',
    'revoked',
    async ({ emulator }) => {
      for (const { id } of emulator.sessions) emulator.endSession(id)
    },
  ],
  ['a removal', 'revoked', async ({ emulator }) => emulator.removePerson(ada)],
  ['a new epoch', 'forgotten', async ({ all }) => all[1]!.auth.revoke('everyone')],
  ['the absolute end', 'expired', async ({ wait }) => wait(8 * 24 * hourMs)],
]

describe.each(ends)('%s', (_what, expected, end) => {
  it('ends the sockets of both processes, and their event streams', async () => {
    const signed = await signedIn()
    const [one, other] = await Promise.all([signed.open(0), signed.open(1)])
    const streams = await Promise.all([signed.openStream(0), signed.openStream(1)])
    await end(signed)
    expect(await Promise.all([one.closed, other.closed])).toEqual([4401, 4401])
    for (const { connection } of [one, other]) {
      expect(connection.ended.reason).toMatchObject({ reason: expected })
      expect(await connection.current()).toMatchObject({ status: 'signed-out', reason: expected })
    }
    const last = await Promise.all(streams.map((each) => each.setEncoding('utf8').toArray()))
    expect(last.map((texts) => texts.join(''))).toEqual(Array(2).fill(`over: ${expected}`))
    expect(signed.watched()).toEqual([0, 0])
  })
})

it.skipIf(isExpressSession)(
  'the idle end is that of the cookie: the client connects once more with today’s',
  async () => {
    const { open, browser, wait } = await signedIn()
    const { closed, connection } = await open(0)
    wait(13 * hourMs)
    await browser.call('/app').expect(200)
    wait(12 * hourMs)
    expect(await closed).toBe(4401)
    expect(connection.ended.reason).toMatchObject({ reason: 'expired' })
    expect((await open(0)).connection.principal.status).toBe('signed-in')
  },
)

/** A store that counts uses beside the session, as those of Redis and PostgreSQL do. */
class StoreWithTtl extends Store {
  readonly #kept = new Map<string, { readonly json: string; endsAt: number }>()

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    const kept = this.#kept.get(id)
    const isThere = kept && Date.now() < kept.endsAt
    setImmediate(done, null, isThere ? JSON.parse(kept.json) : null)
  }

  override set(id: string, session: SessionData, done?: () => void): void {
    const endsAt = session.cookie.expires!.getTime()
    this.#kept.set(id, { json: JSON.stringify(session), endsAt })
    setImmediate(done ?? (() => {}))
  }

  override touch(id: string, session: SessionData, done?: () => void): void {
    const kept = this.#kept.get(id)
    if (kept) kept.endsAt = session.cookie.expires!.getTime()
    setImmediate(done ?? (() => {}))
  }

  override destroy(id: string, done?: () => void): void {
    this.#kept.delete(id)
    setImmediate(done ?? (() => {}))
  }
}

describe.skipIf(isExpressSession)(
  'with a session store that counts uses beside the session',
  () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
    afterEach(() => void vi.useRealTimers())

    /** Ada, who has opened a page every 40 minutes of the hour that her session may be idle for. */
    async function inUse() {
      const clock = () => Date.now()
      const session = { store: new StoreWithTtl(), secret: randomUUID(), idleSeconds: 3600 }
      const signed = await signedIn({ seed: { clock }, options: { clock, session } })
      const wait = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000)
      for (let round = 0; round < 2; round += 1) {
        wait(40)
        await signed.browser.call('/app').expect(200)
      }
      return { ...signed, wait }
    }

    it('sockets and event streams of a user who was there 40 minutes ago stay open', async () => {
      const { open, openStream, all, wait } = await inUse()
      wait(40)
      const { status, connection } = await open(0)
      expect(status).toBe(101)
      const streamed = (await openStream(0)).setEncoding('utf8').toArray()
      expect(connection.ended.aborted).toBe(false)
      await all[0]!.auth.revoke({ userId: connection.principal.user!.id })
      expect((await streamed).join('')).toBe('over: revoked')
    })

    it('a socket ends when it was open for as long as the session may be idle', async () => {
      const { open, wait } = await inUse()
      const { closed, connection } = await open(0)
      expect(connection.ended.aborted).toBe(false)
      wait(61)
      expect(await closed).toBe(4401)
      expect(connection.ended.reason).toMatchObject({ reason: 'expired' })
    })
  },
)

/** An application that takes its time to say that Ada, an admin at her sign-in, is a member by now. */
function heldResolve() {
  let tellAsked = () => {}
  let release = () => {}
  const asked = new Promise<void>((done) => {
    tellAsked = done
  })
  const released = new Promise<void>((done) => {
    release = done
  })
  async function resolve(_user: unknown, { reason }: { readonly reason: string }) {
    if (reason !== 'event') return { roles: ['admin'] }
    tellAsked()
    await released
    return { roles: ['member'] }
  }
  return { resolve, asked, release: () => release() }
}

describe('a change of what a user may do', () => {
  it('reaches open sockets of both processes, once', async () => {
    const { emulator, openOnBoth, all } = await signedIn()
    const told = (await openOnBoth()).map(({ onChange }) => {
      const listener = vi.fn()
      onChange(({ roles, user }) => listener(roles, user?.email))
      return listener
    })
    emulator.person(ada).update(member)
    await emulator.settled()
    await eventually(() => {
      for (const listener of told) expect(listener.mock.calls).toEqual([[['member'], ada]])
    })
    const { connections } = instanceOf(all[0]!.auth)
    expect(connections.size).toBeGreaterThan(0)
  })

  it('of whoever listens later is told to them, too', async () => {
    const { emulator, open } = await signedIn()
    const { connection } = await open(0)
    emulator.person(ada).update(member)
    await emulator.settled()
    await eventually(async () => {
      expect(await connection.current()).toMatchObject({ roles: ['member'] })
    })
    const listener = vi.fn()
    connection.onChange(({ roles }) => listener(roles))
    await eventually(() => expect(listener.mock.calls).toEqual([[['member']]]))
  })

  it('that follows another one during its renewal is told as soon', async () => {
    const { resolve, asked, release } = heldResolve()
    const revocation = { maxLagMs: 300 }
    const { emulator, open } = await signedIn({
      // Tells of each record once.
      store: memoryStore(),
      seed: { clock: Date.now },
      options: { authorization: { resolve }, revocation, clock: Date.now },
    })
    const { connection } = await open(0)
    const told = new Promise<number>((done) => {
      connection.onChange(() => done(performance.now()))
    })
    emulator.person(ada).update(member)
    await asked
    emulator.person(ada).update({ roles: ['member', 'reader'] })
    await emulator.settled()
    const releasedAt = performance.now()
    release()
    expect((await told) - releasedAt).toBeLessThan(revocation.maxLagMs + 250)
    expect(await connection.current()).toMatchObject({ roles: ['member'], isStale: false })
  })

  it('is told once, also where the process has dropped what it knew since the sign-in', async () => {
    const asked: string[] = []
    async function resolve({ email }: { readonly email?: string }, reason: string) {
      if (reason === 'sign-in') return { roles: ['admin'] }
      asked.push(email!)
      // More than a process keeps of all sessions together.
      return { roles: [email === ada ? 'member' : 'x'.repeat(17_000_000)] }
    }
    const { all, open, wait } = await signedIn({
      options: { authorization: { resolve: (user, { reason }) => resolve(user, reason) } },
    })
    const told = vi.fn()
    const { connection } = await open(0)
    connection.onChange(({ roles }) => told(roles))
    const grace = all[0]!.visitor()
    await grace.signIn(home, 'grace@acme.example')
    wait(301_000)
    await eventually(() => expect(told.mock.calls).toEqual([[['member']]]))
    await grace.call('/app').expect(200)
    await eventually(() => expect(asked).toEqual([ada, 'grace@acme.example']))
    wait(301_000)
    await eventually(() => expect(asked).toHaveLength(3))
    expect(await connection.current()).toMatchObject({ roles: ['member'], isStale: false })
    expect(told.mock.calls).toEqual([[['member']]])
  })

  it('is found by the age of authority where no event says so', async () => {
    const { emulator, openOnBoth, wait } = await signedIn({ seed: { webhooks: [] } })
    const connections = await openOnBoth()
    const told = connections.map(
      ({ onChange }) => new Promise((resolve) => onChange(({ roles }) => resolve(roles))),
    )
    emulator.person(ada).update(member)
    wait(301_000)
    expect(await Promise.all(told)).toEqual([['member'], ['member']])
  })

  it('counts for whoever asks, whether or not it was told', async () => {
    const { emulator, open } = await signedIn()
    const { connection } = await open(1)
    emulator.person(ada).update(member)
    await emulator.settled()
    await eventually(async () => {
      expect(await connection.current()).toMatchObject({ roles: ['member'] })
    })
    expect(connection.principal).toMatchObject({ roles: ['admin'] })
  })

  it('that Scalekit answers by ending the session ends the sockets', async () => {
    const { emulator, open, wait } = await signedIn({ seed: { webhooks: [] } })
    const { closed, connection } = await open(0)
    for (const { id } of emulator.sessions) emulator.endSession(id)
    wait(301_000)
    expect(await closed).toBe(4401)
    expect(connection.ended.reason).toMatchObject({ reason: 'refresh-rejected' })
  })
})

describe('an outage', () => {
  useVirtualTime()

  it.each(['hanging', 'refusing'] as const)(
    'of the store (%s) for 20 seconds closes and changes nothing',
    async (state) => {
      const { store, is } = failingStore()
      const { openOnBoth, all } = await signedIn({ store })
      const connections = await openOnBoth()
      const told = vi.fn()
      for (const { onChange } of connections) onChange(told)
      is(state)
      const until = Date.now() + 20_000
      await eventually(() => expect(Date.now()).toBeGreaterThan(until))
      expect(connections.map(({ ended }) => ended.aborted)).toEqual([false, false])
      expect(told).not.toHaveBeenCalled()
      await expect(connections[0]!.current()).rejects.toMatchObject({ code: 'store_unavailable' })
      is('well')
      for (const { current } of connections) await eventually(current)
      await all[0]!.auth.revoke({ userId: connections[0]!.principal.user!.id })
      await Promise.all(connections.map(({ ended }) => firedBy(ended)))
    },
  )

  it('of Scalekit closes and changes nothing', async () => {
    const { emulator, openOnBoth, wait } = await signedIn()
    const connections = await openOnBoth()
    const told = vi.fn()
    for (const { onChange } of connections) onChange(told)
    emulator.fail({ path: '/oauth/token', times: Number.POSITIVE_INFINITY, status: 503 })
    wait(301_000)
    const until = Date.now() + 20_000
    await eventually(() => expect(Date.now()).toBeGreaterThan(until))
    expect(connections.map(({ ended }) => ended.aborted)).toEqual([false, false])
    expect(told).not.toHaveBeenCalled()
    expect(await connections[0]!.current()).toMatchObject({ roles: ['admin'], isStale: true })
  })
})

describe('an outage of Scalekit after a change', () => {
  it('is shown as an error by current(), and not as a user without roles', async () => {
    const { emulator, open } = await signedIn()
    const { connection } = await open(0)
    emulator.fail({ path: '/oauth/token', times: Number.POSITIVE_INFINITY, status: 503 })
    emulator.person(ada).update(member)
    await emulator.settled()
    await expect(connection.current()).rejects.toMatchObject({
      code: 'authorization_unavailable',
      status: 503,
    })
    expect(connection.ended.aborted).toBe(false)
  })
})

describe('what is open', () => {
  it('is let go when a socket closes', async () => {
    const { open, watched } = await signedIn()
    const { socket } = await open(0)
    expect(watched()).toEqual([1, 0])
    socket.terminate()
    await eventually(() => expect(watched()).toEqual([0, 0]))
  })

  it('leaves nothing on a connection that serves further requests', async () => {
    const { all, browser } = await signedIn()
    const { url, auth } = all[0]!
    const socket = new EventEmitter()
    const headers = { origin: url, upgrade: 'websocket', cookie: cookiesOf(browser).Cookie }
    const req = { headers, socket } as unknown as IncomingMessage
    if (isExpressSession) return
    const connection = await auth.authenticate(req)
    expect(connection.principal.status).toBe('signed-in')
    connection.close()
    expect(socket.listenerCount('close')).toBe(0)
  })

  it('is let go when event streams close, however many there were', async () => {
    const { openStream, watched } = await signedIn()
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(0)))
    expect(watched()).toEqual([50, 0])
    for (const each of streams) each.destroy()
    await eventually(() => expect(watched()).toEqual([0, 0]))
  })

  it('costs nothing where no handler reads the signal', async () => {
    const { browser, watched } = await signedIn()
    await browser.call('/app').expect(200)
    await browser.call('/public').expect(200)
    expect(watched()).toEqual([0, 0])
  })

  it('ends with auth.close()', async () => {
    const { open, all } = await signedIn()
    const { closed, connection } = await open(0)
    await all[0]!.auth.close()
    expect(await closed).toBe(4401)
    expect(connection.ended.reason).toMatchObject({ reason: 'closed' })
  })
})

describe('req.scalekit.ended', () => {
  it('is one signal for a request, and another one for the next', async () => {
    const signals: AbortSignal[] = []
    const { all, browser } = await signedIn()
    const app = connect()
    const { auth } = all[0]!
    app.use(auth)
    app.use((req, res) => {
      // As a framework or a tool for tests hands on what it wraps.
      const wrapped = new Proxy(req, {})
      for (const each of [req, req, wrapped]) {
        const principal = getAuth(each)
        if (principal.status === 'signed-in') signals.push(principal.ended)
      }
      res.end(JSON.stringify(getAuth(req)))
    })
    if (isExpressSession) return
    for (let time = 0; time < 2; time += 1) {
      const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}`
      const { body } = await askOverHttp2(app, { ':path': '/', cookie })
      expect(JSON.parse(body)).toMatchObject({ user: { email: ada } })
    }
    expect(new Set(signals).size).toBe(2)
    await eventually(() => expect(instanceOf(auth).connections.size).toBe(0))
  })

  it.skipIf(isExpressSession)('fires over HTTP/2', async () => {
    const { all, browser } = await signedIn()
    const { auth } = all[0]!
    const app = connect()
    app.use(auth)
    app.use((req, res) => {
      stream(req, res)
      const principal = getAuth(req)
      if (principal.status !== 'signed-in') return
      void auth.revoke({ userId: principal.user.id }, { atScalekit: false })
    })
    const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}`
    const { body } = await askOverHttp2(app, { ':path': '/', cookie })
    expect(body).toBe('data: begun\n\nover: revoked')
  })
})
