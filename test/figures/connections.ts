/**
 * Prints what 1,000 records cost a process with 10,000 open connections: how long until all that they
 * concern have heard, and the longest time that the event loop stood still.
 * `npx tsx test/figures/connections.ts [connections] [records]`
 */

import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { memoryStore } from '../../src/index.ts'
import { openConnections } from '../../src/lib/auth/open-connections.ts'
import { replicateRevocations } from '../../src/lib/auth/revocations-replica.ts'
import type { Identity } from '../../src/lib/ground/types.ts'
import { withoutSources } from '../lib/auth/without-sources.ts'
import { ada } from '../lib/identities.ts'

const weekMs = 7 * 24 * 3_600_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Everyone has a session of their own, a hundred in each organization. */
function person(index: number): Identity {
  const now = Date.now()
  return ada({
    sessionId: `session ${index}`,
    sub: `conn_1;user ${index}`,
    sid: `ses_${index}`,
    email: `user${index}@acme.example`,
    organizationId: `org_${Math.floor(index / 100)}`,
    startedAt: now - 5000,
    absoluteExpiresAt: now + weekMs,
    idleExpiresAt: now + weekMs,
  })
}

/** The longest turn of the event loop, by the wall and by the processor: others may have it. */
function watchTurns() {
  let [longestMs, longestCpuMs] = [0, 0]
  let [time, cpu] = [performance.now(), process.cpuUsage()]
  let next = setImmediate(look)

  function look(): void {
    const { user, system } = process.cpuUsage(cpu)
    longestMs = Math.max(longestMs, performance.now() - time)
    longestCpuMs = Math.max(longestCpuMs, (user + system) / 1000)
    time = performance.now()
    cpu = process.cpuUsage()
    next = setImmediate(look)
  }

  return {
    stop() {
      clearImmediate(next)
      return `longest stall ${longestMs.toFixed(1)} ms, of which ${longestCpuMs.toFixed(1)} ms of processor`
    },
  }
}

function open(count: number) {
  const clock = Date.now
  const revocations = replicateRevocations(memoryStore({ clock }).revocations, {
    clock,
    maxLagMs: 1000,
  })
  const connections = openConnections({ revocations, maxLagMs: 1000, clock, logger: silent })
  const { watchSession } = withoutSources(revocations, clock)
  const firedAt: number[] = []
  const before = process.memoryUsage().heapUsed
  const beganAt = performance.now()
  for (let index = 0; index < count; index += 1) {
    const identity = person(index)
    const { ended } = connections.watch(watchSession(identity, identity.idleExpiresAt))
    ended.addEventListener('abort', () => firedAt.push(performance.now()))
  }
  const openedMs = performance.now() - beganAt
  const kilobytes = (process.memoryUsage().heapUsed - before) / count / 1024
  console.log(
    `${count} connections: ${((openedMs * 1000) / count).toFixed(1)} µs and ${kilobytes.toFixed(1)} kB each`,
  )
  return { revocations, connections, firedAt }
}

async function measure(
  what: string,
  count: number,
  targets: readonly ((index: number) => string)[],
  records: number,
): Promise<void> {
  const { revocations, connections, firedAt } = open(count)
  await revocations.refresh()
  await pause(1500)
  const turns = watchTurns()
  const beganAt = performance.now()
  const cpu = process.cpuUsage()
  for (let index = 0; index < records; index += 1) {
    const notBefore = Date.now()
    const keys = targets.map((keyOf) => keyOf(index))
    await revocations.write(
      keys.map((key) => ({ key, notBefore, clock: 'store', expiresAt: notBefore + weekMs })),
    )
    await turn()
  }
  const before = firedAt.length
  await pause(1500)
  const { user, system } = process.cpuUsage(cpu)
  const lastMs = (firedAt.at(-1) ?? beganAt) - beganAt
  console.log(
    `${what}: ${firedAt.length} closed after ${lastMs.toFixed(0)} ms (${before} by the last write), ${((user + system) / 1000).toFixed(0)} ms of processor, ${turns.stop()}`,
  )
  connections.close()
}

const [connections = 10_000, records = 1000] = process.argv.slice(2).map(Number)
const iss = ada().iss
const named = (kind: string, name: string, organizationId: string) =>
  `${kind}:${iss.length}:${iss}${organizationId.length}:${organizationId}${name}`
const organizationOf = (index: number) => `org_${Math.floor(index / 100)}`
await measure(
  `${records} removals`,
  connections,
  [(index) => named('member', `conn_1;user ${index}`, organizationOf(index))],
  records,
)
await measure(
  `${records} records that concern no connection`,
  connections,
  [(index) => named('member', `someone else ${index}`, organizationOf(index))],
  records,
)
await measure(
  `${connections / 100} records, one of each organization`,
  connections,
  [(index) => named('organization', organizationOf(index * 100), '')],
  connections / 100,
)
process.exit()
