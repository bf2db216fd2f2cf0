import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { start } from './child.mjs'
import { packagesOf } from './packages.mjs'
import { settings } from './settings.mjs'
import { median } from './statistics.mjs'

const kit = new URL('../../', import.meta.url)
const requireOfKit = createRequire(kit)

/** What is imported, and the folder of the package it belongs to. */
const imports = {
  'express-scalekit': entryOfKit('index'),
  'express-scalekit/client': entryOfKit('client'),
  '@scalekit-sdk/node': entryOf('@scalekit-sdk/node'),
  jose: entryOf('jose'),
}

/** Time and heap that importing takes in a fresh process, and the packages that are installed. */
export function importCosts() {
  return costsOf(imports)
}

/** The same for the builds of several clones. */
export function importCostsOfBuilds(builds) {
  const entries = builds.map(({ name, kit: folder }) => {
    const clone = folder ? pathToFileURL(`${folder}/`) : kit
    return [name, { url: new URL('dist/index.js', clone), folder: fileURLToPath(clone) }]
  })
  return costsOf(Object.fromEntries(entries))
}

async function costsOf(imports) {
  const samples = new Map(Object.keys(imports).map((name) => [name, []]))
  for (let round = 0; round < settings.imports; round += 1) {
    for (const [name, taken] of samples) taken.push(await importIn(imports[name].url))
  }
  return [...samples].map(([name, costs]) => ({
    name,
    ms: median(costs.map(({ ms }) => ms)),
    heapBytes: median(costs.map(({ heapBytes }) => heapBytes)),
    packages: packagesOf(imports[name].folder).size,
  }))
}

function importIn(url) {
  return start('import-cost.mjs', { args: [url.href], execArgv: ['--expose-gc'] }).answer()
}

function entryOfKit(name) {
  return { url: new URL(`dist/${name}.js`, kit), folder: fileURLToPath(kit) }
}

/** The copy that the kit itself loads, or is tested with. */
function entryOf(name) {
  const folder = fileURLToPath(new URL(`node_modules/${name}`, kit))
  return { url: pathToFileURL(requireOfKit.resolve(name)), folder }
}
