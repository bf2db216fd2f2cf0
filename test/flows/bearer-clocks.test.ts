import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryStore, type ScalekitAuth } from '../../src/index.ts'
import { showPrincipal } from '../support/application.ts'
import { startBearer } from '../support/bearer.ts'
import { eventually } from '../support/eventually.ts'
import { failingStore } from '../support/failing-store.ts'
import type { HostApp } from '../support/hosts.ts'
import { remote } from '../support/processes.ts'

// auth.revoke is dated by the store's clock, and a token by Scalekit's. The guide promises that a
// revocation holds while the two are up to five minutes apart.

const minute = 60_000

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
}

/** An application beside a store whose clock differs from that of the process and of Scalekit. */
async function scene(offMs: number) {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const store = remote(memoryStore({ clock: () => Date.now() + offMs }))
  const application = await startBearer({ store }, { mount })
  return {
    ...application,
    revoke: () => application.auth.revoke({ userId: 'usr_ada' }, { atScalekit: false }),
    pass: (ms: number) => void vi.advanceTimersByTime(ms),
  }
}

describe.each([-300, -120, -61, 0, 61, 300])('a store whose clock is %i s off', (offSeconds) => {
  it.each([1, 20, 200])('ends a token of %i s ago by auth.revoke', async (ageSeconds) => {
    const { keys, call, revoke, pass } = await scene(offSeconds * 1000)
    const token = `Bearer ${await keys.personsToken()}`
    pass(ageSeconds * 1000)
    await call('/app', token).expect(200)
    await revoke()
    const { body } = await call('/app', token).expect(401)
    expect(body).toMatchObject({ code: 'invalid_token', detail: 'The access token was revoked' })
  })

  it('lets in a token that is issued more than a minute later', async () => {
    const { keys, call, revoke, pass } = await scene(offSeconds * 1000)
    await call('/app', `Bearer ${await keys.personsToken()}`).expect(200)
    await revoke()
    await call('/app', `Bearer ${await keys.personsToken()}`).expect(401)
    pass(minute + 2000)
    await call('/app', `Bearer ${await keys.personsToken()}`).expect(200)
  })

  it('ends a token that is the first thing the process sees', async () => {
    const { keys, call, revoke } = await scene(offSeconds * 1000)
    const token = `Bearer ${await keys.personsToken()}`
    await revoke()
    await call('/app', token).expect(401)
  })
})

it('a token that was first seen while the store was away is dated by the store’s clock afterwards', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { store, is } = failingStore()
  const { auth, keys } = await startBearer({ store }, { mount })
  await auth.revoke({ userId: 'usr_ada' }, { atScalekit: false })
  vi.advanceTimersByTime(2 * minute)
  is('refusing')
  const { call } = await startBearer({ store, environmentUrl: keys.url }, { mount })
  // The keys are loaded for the first one.
  await call('/app', `Bearer ${await keys.personsToken()}`).expect(503)
  const token = `Bearer ${await keys.personsToken()}`
  await call('/app', token).expect(503)
  is('well')
  vi.advanceTimersByTime(minute)
  await eventually(() => call('/app', token).expect(200).then())
})
