/**
 * Installs the packed package beside each host in a temporary folder, runs the host's example of
 * `examples/hosts` with an emulator, and prints a table: `node test/hosts/run.mjs [part of a name]`.
 * Needs `npm run build` and a registry.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hosts } from './hosts.mjs'
import { steps, walkThrough } from './walk-through.mjs'

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const chosen = hosts.filter(({ name }) => name.includes(process.argv[2] ?? ''))
const work = mkdtempSync(join(tmpdir(), 'hosts-'))

function npm(cwd, ...args) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The folder of a host, with all that its hosts need. */
function install(folder, tarball) {
  const cwd = join(work, folder)
  mkdirSync(cwd)
  cpSync(root('examples/hosts'), cwd, { recursive: true })
  cpSync(root('test/hosts/fixtures'), cwd, { recursive: true })
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const here = chosen.filter((host) => host.folder === folder)
  // The adapters of AWS Lambda, Bun and Deno run Express 5.
  const base = folder === 'hosts' ? { express: '5' } : {}
  const wanted = Object.assign(base, ...here.map(({ packages }) => packages))
  const names = Object.entries(wanted).map(([name, version]) => `${name}@${version}`)
  npm(cwd, 'install', '--no-audit', '--no-fund', '--ignore-scripts', tarball, ...names)
  for (const { setUp } of here) if (setUp) execFileSync(setUp[0], setUp.slice(1), { cwd })
  return cwd
}

function versionsOf(cwd, { packages, file }) {
  const names = Object.keys(packages).filter((name) => !/^(react|rxjs|reflect|esbuild)/.test(name))
  const more =
    /serverless|express\.js|bun|worker/.test(file) && !packages.express ? ['express'] : []
  const versions = [...names, ...more].map((name) => {
    const { version } = JSON.parse(
      readFileSync(join(cwd, 'node_modules', name, 'package.json'), 'utf8'),
    )
    return `${name} ${version}`
  })
  return [
    ...versions,
    ...(names.some((name) => /bun|deno|workerd/.test(name))
      ? []
      : [`Node ${process.versions.node}`]),
  ]
}

const [{ filename }] = JSON.parse(
  npm(root('.'), 'pack', '--ignore-scripts', '--json', '--pack-destination', work),
)
const tarball = join(work, filename)
const folders = new Map()

/** The folder of a host, or why it could not be installed. */
function installed({ folder }) {
  if (!folders.has(folder)) {
    try {
      folders.set(folder, { cwd: install(folder, tarball) })
    } catch (error) {
      folders.set(folder, { problem: error.message.split('\n')[0] })
    }
  }
  return folders.get(folder)
}

const isWorking = []
console.log(
  `| host | versions | ${steps.join(' | ')} |\n| --- | --- |${' --- |'.repeat(steps.length)}`,
)
try {
  for (const host of chosen) {
    const { cwd, problem } = installed(host)
    const results = cwd ? await walkThrough(cwd, host.run(host.file), host.env) : {}
    const cells = steps.map((step) => results[step] ?? `not run: ${problem}`)
    isWorking.push(...cells.map((cell) => cell === 'works'))
    const versions = cwd ? versionsOf(cwd, host).join(', ') : ''
    console.log(`| ${[host.name, versions, ...cells].join(' | ')} |`)
  }
} finally {
  if (!process.env.KEEP) rmSync(work, { recursive: true, force: true })
  else console.error(work)
}
process.exit(isWorking.every(Boolean) ? 0 : 1)
