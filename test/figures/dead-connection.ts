/**
 * Prints how long guards and sign-ins fail after all connections of the store died without a reset,
 * while new ones work, as after a failover or in a NAT. `npx tsx test/figures/dead-connection.ts`
 */

import { setTimeout as delay } from 'node:timers/promises'
import { type Application, startApplication } from '../support/application.ts'
import { type DyingStore, ioRedisStore, nodeRedisStore, pgStore } from '../support/dying-stores.ts'

const home = '/login?domain=acme.example&return_to=/app'
/** How long it is watched. */
const watchMs = Number(process.argv[2] ?? 30_000)

/** When it failed last, and whether it failed at all. */
async function watch(works: () => Promise<boolean>, diedAt: number): Promise<string> {
  let failures = 0
  let healedAt: number | undefined
  while (performance.now() - diedAt < watchMs) {
    if (await works().catch(() => false)) {
      healedAt ??= performance.now()
      if (failures > 0 && performance.now() - healedAt > 5000) break
      await delay(100)
    } else {
      failures += 1
      healedAt = undefined
    }
  }
  if (healedAt === undefined) return `not within ${watchMs / 1000} s (${failures} failures)`
  return failures === 0
    ? 'never failed'
    : `${Math.round(healedAt - diedAt)} ms (${failures} failures)`
}

type Visit = (application: Application) => Promise<() => Promise<boolean>>

const guards: Visit = async ({ visitor }) => {
  const browser = visitor()
  await browser.signIn(home, 'ada@acme.example')
  return async () => (await browser.call('/app')).status === 200
}

const signIns: Visit = async ({ visitor }) => {
  return async () => {
    const browser = visitor()
    await browser.signIn(home, 'ada@acme.example')
    return (await browser.call('/app')).status === 200
  }
}

/** Each on connections of its own: what one of them heals would help the other. */
async function measure(open: () => Promise<DyingStore>, visit: Visit): Promise<string> {
  const { store, proxy, busy, close } = await open()
  const application = await startApplication({ options: { store } })
  const works = await visit(application)
  await works()
  await busy()
  proxy.freeze()
  const time = await watch(works, performance.now())
  await application.close()
  await Promise.race([close(), delay(2000)])
  return time
}

for (const [name, open] of [
  ['node-redis', nodeRedisStore],
  ['ioredis', ioRedisStore],
  ['pg', pgStore],
] as const) {
  const times = [await measure(open, guards), await measure(open, signIns)]
  console.log(`${name.padEnd(12)} guards: ${times[0]!.padEnd(32)} sign-ins: ${times[1]}`)
}
process.exit()
