/**
 * Plays the lives of many sessions that are renewed while anything happens, on a real Redis and a
 * real PostgreSQL, and prints what they came to.
 *
 * `npx tsx test/figures/renewal.ts [count] [Redis] [PostgreSQL]`: without names, on both. It exits
 * with 1 where something was shown that is not so.
 */

import { sharedServers } from '../lib/adapters/shared-servers.ts'
import {
  type Failure,
  lineOf,
  type Played,
  playOnServer,
  sentenceOf,
} from '../support/renewal/interleavings.ts'

const [count = '10000', ...names] = process.argv.slice(2)
const seeds = Array.from({ length: Number(count) }, (_, seed) => seed)
/**
 * How many plays share a store. A process of a play reads all of its revocations first: after some
 * thousands of plays that took longer than a sign-in waits, so that hardly anyone signed in.
 */
const playsPerStore = 500

const known = sharedServers.map(([name]) => name)
const unknown = names.find((name) => !known.includes(name as (typeof known)[number]))
if (unknown !== undefined) throw new Error(`${unknown} is none of ${known.join(', ')}`)

for (const [name, isThere, startServer] of sharedServers) {
  const isAsked = names.length === 0 || names.includes(name)
  if (isThere && isAsked) await playOn(name, startServer)
}

// Processes of the plays may still try to reach a store that is gone.
process.exit()

async function playOn(name: string, startServer: (typeof sharedServers)[number][2]): Promise<void> {
  const server = await startServer()
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  const onPlayed = (_played: number, failure?: Failure) => {
    if (failure) console.log(`${name}: ${lineOf(failure)}`)
  }
  const all: Played[] = []
  for (let from = 0; from < seeds.length; from += playsPerStore) {
    const store = await server.storeOf(`plays${from}`)
    // The first call makes the tables, which takes longer than a call of a play may.
    await store.revocations.since()
    all.push(await playOnServer(seeds.slice(from, from + playsPerStore), store, onPlayed))
    console.log(`${name}: up to seed ${from + playsPerStore - 1} after ${seconds()} s`)
  }
  const outcomes = all.flatMap((played) => played.outcomes)
  const failures = all.flatMap((played) => played.failures)
  const stalled = all.flatMap((played) => played.stalled)
  console.log(`${name}: ${sentenceOf(outcomes)}, in ${seconds()} s`)
  console.log(
    `${name}: ${failures.length} plays failed; ${stalled.length} say nothing, because the machine stood still`,
  )
  const empty = outcomes.filter(({ sessions }) => sessions === 0).length
  console.log(`${name}: in ${empty} plays no sign-in came about, as the store was too slow`)
  for (const failure of failures) console.log(`${name}: FAILED ${lineOf(failure)}`)
  if (failures.length > 0) process.exitCode = 1
  await server.close()
}
