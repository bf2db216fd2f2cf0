import { expect, it } from 'vitest'
import {
  memoryStore,
  type ScalekitAuth,
  type ScalekitAuthOptions,
  type SessionRefreshed,
} from '../../src/index.ts'
import { showPrincipal } from '../support/application.ts'
import type { HostApp } from '../support/hosts.ts'
import { cookiesOf, remote, startProcesses } from '../support/processes.ts'
import { useVirtualTime } from '../support/virtual-time.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const scopes = ['openid', 'email', 'profile', 'offline_access']
const refreshes = { path: '/oauth/token', grantType: 'refresh_token', times: 1 }
const tokenMs = 2000
const application = { resolve: async () => ({ roles: ['admin'] }) }

useVirtualTime()

const pass = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
}

/** A user signed in to two processes of an application, each of which has a listener. */
async function heard(options: ScalekitAuthOptions = {}) {
  const store = remote(memoryStore())
  const { emulator, all } = await startProcesses({
    storeOf: () => store,
    seed: { lifetimes: { accessTokenSeconds: tokenMs / 1000 }, webhooks: [] },
    options: { scopes, ...options },
    mount,
  })
  const told = all.map(({ auth }) => {
    const events: SessionRefreshed[] = []
    auth.on('session.refreshed', (event) => void events.push(event))
    return events
  })
  const browser = all[0]!.visitor()
  await browser.signIn(home, ada)
  await emulator.settled()
  const grants = () => emulator.requests.filter(({ grantType }) => grantType === 'refresh_token')
  return {
    emulator,
    told,
    call: (index: number) => all[index]!.visitor().call('/app', cookiesOf(browser)),
    tokenCalls: () => grants().length,
    sources: () => told.map((events) => events.map((event) => event.sources)),
  }
}

it('is told once for each renewal, by the process that sent the refresh token', async () => {
  const { emulator, told, call, tokenCalls, sources } = await heard()
  const { body } = await call(0).expect(200)
  expect(sources()).toEqual([[], []])
  await pass(tokenMs)
  const responses = await Promise.all(Array.from({ length: 40 }, (_, at) => call(at % 2)))
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
  expect(tokenCalls()).toBe(1)
  expect(told.flat()).toEqual([
    {
      at: expect.any(Number),
      userId: body.user.id,
      email: ada,
      organizationId: emulator.organizations[0]!.id,
      sessionId: body.sessionId,
      sid: expect.stringMatching(/^ses_/),
      sources: ['refresh-token'],
    },
  ])
  expect(Math.abs(Date.now() - told.flat()[0]!.at)).toBeLessThan(tokenMs)
  expect(told.flat().every((event) => Object.isFrozen(event.sources))).toBe(true)
  await pass(tokenMs)
  const before = told[1]!.length
  for (const index of [1, 0]) await call(index).expect(200)
  expect(tokenCalls()).toBe(2)
  expect(told.flat()).toHaveLength(2)
  expect(told[1]).toHaveLength(before + 1)
})

it('is told once where an answer was lost and the same token is sent again', async () => {
  const { emulator, call, tokenCalls, sources } = await heard()
  await pass(tokenMs)
  emulator.fail({ ...refreshes, answerLost: true })
  await call(0).expect(200)
  expect(sources()).toEqual([[], []])
  await pass(6000)
  for (const index of [1, 0, 1]) await call(index).expect(200)
  // The request that finds it due after a failure does not wait.
  await pass(1000)
  for (const index of [1, 0]) await call(index).expect(200)
  expect(tokenCalls()).toBe(2)
  expect(sources().flat()).toEqual([['refresh-token']])
})

it('is told by each process that asked the application', async () => {
  const { call, sources } = await heard({
    scopes: ['openid', 'email', 'profile'],
    authorization: { ...application, maxAgeSeconds: tokenMs / 1000 },
  })
  await pass(tokenMs)
  for (const index of [0, 1, 0, 1]) await call(index).expect(200)
  expect(sources()).toEqual([[['application']], [['application']]])
})

it('names both sources where both answered, in one event', async () => {
  const { call, sources } = await heard({
    authorization: { ...application, maxAgeSeconds: tokenMs / 1000 },
  })
  await pass(tokenMs)
  for (const index of [0, 1]) await call(index).expect(200)
  expect(sources()).toEqual([[['refresh-token', 'application']], [['application']]])
})

it('is not told of a renewal that failed, or that ended the session', async () => {
  const { emulator, call, sources, tokenCalls } = await heard()
  await pass(tokenMs)
  emulator.fail({ ...refreshes, status: 503 })
  const { body } = await call(0).expect(200)
  expect(body.isStale).toBe(true)
  await pass(6000)
  for (const { id } of emulator.sessions) emulator.endSession(id)
  // After a failure no request waits for the next attempt.
  await call(0)
  await pass(1000)
  await call(0).expect(401)
  expect(tokenCalls()).toBe(2)
  expect(sources()).toEqual([[], []])
})
