/**
 * Bundles an application with the oldest and the newest version of each bundler, runs it on each
 * version of Node, on Bun and on Deno, and walks through it; runs the guide's tests in Jest; and
 * prints a table: `node test/hosts/tools/run.mjs [name of a tool]`. All is installed in a temporary
 * folder, with the packed package. Needs `npm run build` and a registry.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { steps, walkThrough } from '../walk-through.mjs'
import { tools } from './tools.mjs'

const root = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'tools-'))
const chosen = tools.filter(({ name }) => name === (process.argv[2] ?? name))

function run(command, args, cwd) {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: 900_000 }, (failure, stdout, stderr) => {
      const lines = `${stdout}${stderr}`.split('\n')
      // Jest prints what the tested code writes to the console, its errors among it.
      const told = lines.filter((line) => !/^\s*(console\.|\[scalekit\])/.test(line))
      const reason = told.find((line) => /error|✕|fail/i.test(line)) ?? failure?.message
      resolve({ stdout, problem: failure && `fails: ${reason.trim().slice(0, 160)}` })
    })
  })
}

async function install(folder, packages) {
  const cwd = join(work, folder)
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps']
  const { problem } = await run('npm', ['install', ...flags, ...packages], cwd)
  if (problem) throw new Error(problem)
  return cwd
}

const versionOf = (cwd, name) =>
  JSON.parse(readFileSync(join(cwd, 'node_modules', name, 'package.json'), 'utf8')).version.replace(
    /^v/,
    '',
  )

/** The runtimes of the table's columns. Jest runs on Node only. */
async function runtimes() {
  const platform = `node-${process.platform}-${process.arch}`
  const found = []
  for (const version of ['20.19.0', '22', '24']) {
    const cwd = await install(`node-${version}`, [`${platform}@${version}`])
    const command = [join(cwd, 'node_modules', platform, 'bin/node')]
    found.push({ name: `Node ${versionOf(cwd, platform)}`, command, entry: 'express.js' })
  }
  const cwd = await install('others', ['bun', 'deno'])
  await run('node', ['node_modules/bun/install.js'], cwd)
  await run('node', ['node_modules/deno/install.cjs'], cwd)
  const at = (name) => join(cwd, 'node_modules/.bin', name)
  const bun = { name: `Bun ${versionOf(cwd, 'bun')}`, command: [at('bun')] }
  const deno = { name: `Deno ${versionOf(cwd, 'deno')}`, command: [at('deno'), 'run', '-A'] }
  return [...found, ...[bun, deno].map((other) => ({ ...other, entry: 'bun.js', isOther: true }))]
}

/** Tries one tool on one runtime. Resolves to `works`, `–` for a pair that does not exist, or the problem. */
async function cell(cwd, tool, { command: [binary, ...flags], entry, isOther }) {
  if (tool.tests && isOther) return '–'
  if (tool.tests) {
    tool.make(cwd)
    return (await run(binary, tool.tests, cwd)).problem ?? 'works'
  }
  // Bun and Deno run what Node has bundled.
  const maker = isOther ? process.execPath : binary
  const { problem } = await run(maker, tool.make(cwd, entry), cwd)
  if (problem) return problem
  const results = await walkThrough(cwd, [binary, ...flags, tool.file])
  return steps.map((step) => results[step]).find((result) => result !== 'works') ?? 'works'
}

const packed = await run(
  'npm',
  ['pack', '--silent', '--ignore-scripts', '--pack-destination', work],
  root('.'),
)
const tarball = join(work, packed.stdout.trim().split('\n').at(-1))
const columns = await runtimes()
console.log(`| tool | ${columns.map(({ name }) => name).join(' | ')} |`)
console.log(`| --- |${' --- |'.repeat(columns.length)}`)
const cells = []
for (const tool of chosen) {
  const folder = [tool.packages[0], tool.what ?? ''].join('-').replaceAll(' ', '-')
  const cwd = await install(folder, [tarball, 'express@5', 'supertest', ...tool.packages])
  cpSync(root('examples/testing'), cwd, { recursive: true })
  cpSync(root('examples/hosts'), cwd, { recursive: true })
  const row = []
  for (const column of columns) row.push(await cell(cwd, tool, column))
  cells.push(...row)
  const name = `${tool.name} ${versionOf(cwd, tool.name)}`
  console.log(`| ${[name, tool.what].filter(Boolean).join(', ')} | ${row.join(' | ')} |`)
}
if (process.env.KEEP) console.error(work)
else rmSync(work, { recursive: true, force: true })
process.exit(cells.every((text) => /^(works|–)$/.test(text)) ? 0 : 1)
