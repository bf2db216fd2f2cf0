import assert from 'node:assert/strict'
import { settings } from '../settings.mjs'
import { clients } from './clients.mjs'

/**
 * One client in a process of its own, so that its CPU time is its own. Each message asks for a
 * number of seconds of calls, as many at once as the settings say.
 */
const [name, url, what] = process.argv.slice(2)
const calls = await clients[name](url)
assert.equal((await calls['one organization']()).organization.id, 'org_69615647365005430', name)
assert.equal((await calls['ten organizations']()).organizations.length, 10, name)
const call = calls[what]
process.send({ isReady: true })

process.on('message', async ({ seconds }) => {
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const end = startedAt + seconds * 1000
  const counts = await Promise.all(
    Array.from({ length: settings.connections }, () => callUntil(end)),
  )
  const count = counts.reduce((sum, one) => sum + one)
  const { user, system } = process.cpuUsage(before)
  const perSecond = (count * 1000) / (performance.now() - startedAt)
  process.send({ cpuMicros: (user + system) / count, perSecond })
})
process.on('disconnect', () => process.exit())

async function callUntil(end) {
  let count = 0
  for (; performance.now() < end; count += 1) await call()
  return count
}
