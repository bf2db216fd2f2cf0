import { resolve } from 'node:path'
import { start } from './child.mjs'
import { startBuilds } from './contenders.mjs'
import { importCostsOfBuilds } from './imports.mjs'
import { measureAll, verify } from './measure.mjs'
import { useOneCore } from './one-core.mjs'
import { printBuilds, printImports, printSummaries } from './report.mjs'
import { settings } from './settings.mjs'
import { best } from './statistics.mjs'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Name the folder of another clone, in which `npm run build` was run')
const before = resolve(folder)

const useAllCores = useOneCore()
const { builds, cases, stop } = await startBuilds([
  { name: 'before', kit: before },
  // What this shows besides 1.00 is how much the machine disturbs a pair.
  { name: 'before, again', kit: before },
  { name: 'now', kit: '' },
])
const compared = builds.filter(({ name }) => name !== 'before, again')
for (const one of cases) await verify(one)
printSummaries(await measureAll(cases), 'before')
await stop()
useAllCores()
printBuilds(await inProcess())
printImports(await importCostsOfBuilds(compared))

/** In turn, so that a bad minute of the machine spoils no build alone. */
async function inProcess() {
  const samples = new Map(compared.map(({ name }) => [name, []]))
  for (let round = 0; round < settings.inProcessRounds; round += 1) {
    for (const { name, kit, session } of compared) {
      samples.get(name).push(await start('in-process.mjs', { kit }).ask(session))
    }
  }
  return [...samples].map(([name, taken]) => [name, bestOf(taken)])
}

function bestOf(samples) {
  const cases = Object.keys(samples[0])
  return Object.fromEntries(cases.map((one) => [one, best(samples.map((costs) => costs[one]))]))
}
