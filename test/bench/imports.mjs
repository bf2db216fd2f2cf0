import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { start } from './child.mjs'
import { settings } from './settings.mjs'
import { median } from './statistics.mjs'

const entry = new URL('../../dist/index.js', import.meta.url)
/** The copy of jose that the kit itself loads. */
const jose = pathToFileURL(createRequire(entry).resolve('jose'))

/** Time and heap that importing takes in a fresh process, beside jose alone. */
export async function importCosts() {
  const samples = { 'express-scalekit': [], jose: [] }
  for (let round = 0; round < settings.imports; round += 1) {
    samples['express-scalekit'].push(await importIn(entry))
    samples.jose.push(await importIn(jose))
  }
  return Object.entries(samples).map(([name, costs]) => ({
    name,
    ms: median(costs.map(({ ms }) => ms)),
    heapBytes: median(costs.map(({ heapBytes }) => heapBytes)),
  }))
}

function importIn(url) {
  return start('import-cost.mjs', [url.href], ['--expose-gc']).answer()
}
