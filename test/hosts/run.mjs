/**
 * Installs the packed package beside each host in a temporary folder, runs the host's example of
 * `examples/hosts` with an emulator, and prints a table: `node test/hosts/run.mjs [part of a name]`.
 * Needs `npm run build` and a registry.
 */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmulator } from '../../dist/testing.js'
import { signWebhook } from '../../dist/webhooks.js'
import { flowOf } from './flow.mjs'
import { hosts } from './hosts.mjs'

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const steps = ['sign-in', 'guard', 'webhook', 'sign-out']
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

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Waits until the application listens, or has ended. */
async function listening(url, child) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${child.output}`)
    const answer = await fetch(`${url}/me`).catch(() => undefined)
    if (answer) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function start(cwd, [command, ...args], env) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } })
  child.output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (child.output += text))
  return child
}

async function stop(child) {
  if (child.exitCode !== null) return
  child.kill()
  await once(child, 'exit')
}

async function runHost(cwd, host) {
  const url = `http://localhost:${await freePort()}`
  const emulator = await startEmulator({
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/logout`],
  })
  const { options, webhookSecret } = emulator
  const env = {
    PORT: new URL(url).port,
    APP_BASE_URL: url,
    SCALEKIT_ENVIRONMENT_URL: options.environmentUrl,
    SCALEKIT_CLIENT_ID: options.clientId,
    SCALEKIT_CLIENT_SECRET: options.clientSecret,
    SCALEKIT_WEBHOOK_SECRET: webhookSecret,
    SCALEKIT_COOKIE_SECRET: randomBytes(32).toString('base64url'),
    NODE_ENV: 'development',
    ...host.env,
  }
  const child = start(cwd, host.run(host.file), env)
  const results = {}
  try {
    await listening(url, child)
    const flow = flowOf({ url, signWebhook, webhookSecret })
    for (const step of ['guard', 'sign-in', 'webhook', 'sign-out']) {
      results[step] = await flow[step]().then(
        () => 'works',
        (error) => `fails: ${error.message.split('\n')[0].slice(0, 200)}`,
      )
    }
  } catch (error) {
    for (const step of steps) results[step] ??= `not run: ${error.message.slice(0, 300)}`
  } finally {
    await stop(child)
    await emulator.close()
  }
  if (process.env.SHOW_OUTPUT) console.error(child.output)
  return results
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
    const results = cwd ? await runHost(cwd, host) : {}
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
