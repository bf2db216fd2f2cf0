/**
 * Prints how long guards and sign-ins fail after all connections of the store died without a reset,
 * while new ones work, as after a failover or in a NAT. `npx tsx test/figures/dead-connection.ts`
 */

import { setTimeout as delay } from 'node:timers/promises'
import { startApplication } from '../support/application.ts'
import { type DyingStore, ioRedisStore, nodeRedisStore, pgStore } from '../support/dying-stores.ts'

const home = '/login?domain=acme.example&return_to=/app'
/** How long it is watched. */
const watchMs = Number(process.argv[2] ?? 30_000)

interface Way {
  readonly name: string
  works(): Promise<boolean>
}

/** When it failed last, and whether it failed at all. */
async function watch({ works }: Way, diedAt: number): Promise<string> {
  let failures = 0
  let isWell = true
  let healedAt = diedAt
  while (performance.now() - diedAt < watchMs) {
    isWell = await works().catch(() => false)
    if (!isWell) failures += 1
    else if (failures === 0 || healedAt > diedAt) await delay(100)
    else healedAt = performance.now()
    if (isWell && healedAt > diedAt && performance.now() - healedAt > 5000) break
  }
  if (!isWell) return `not within ${watchMs / 1000} s (${failures} failures)`
  return failures === 0 ? 'never failed' : `${Math.round(healedAt - diedAt)} ms (${failures} failures)`
}

async function measure(name: string, open: () => Promise<DyingStore>): Promise<void> {
  const { store, proxy, busy, close } = await open()
  const application = await startApplication({ options: { store } })
  const browser = application.visitor()
  await browser.signIn(home, 'ada@acme.example')
  await busy()
  const ways: readonly Way[] = [
    { name: 'guards', works: async () => (await browser.call('/app')).status === 200 },
    {
      name: 'sign-ins',
      async works() {
        const next = application.visitor()
        await next.signIn(home, 'ada@acme.example')
        return (await next.call('/app')).status === 200
      },
    },
  ]
  proxy.freeze()
  const diedAt = performance.now()
  const times = await Promise.all(ways.map((way) => watch(way, diedAt)))
  console.log(`${name.padEnd(10)} ${ways.map((way, at) => `${way.name}: ${times[at]}`).join('   ')}`)
  await application.close()
  await close()
}

for (const [name, open] of [
  ['node-redis', nodeRedisStore],
  ['ioredis', ioRedisStore],
  ['pg', pgStore],
] as const) {
  await measure(name, open)
}
process.exit()
