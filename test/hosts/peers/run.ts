/**
 * Runs `check.mjs` with the oldest and the newest version of each optional peer on each version of
 * Node that the package supports, and prints a table: `npx tsx test/hosts/peers/run.ts`, or with
 * others, `… pg@8.0.3`. Needs `npm run build`, a registry, Redis and PostgreSQL.
 */
import { type ExecFileException, execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../../support/postgres.ts'
import { startRedis } from '../../support/redis.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'peers-'))
const nodes = ['20.19.0', '22.12.0', '22', '24']
type Peer = readonly [name: string, version: string, ...besides: string[]]
const peers: readonly Peer[] = [
  ['express', '4.18.0'],
  ['express', '5'],
  ['redis', '4.0.0'],
  ['redis', '6'],
  ['pg', '8.0.3'],
  ['pg', '8'],
  ['bullmq', '5.0.0'],
  ['bullmq', '6', 'ioredis@latest'],
  ['pg-boss', '10.0.0'],
  ['pg-boss', '11'],
  ['pg-boss', '12', '@opentelemetry/api@latest'],
]

const named = process.argv.slice(2).map((text) => {
  const [name = '', version = 'latest'] = text.split('@')
  return peers.find((peer) => peer[0] === name && peer[1] === version) ?? ([name, version] as const)
})

function run(command: string, args: readonly string[], cwd: string, env = process.env) {
  return new Promise<{ failure?: ExecFileException; text: string }>((resolve) => {
    execFile(command, args, { cwd, env, timeout: 120_000 }, (failure, stdout, stderr) => {
      resolve({ text: stdout + stderr, ...(failure && { failure }) })
    })
  })
}

function install(folder: string, packages: readonly string[]) {
  const cwd = join(work, folder)
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps']
  return run('npm', ['install', ...flags, ...packages], cwd)
}

function versionOf(cwd: string, name: string): string {
  return JSON.parse(readFileSync(join(cwd, 'node_modules', name, 'package.json'), 'utf8')).version
}

/** The reason in one line. */
function reason(text: string): string {
  const lines = text.split('\n')
  return (lines.find((line) => /Error|npm error/.test(line)) ?? lines[0] ?? '').slice(0, 160)
}

const platform = `node-${process.platform}-${process.arch}`
const binaries: string[] = []
for (const version of nodes) {
  await install(`node-${version}`, [`${platform}@${version}`])
  binaries.push(join(work, `node-${version}`, 'node_modules', platform, 'bin/node'))
}
const versions = await Promise.all(binaries.map((binary) => run(binary, ['--version'], work)))
const packed = await run(
  'npm',
  ['pack', '--silent', '--ignore-scripts', '--pack-destination', work],
  root,
)
const tarball = join(work, packed.text.trim().split('\n').at(-1)!)
console.log(`| peer | ${versions.map(({ text }) => `Node ${text.trim().slice(1)}`).join(' | ')} |`)
console.log(`| --- |${' --- |'.repeat(nodes.length)}`)

for (const [name, version, ...besides] of named.length > 0 ? named : peers) {
  const folder = `${name}-${version}`
  const installed = await install(folder, [tarball, `${name}@${version}`, ...besides])
  const cwd = join(work, folder)
  cpSync(join(root, 'test/hosts/peers/check.mjs'), join(cwd, 'check.mjs'))
  const cells: string[] = []
  for (const binary of binaries) {
    const [redis, postgres] = [await startRedis(), await startPostgres()]
    const env = {
      ...process.env,
      REDIS_PORT: String(redis.port),
      PG_HOST: postgres.address.host,
    }
    const { failure, text } = installed.failure
      ? installed
      : await run(binary, ['check.mjs', name], cwd, env)
    cells.push(failure ? `fails: ${reason(text)}` : 'works')
    await Promise.all([redis.close(), postgres.close()])
  }
  const shown = installed.failure ? version : versionOf(cwd, name)
  console.log(`| ${name} ${shown} | ${cells.join(' | ')} |`)
}
rmSync(work, { recursive: true, force: true })
process.exit(0)
