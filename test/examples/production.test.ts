import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../../examples/production/app.ts'
import { stoppable } from '../../examples/production/stoppable.ts'
import { type ScalekitAuthOptions, scalekitAuth } from '../../src/index.ts'
import { redisStore } from '../../src/redis.ts'
import { freePort } from '../package/free-port.ts'
import { root } from '../package/manifest.ts'
import { cleanEnvironment } from '../package/pack.ts'
import { blocksOf } from '../package/readme.ts'
import { eventually } from '../support/eventually.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'
import { background } from '../support/visitor.ts'
import { runExample } from './run.ts'

const agent = new Agent({ keepAlive: true })
const ada = 'ada@acme.example'
const [old, fresh] = ['the-old-secret-of-32-characters-1', 'the-new-secret-of-32-characters-2']

/** What a process of the application shows to a browser with this cookie. */
async function asked(url: string, cookie: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, { headers: { ...background, cookie } })
  return { status: answer.status, body: await answer.json() }
}

/** Asks over a connection that would be kept, as a proxy does. */
function ask(url: string): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: background }, (answer) => {
      const { statusCode: status, headers } = answer.resume()
      answer.once('end', () => resolve({ status, connection: headers.connection }))
    })
      .once('error', reject)
      .end()
  })
}

/** Listens until the test has ended. */
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Two processes of the example, the first of which a browser signs in at. */
async function twoProcesses(first: ScalekitAuthOptions, second: ScalekitAuthOptions) {
  let given: ScalekitAuthOptions = {}
  const { url, visitor } = await runExample((options) => {
    given = options
    return createApp(scalekitAuth({ ...options, ...first }))
  })
  const other = await listen(createServer(createApp(scalekitAuth({ ...given, ...second }))))
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', ada)
  // Outside production, its name has the port of the base URL in it.
  const name = browser.cookieNames().find((one) => one.endsWith('-session'))!
  const cookie = `${name}=${browser.cookie(name)}`
  return { url, other, browser, cookie }
}

describe.skipIf(!hasRedis)('two processes with one Redis', () => {
  it('a sign-out in one of them holds in the other', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const { url, other, browser, cookie } = await twoProcesses(
      { store: redisStore(redis.client) },
      { store: redisStore(await redis.connect()) },
    )
    for (const process of [url, other]) {
      expect(await asked(process, cookie)).toMatchObject({ status: 200, body: { email: ada } })
    }
    await browser.post('/logout', { 'Sec-Fetch-Site': 'same-origin' }).expect(200)
    expect(await asked(url, cookie)).toMatchObject({ status: 401 })
    await vi.waitFor(
      async () => expect(await asked(other, cookie)).toMatchObject({ status: 401 }),
      { timeout: 5000, interval: 20 },
    )
  })
})

describe.skipIf(!hasRedis)('the process', () => {
  /** The example as it is started, on a Redis of the test's own. */
  async function started(redis: Redis) {
    const url = `http://localhost:${await freePort()}`
    const tsx = ['--import', 'tsx', root('examples/production/app.ts')]
    const child = spawn(process.execPath, tsx, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...cleanEnvironment(),
        TSX_TSCONFIG_PATH: root('test/tsconfig.json'),
        PORT: new URL(url).port,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        SCALEKIT_ENVIRONMENT_URL: 'http://localhost:9',
        SCALEKIT_CLIENT_ID: 'skc_1',
        SCALEKIT_CLIENT_SECRET: 'secret',
        SCALEKIT_COOKIE_SECRET: old,
      },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const printed: string[] = []
    child.stderr.on('data', (text) => printed.push(String(text)))
    await vi.waitFor(() => fetch(`${url}/healthz`), { timeout: 20_000 })
    async function stop() {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      return exit
    }
    return { url, printed, stop }
  }

  it('ends by itself when it is asked to', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const { stop, printed } = await started(redis)
    expect([await stop(), printed.join('')]).toEqual([[0, null], ''])
  }, 30_000)

  it('listens while Redis is away, is ready once it is there, and ends while it is away', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    await redis.kill()
    const { url, stop } = await started(redis)
    const readiness = async () => (await fetch(`${url}/readyz`)).status
    expect(await readiness()).toBe(503)
    expect((await fetch(url)).status).toBe(401)
    redis.restart()
    await eventually(async () => expect(await readiness()).toBe(200))
    await redis.kill()
    await eventually(async () => expect(await readiness()).toBe(503))
    expect(await stop()).toEqual([0, null])
  }, 40_000)
})

