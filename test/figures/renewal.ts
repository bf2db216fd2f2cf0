/**
 * Plays the lives of many sessions that are renewed while anything happens, on a real Redis and a
 * real PostgreSQL, and prints what they came to. `npx tsx test/figures/renewal.ts [count]`
 */

import { sharedServers } from '../lib/adapters/shared-servers.ts'
import { playOnServer, sentenceOf } from '../support/renewal/interleavings.ts'

const count = Number(process.argv[2] ?? 10_000)
const seeds = Array.from({ length: count }, (_, seed) => seed)

for (const [name, isThere, startServer] of sharedServers) {
  if (!isThere) continue
  const server = await startServer()
  const startedAt = Date.now()
  const outcomes = await playOnServer(seeds, await server.storeOf('plays'))
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  console.log(`${name}: ${sentenceOf(outcomes)}, in ${seconds} s`)
  await server.close()
}
