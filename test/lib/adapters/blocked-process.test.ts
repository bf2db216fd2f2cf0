import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startProcesses } from '../../support/processes.ts'
import { pass } from '../../support/real-time.ts'
import { sharedServers } from './shared-servers.ts'

const ada = 'ada@acme.example'
/** Shorter than any wait for a store, so that each of these requests asks it. */
const maxLagMs = 20
/** Longer than any request waits for a store. */
const blockedMs = 1600

/** Computes for this long: nothing else happens in the process meanwhile. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs)
}

function turnAndBlock(turns: number): void {
  if (turns === 0) block()
  else setImmediate(turnAndBlock, turns - 1)
}

describe.each(sharedServers)('a process that shares a %s', (_name, isThere, startServer) => {
  it.skipIf(!isThere)('and was busy itself does not take that for an outage', async () => {
    const server = await startServer()
    onTestFinished(() => server.close())
    const store = await server.storeOf(`test ${randomUUID()}`)
    const { all } = await startProcesses({
      count: 1,
      storeOf: () => store,
      options: { revocation: { maxLagMs } },
      mount(app, auth) {
        app.use('/busy', (req, _res, next) => {
          // Clients send a question now, or within the next turns of the event loop.
          next()
          const turns = Number(new URL(req.url!, 'http://localhost').searchParams.get('turns'))
          turnAndBlock(turns)
        })
        app.use(auth)
        app.use('/busy', auth.requireAuth())
        app.use((_req, res) => void res.end())
      },
    })
    const [{ visitor, log }] = all as [(typeof all)[0]]
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    await pass(maxLagMs)
    for (const turns of [0, 1, 2]) await browser.call(`/busy?turns=${turns}`).expect(200)
    expect(log.filter((line) => line.includes('store_unavailable'))).toEqual([])
  })
})