describe('a new secret', () => {
  it('seals no session before every process can open it', async () => {
    const { other, cookie } = await twoProcesses({ secret: [old, fresh] }, { secret: [old] })
    expect(await asked(other, cookie)).toMatchObject({ status: 200 })
  })

  it('is in front once every process has it, and the old one still opens', async () => {
    const { other, cookie } = await twoProcesses({ secret: [fresh, old] }, { secret: [old, fresh] })
    expect(await asked(other, cookie)).toMatchObject({ status: 200 })
    const before = await twoProcesses({ secret: [old, fresh] }, { secret: [fresh, old] })
    expect(await asked(before.other, before.cookie)).toMatchObject({ status: 200 })
  })

  it('signs users out of processes that do not have it', async () => {
    const { other, cookie } = await twoProcesses({ secret: [fresh, old] }, { secret: [old] })
    expect(await asked(other, cookie)).toMatchObject({ status: 401 })
  })
})

describe('a process that stops', () => {
  /** The example, and a route that answers when the test says so. */
  async function running() {
    const server = createServer()
    const stopper = stoppable(server)
    const emulated = { environmentUrl: 'http://localhost:9', clientId: 'skc_1', clientSecret: 's' }
    const { logger } = recordingLogger()
    const auth = scalekitAuth({ ...emulated, logger })
    const app = createApp(auth, () => stopper.isStopping)
    const slow = new EventEmitter()
    app.get('/slow', (_req, res) => {
      slow.once('answer', () => res.send('done'))
      slow.emit('begun')
    })
    server.on('request', app)
    return { url: await listen(server), stopper, slow }
  }

  it('answers what it has begun, and takes no further request on that connection', async () => {
    const { url, stopper, slow } = await running()
    const begun = once(slow, 'begun')
    const answer = ask(`${url}/slow`)
    await begun
    const stopped = stopper.stop({ drainMs: 0, graceMs: 5000 })
    await vi.waitFor(() => expect(ask(`${url}/healthz`)).rejects.toThrow('ECONNREFUSED'))
    slow.emit('answer')
    expect(await answer).toEqual({ status: 200, connection: 'close' })
    await stopped
  })

  it('fails its health check while it drains, and still answers', async () => {
    const { url, stopper } = await running()
    expect(await ask(`${url}/healthz`)).toEqual({ status: 200, connection: 'keep-alive' })
    const stopped = stopper.stop({ drainMs: 1000, graceMs: 5000 })
    expect(await ask(`${url}/healthz`)).toEqual({ status: 503, connection: 'close' })
    expect(await ask(`${url}/me`)).toEqual({ status: 200, connection: 'close' })
    await stopped
  })

  it('cuts what does not end in time', async () => {
    const { url, stopper, slow } = await running()
    const begun = once(slow, 'begun')
    const answer = ask(`${url}/slow`).catch((error: Error) => error.message)
    await begun
    await stopper.stop({ drainMs: 0, graceMs: 50 })
    expect(await answer).toBe('socket hang up')
  })
})

describe('the guide', () => {
  it('shows the configuration of nginx as it is', () => {
    const guide = readFileSync(root('examples/production/README.md'), 'utf8')
    const shown = blocksOf(guide).find(({ language }) => language === 'nginx')
    expect(shown?.text).toBe(readFileSync(root('examples/production/nginx.conf'), 'utf8'))
  })
})
