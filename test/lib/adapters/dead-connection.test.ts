// @module-tag slow
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type DyingStore,
  ioRedisStore,
  nodeRedisStore,
  pgStore,
} from '../../support/dying-stores.ts'
import { eventually } from '../../support/eventually.ts'
import { hasPostgres } from '../../support/postgres.ts'
import { hasRedis } from '../../support/redis.ts'
import { start } from '../../support/start.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'

describe.each<[string, boolean, () => Promise<DyingStore>]>([
  ['redis', hasRedis, nodeRedisStore],
  ['ioredis', hasRedis, ioRedisStore],
  ['pg', hasPostgres, pgStore],
])('connections of %s that die without a reset', (_name, isInstalled, open) => {
  it.runIf(isInstalled)('keep guards and sign-ins from working for five seconds', async () => {
    const { application, proxy } = await startOn(open)
    const browser = application.visitor()
    await browser.signIn(home, ada)
    proxy.freeze()
    const diedAt = performance.now()
    await eventually(async () => {
      await browser.call('/app').expect(503)
    })
    await eventually(async () => {
      await browser.call('/app').expect(200)
    })
    await application.visitor().signIn(home, ada)
    expect(performance.now() - diedAt).toBeLessThan(5000)
    // It stays so, also for the connections that were not used yet.
    for (let call = 0; call < 10; call += 1) await browser.call('/app').expect(200)
  })
})

async function startOn(open: () => Promise<DyingStore>) {
  const { store, proxy, busy, close } = await open()
  const application = await start({ options: { store } })
  onTestFinished(close)
  await busy()
  return { application, proxy }
}
