/**
 * Prints what a rolling deploy and the replacement of a cookie secret do: three processes on Redis
 * behind nginx, webhook handlers that take a second. `npx tsx test/figures/rolling.ts`
 */

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, createServer as createListener } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { createClient } from 'redis'
import { type ScalekitAuth, type ScalekitAuthOptions, scalekitAuth } from '../../src/index.ts'
import { redisStore } from '../../src/redis.ts'
import { startEmulator } from '../../src/testing.ts'
import { documentedExamples } from '../fixtures/webhook-examples.ts'
import { startRedis } from '../support/redis.ts'
import { type Visitor, visitorOf } from '../support/visitor.ts'
import { webhookSecret } from '../support/webhook.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const login = '/login?domain=acme.example&return_to=/app'
const first = 'the first secret of these figures, of 32 characters'
const second = 'the second secret of these figures, of 32 characters'

interface Told {
  readonly port: number
  readonly redis: number
  readonly options: ScalekitAuthOptions
}

/** One process of the application. */
async function child({ port, redis, options }: Told): Promise<void> {
  const client = createClient({ socket: { host: '127.0.0.1', port: redis } })
  await client.connect()
  const auth = scalekitAuth({
    ...options,
    store: redisStore(client),
    webhooks: {
      secret: webhookSecret,
      async onDirectoryUserUpdated(_event, { deliveryId }) {
        await pause(1000)
        await client.incr(`effect:${deliveryId}`)
      },
    },
  })
  const app = express().use(auth)
  app.get('/app', auth.requireAuth(), (_req, res) => void res.end())
  app.get('/readyz', (_req, res, next) => {
    auth.health().then(({ store }) => res.status(store.ok ? 200 : 503).end(), next)
  })
  const server = app.listen(port, '127.0.0.1', () => process.send!('ready'))
  process.once('SIGTERM', () => void stop(server, auth))
}

/** As the production guide has it. */
async function stop(server: Server, auth: ScalekitAuth): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  await closed
  await auth.close()
  process.exit()
}

async function startChild(told: Told): Promise<ChildProcess> {
  const execArgv = ['--import', 'tsx']
  const forked = fork(fileURLToPath(import.meta.url), ['child'], { execArgv })
  forked.send(told)
  await once(forked, 'message')
  return forked
}

async function freePort(): Promise<number> {
  const server = createListener().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function startNginx(port: number, upstream: readonly number[]): Promise<ChildProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error; events {}
    http {
      access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
      fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      upstream app { ${upstream.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join(' ')} }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://app; proxy_set_header Host $http_host; }
      }
    }`,
  )
  const nginx = spawn('nginx', ['-c', file, '-p', folder], { stdio: 'inherit' })
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return nginx
    await pause(50)
  }
  throw new Error('nginx did not start')
}

async function main(): Promise<void> {
  const redis = await startRedis()
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const front = await freePort()
  const url = `http://127.0.0.1:${front}`
  const emulator = await startEmulator({
    redirectUris: [`${url}/callback`],
    webhooks: [{ url: `${url}/webhooks`, secret: webhookSecret }],
    retryScale: 0.01,
  })
  const optionsWith = (secret: readonly string[]): ScalekitAuthOptions => ({
    ...emulator.options,
    baseUrl: url,
    name: 'figures',
    secret,
  })
  const start = (port: number, secret: readonly string[]) =>
    startChild({ port, redis: redis.port, options: optionsWith(secret) })
  const processes = await Promise.all(ports.map((port) => start(port, [first])))
  const nginx = await startNginx(front, ports)

  /** One process after the other ends and begins anew. */
  async function roll(secret: readonly string[], between: () => Promise<unknown> = async () => {}) {
    for (const [at, port] of ports.entries()) {
      const ended = once(processes[at]!, 'exit')
      processes[at]!.kill('SIGTERM')
      await ended
      processes[at] = await start(port, secret)
      await between()
    }
  }

  const browsers: Visitor[] = []
  let signIns = 0
  const signIn = async () => {
    const browser = visitorOf(url)
    const { status } = await browser.signIn(login, 'ada@acme.example')
    if (status === 302) signIns += 1
    browsers.push(browser)
  }
  const signInTen = async () => {
    for (let at = 0; at < 10; at += 1) await signIn()
  }
  const countIn = async () => {
    const all = await Promise.all(browsers.map((browser) => browser.call('/app')))
    return all.filter(({ status }) => status === 200).length
  }

  await signInTen()
  for (const [step, secret] of [
    ['appended', [first, second]],
    ['promoted', [second, first]],
    ['removed', [second]],
  ] as const) {
    // Halfway, processes with both lists answer.
    await roll(secret, step === 'removed' ? undefined : async () => void (await signIn()))
    console.log(`secret ${step}: ${await countIn()} of ${browsers.length} still signed in`)
    // A session that the first secret sealed lasts until that one is removed.
    if (step === 'promoted') browsers.splice(0, browsers.length)
    if (step === 'promoted') await signInTen()
  }
  console.log(`${signIns} sign-ins succeeded of ${10 + 3 + 3 + 10}`)

  const [organization] = emulator.organizations
  let isDone = false
  const rolling = roll([second])
    .then(() => roll([second]))
    .then(() => {
      isDone = true
    })
  const sent: Promise<unknown>[] = []
  const { data: documented } = documentedExamples['organization.directory.user_updated']
  const data = { ...documented, organization_id: organization!.id }
  while (!isDone) {
    sent.push(emulator.deliver('organization.directory.user_updated', data))
    await pause(150)
  }
  await Promise.all(sent)
  await rolling
  await emulator.settled()
  const keys = await redis.client.keys('effect:*')
  const effects = await Promise.all(keys.map((key) => redis.client.get(key)))
  const twice = effects.filter((count) => count !== '1').length
  console.log(
    `rolled twice under load: ${sent.length} deliveries, ${keys.length} took effect, ${twice} of them twice`,
  )
  for (const forked of processes) forked.kill('SIGKILL')
  nginx.kill()
  await emulator.close()
  await redis.close()
}

if (process.argv[2] === 'child') process.once('message', (told) => void child(told as Told))
else await main()
