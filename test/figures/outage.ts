/**
 * Prints what requests see of a token endpoint that is away, and of a process that is killed while it
 * renews: two processes on Redis, 100 requests a second, with access tokens of two seconds.
 * `npx tsx test/figures/outage.ts [seconds of each outage]`
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { createClient } from 'redis'
import { type ScalekitAuthOptions, scalekitAuth } from '../../src/index.ts'
import { redisStore } from '../../src/redis.ts'
import { type Emulator, type FaultRule, startEmulator } from '../../src/testing.ts'
import { startRedis } from '../support/redis.ts'
import { type Visitor, visitorOf } from '../support/visitor.ts'
import { webhookSecret } from '../support/webhook.ts'

const scopes = ['openid', 'email', 'profile', 'offline_access']
const secret = 'a secret of these figures, of 32 characters'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Process {
  readonly url: string
  readonly kill: () => void
  configure(options: ScalekitAuthOptions): Promise<void>
}

/** An application in a process of its own. */
async function child(redisPort: number): Promise<void> {
  const client = createClient({ socket: { host: '127.0.0.1', port: redisPort } })
  await client.connect()
  const server = createServer()
  server.listen(0, '127.0.0.1', () => {
    process.send!({ port: (server.address() as AddressInfo).port })
  })
  process.on('message', (options: ScalekitAuthOptions) => {
    const auth = scalekitAuth({ ...options, store: redisStore(client) })
    const app = express().use(auth)
    app.get('/app', auth.requireAuth(), (_req, res) => void res.end())
    app.get('/admin', auth.requireRole('admin'), (_req, res) => void res.end())
    server.on('request', app)
    process.send!({ ready: true })
  })
}

async function startProcess(redisPort: number): Promise<Process> {
  const execArgv = ['--import', 'tsx']
  const forked = fork(fileURLToPath(import.meta.url), ['child', String(redisPort)], { execArgv })
  const [{ port }] = (await once(forked, 'message')) as [{ port: number }]
  return {
    url: `http://127.0.0.1:${port}`,
    kill: () => void forked.kill('SIGKILL'),
    async configure(options) {
      forked.send(options)
      await once(forked, 'message')
    },
  }
}

async function startAll(refreshGraceSeconds: number) {
  const redis = await startRedis()
  const processes = await Promise.all([startProcess(redis.port), startProcess(redis.port)])
  const emulator = await startEmulator({
    redirectUris: processes.map(({ url }) => `${url}/callback`),
    webhooks: [{ url: `${processes[0]!.url}/webhooks`, secret: webhookSecret }],
    lifetimes: { accessTokenSeconds: 2 },
    refreshGraceSeconds,
  })
  for (const { url, configure } of processes) {
    const webhooks = { secret: webhookSecret }
    await configure({
      ...emulator.options,
      baseUrl: url,
      name: 'figures',
      secret,
      scopes,
      webhooks,
    })
  }
  const browser = visitorOf(processes[0]!.url)
  const login = '/login?domain=acme.example&return_to=/app'
  await browser.signIn(login, 'ada@acme.example')
  async function close(): Promise<void> {
    for (const { kill } of processes) kill()
    await emulator.close()
    await redis.close()
  }
  return { emulator, processes, headers: { Cookie: cookiesOf(browser) }, close }
}

function cookiesOf(browser: Visitor): string {
  return browser
    .cookieNames()
    .map((name) => `${name}=${browser.cookie(name)}`)
    .join('; ')
}

function refreshes({ requests }: Emulator) {
  return requests.filter(({ grantType }) => grantType === 'refresh_token')
}

async function outage(what: string, fault: FaultRule, seconds: number): Promise<void> {
  const { emulator, processes, headers, close } = await startAll(30)
  await pause(2500)
  emulator.fail(fault)
  await Promise.all(processes.map(({ url }) => fetch(`${url}/app`, { headers })))
  const before = refreshes(emulator).length
  const waits: number[] = []
  const statuses = new Map<number, number>()
  const asked: Promise<void>[] = []
  for (let at = 0; at < seconds * 100; at += 1) {
    asked.push(ask(processes[at % 2]!.url))
    await pause(10)
  }
  await Promise.all(asked)
  emulator.person('ada@acme.example').update({ roles: ['member'] })
  await emulator.settled()
  await pause(1250)
  const admin = await fetch(`${processes[1]!.url}/admin`, { headers })
  const calls = refreshes(emulator).length - before
  waits.sort((one, other) => one - other)
  const p99 = waits[Math.floor(waits.length * 0.99)]!.toFixed(1)
  const codes = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
  console.log(
    `${what}: ${codes}; p99 ${p99} ms; ${calls} calls in ${seconds} s; demoted: ${admin.status}`,
  )
  await close()

  async function ask(url: string): Promise<void> {
    const askedAt = performance.now()
    const { status } = await fetch(`${url}/app`, { headers })
    waits.push(performance.now() - askedAt)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
}

/** The process that holds the lease dies between the provider's answer and its write. */
async function killed(): Promise<void> {
  const { emulator, processes, headers, close } = await startAll(30)
  const [holder, other] = processes
  await pause(2500)
  const lost = fetch(`${holder!.url}/app`, { headers }).catch(() => undefined)
  while (refreshes(emulator).length === 0) await pause(0)
  holder!.kill()
  await lost
  const askedAt = performance.now()
  const responses = await Promise.all(
    Array.from({ length: 200 }, () => fetch(`${other!.url}/app`, { headers })),
  )
  const ms = (performance.now() - askedAt).toFixed(0)
  const good = responses.filter(({ status }) => status === 200).length
  const hashes = refreshes(emulator).map(({ tokenHash }) => tokenHash)
  console.log(
    `killed: ${good} of 200 answered 200 after ${ms} ms; ${hashes.length} calls with ${new Set(hashes).size} token`,
  )
  await close()
}

const [role, given] = process.argv.slice(2)
if (role === 'child') await child(Number(given))
else {
  const seconds = Number(role ?? 30)
  const path = '/oauth/token'
  const times = Number.POSITIVE_INFINITY
  await outage('refuses', { path, times, status: 503 }, seconds)
  await outage('does not answer', { path, times, hang: true }, seconds)
  await outage('loses its answers', { path, times, answerLost: true }, seconds)
  await killed()
}
