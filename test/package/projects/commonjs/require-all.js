// A module that awaits at its top cannot be required, nor can any that imports it.
const { join } = require('node:path')
const { readdirSync } = require('node:fs')

const folder = process.argv[2]
const modules = readdirSync(folder, { recursive: true })
  .filter((path) => /\.c?js$/.test(path) && path !== 'cli.js')
  .map((path) => join(folder, path))
for (const path of modules) require(path)
console.log(modules.length)
