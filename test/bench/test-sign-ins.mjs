import session from 'express-session'
import { kit } from './kit.mjs'
import { median } from './statistics.mjs'

/** After the first, which makes a key and loads the discovery document. */
const signIns = 200

const { scalekitAuth } = await kit('index')
const { signIn, startEmulator } = await kit('testing')
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const ada = 'ada@acme.example'

const emulator = await startEmulator()
const withEmulator = { ...emulator.options, logger: quiet }
const withoutEmulator = {
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'test_aB3dE5fG7hJ9kL1mN3pQ5rS7',
  logger: quiet,
}
const described = { email: 'eve@initech.example', organization: 'initech', roles: ['admin'] }
const store = new session.MemoryStore()

/** How long `signIn()` of `express-scalekit/testing` takes: the first, and those after it. */
const costs = [
  await costOf('a user of the emulator', withEmulator, ada),
  await costOf(
    'a user of the emulator, session.store',
    { ...withEmulator, session: { store } },
    ada,
  ),
  await costOf('a described user', withoutEmulator, described),
]
await emulator.close()
process.send(costs, () => process.disconnect())

async function costOf(name, options, who) {
  const auth = scalekitAuth(options)
  const firstMs = await timeOf(() => signIn(auth, who))
  const times = []
  for (let round = 0; round < signIns; round += 1) times.push(await timeOf(() => signIn(auth, who)))
  await auth.close()
  return { name, firstMs, medianMs: median(times) }
}

async function timeOf(work) {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
