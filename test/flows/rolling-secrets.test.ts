import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryStore } from 'express-session'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryStore, type ScalekitAuthOptions, scalekitAuth } from '../../src/index.ts'
import { startEmulator } from '../../src/testing.ts'
import { applicationSession, mountAtRoot } from '../support/application.ts'
import { createHost, type HostApp } from '../support/hosts.ts'
import { cookiesOf, remote } from '../support/processes.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { background, type Visitor, visitorOf } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const [old, fresh] = ['the-old-secret-of-32-characters-1', 'the-new-secret-of-32-characters-2']
const weekMs = 7 * 24 * 3_600_000

/** Three processes behind one address that takes them in turn, each started with a list of secrets. */
async function threeProcesses(
  secrets: readonly string[],
  options: () => ScalekitAuthOptions = () => ({}),
) {
  // The time of the store is known by the monotonic clock, which passes with the other one.
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  let now = Date.now()
  const clock = () => now
  const store = memoryStore({ clock })
  const sessions = new MemoryStore().setMaxListeners(0)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const emulator = await startEmulator({ redirectUris: [`${url}/callback`], clock })
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await emulator.close()
  })

  function start(secret: readonly string[]): { app: HostApp; log: readonly string[] } {
    const { logger, lines: log } = recordingLogger()
    const named = { name: 'scalekit', baseUrl: url, logger, clock }
    const shared = { ...emulator.options, store: remote(store) }
    const auth = scalekitAuth({ ...shared, ...named, ...options(), secret })
    onTestFinished(() => auth.close())
    const app = createHost()
    if (isExpressSession) app.use(applicationSession(sessions))
    mountAtRoot(app, auth)
    return { app, log }
  }

  const running = [start(secrets), start(secrets), start(secrets)]
  let next = 0
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    next += 1
    running[next % running.length]!.app(req, res)
  })

  return {
    count: running.length,
    /** Stops a process and starts it again. */
    restart(index: number, secret: readonly string[]) {
      running[index] = start(secret)
    },
    async signIn(): Promise<Visitor> {
      const browser = visitorOf(url)
      const { headers } = await browser.signIn('/login?domain=acme.example&return_to=/app', ada)
      expect(headers.location).toBe('/app')
      return browser
    },
    /** What each process in turn says to a browser. */
    async asked(browser: Visitor): Promise<readonly number[]> {
      const statuses: number[] = []
      for (const _ of running) {
        const headers = { ...background, ...cookiesOf(browser) }
        statuses.push((await fetch(`${url}/app`, { headers })).status)
      }
      return statuses
    },
    pass(ms: number) {
      now += ms
      vi.advanceTimersByTime(ms)
    },
    lines: () =>
      running.flatMap(({ log }) => log.filter((line) => line.includes('secret_unknown'))),
  }
}

const everywhere = [200, 200, 200]

describe('a new cookie secret comes to three processes in three steps:', () => {
  it('30 of 30 users sign in meanwhile, and none is signed out', async () => {
    const { count, restart, signIn, asked, pass, lines } = await threeProcesses([old])
    let browsers: Visitor[] = []
    let signIns = 0

    async function use(): Promise<void> {
      for (let each = 0; each < 3; each += 1) {
        browsers.push(await signIn())
        signIns += 1
      }
      for (const browser of browsers) expect(await asked(browser)).toEqual(everywhere)
    }

    async function deploy(secrets: readonly string[]): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        restart(index, secrets)
        await use()
      }
    }

    await use()
    await deploy([old, fresh])
    await deploy([fresh, old])
    // By then, each session that the old secret sealed has ended by itself.
    pass(weekMs)
    for (const browser of browsers) expect(await asked(browser)).toEqual([401, 401, 401])
    browsers = []
    await deploy([fresh])
    expect(signIns).toBe(30)
    expect(lines()).toEqual([])
  }, 60_000)

  it.each([
    ['the first step is left out', [fresh, old]],
    ['the old secret is taken away at once', [fresh]],
  ])('where %s, users are out, and one line of the process says why', async (_what, secrets) => {
    const { restart, signIn, asked, lines } = await threeProcesses([old])
    const before = await signIn()
    restart(0, secrets)
    const statuses = [...(await asked(before))]
    for (let each = 0; each < 4; each += 1) {
      // A sign-in that two processes share may fail for the same reason.
      const browser = await signIn().catch(() => undefined)
      if (browser) statuses.push(...(await asked(browser)))
    }
    expect(new Set(statuses)).toEqual(new Set([200, 401]))
    const told = lines()
    expect(told.length).toBeGreaterThan(0)
    expect(new Set(told).size).toBe(1)
    expect(told[0]).toMatch(/^warn secret_unknown: .*old,new, then new,old, then new/)
  })
})

it('an unknown key is told once, and not of a process that has run for ten minutes', async () => {
  const { restart, signIn, asked, pass, lines } = await threeProcesses([old])
  const [browser, other] = [await signIn(), await signIn()]
  for (const index of [0, 1, 2]) restart(index, [fresh])
  pass(600_001)
  expect(await asked(browser)).toEqual([401, 401, 401])
  expect(lines()).toEqual([])
  for (const index of [0, 1, 2]) restart(index, [fresh])
  for (const each of [browser, other]) expect(await asked(each)).toEqual([401, 401, 401])
  expect(lines()).toHaveLength(3)
})

describe.skipIf(isExpressSession)('with a store that the kit mounts itself, a cookie', () => {
  /** What all processes have stored, and the options of each. */
  function ownStore() {
    const sessions: Record<string, string> = {}
    return {
      sessions,
      // `express-session` puts functions of its own on a store, so that none can be shared.
      options: () => ({ session: { store: Object.assign(new MemoryStore(), { sessions }) } }),
    }
  }

  it('of another secret is told once, with the steps', async () => {
    const { restart, signIn, asked, lines } = await threeProcesses([old], ownStore().options)
    const [browser, other] = [await signIn(), await signIn()]
    expect(lines()).toEqual([])
    for (const index of [0, 1, 2]) restart(index, [fresh])
    for (const each of [browser, other]) expect(await asked(each)).toEqual([401, 401, 401])
    expect(lines()).toHaveLength(3)
    expect(new Set(lines()).size).toBe(1)
    expect(lines()[0]).toMatch(/^warn secret_unknown: .*old,new, then new,old, then new/)
  })

  it('is not told of when its secret is known and its session is gone, or when it is none', async () => {
    const { sessions, options } = ownStore()
    const { restart, signIn, asked, lines } = await threeProcesses([old], options)
    const browser = await signIn()
    for (const index of [0, 1, 2]) restart(index, [fresh, old])
    expect(await asked(browser)).toEqual(everywhere)
    for (const id of Object.keys(sessions)) delete sessions[id]
    expect(await asked(browser)).toEqual([401, 401, 401])
    const url = new URL((await browser.open('/login?domain=acme.example')).headers.location!)
    const origin = new URL(url.searchParams.get('redirect_uri')!).origin
    for (const value of ['', 'garbage', 's:abc', 's%3Aabc.def', 's:.'.padEnd(60, 'a')]) {
      const headers = { ...background, cookie: `scalekit-session=${value}` }
      expect((await fetch(`${origin}/app`, { headers })).status).toBe(401)
    }
    expect(lines()).toEqual([])
  })
})
