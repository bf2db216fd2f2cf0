// @module-tag slow
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startEmulator } from '../../src/testing.ts'
import { submitted } from '../support/email-page.ts'
import { eventually } from '../support/eventually.ts'
import { visitorOf } from '../support/visitor.ts'
import { bundle, toCommonJs } from './esbuild.ts'
import { freePort } from './free-port.ts'
import { manifest, root } from './manifest.ts'
import { cleanEnvironment, link, makeProject, pack, run, runTool, unpack } from './pack.ts'
import { blocksOf, linkedFiles, readme } from './readme.ts'
import { npmSettings, startRegistry } from './registry.ts'
import { openTerminal } from './terminal.ts'

const dependencies = Object.keys(manifest.dependencies)

let temporary: string
let tarball: string
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'express-scalekit-'))
  tarball = await pack(temporary)
  await unpack(tarball, join(temporary, 'unpacked'))
}, 90_000)
afterAll(() => rm(temporary, { recursive: true, force: true }))

describe('the tarball', () => {
  it('holds what is built, the examples, and the papers', () => {
    const sources = filesIn(root('src'))
    const entries = sources.filter((path) => !path.includes('/'))
    const expected = [
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'],
      ...filesIn(root('examples')).map((path) => `examples/${path}`),
      ...sources.map((path) => `dist/${path.replace(/\.(c?)ts$/, '.d.$1ts')}`),
      ...entries.map((path) => `dist/${path.replace(/ts$/, 'js')}`),
      'dist/lib/session/load-express-session.cjs',
    ]
    const isShared = (path: string) => /^dist\/chunks\/[\w-]+\.js$/.test(path)
    const files = filesIn(join(temporary, 'unpacked'))
    expect(files.filter((path) => !isShared(path))).toEqual(expected.sort())
  })

  it('loads few files, which Node finds, reads and links one by one', () => {
    const dist = join(temporary, 'unpacked/dist')
    const files = loadedBy(dist, 'index.js').size
    expect(files).toBeGreaterThan(1)
    expect(files).toBeLessThan(22)
  })

  it('holds every file that its pages link to', () => {
    const files = filesIn(join(temporary, 'unpacked'))
    const pages = files.filter((path) => /^(?!src|dist).*\.md$/.test(path))
    expect(pages).toContain('examples/first-customer/README.md')
    const dead = pages.flatMap((page) => {
      const targets = linkedFiles(readFileSync(join(temporary, 'unpacked', page), 'utf8'))
      return targets
        .map((target) => join(dirname(page), target))
        .filter((target) => !files.includes(target))
        .map((target) => `${page}: ${target}`)
    })
    expect(dead).toEqual([])
  })

  it('explains itself in its types, beside what runs', () => {
    const dist = join(temporary, 'unpacked/dist')
    const commented = (ending: string) =>
      filesIn(dist)
        .filter((path) => path.endsWith(ending))
        .filter((path) => readFileSync(join(dist, path), 'utf8').includes('/**'))
    expect(commented('.js')).toEqual([])
    expect(commented('.d.ts')).toEqual(
      expect.arrayContaining(['lib/config/options.d.ts', 'lib/ground/errors.d.ts']),
    )
  })

  it('stays small', () => {
    const unpacked = join(temporary, 'unpacked')
    const sizeOf = (isMeant: (path: string) => boolean) =>
      filesIn(unpacked)
        .filter(isMeant)
        .reduce((sum, path) => sum + statSync(join(unpacked, path)).size, 0)
    // What runs. That types explain themselves costs nobody anything but the room on the disk.
    expect(sizeOf((path) => /^dist.*\.js$/.test(path))).toBeLessThan(960 * 1024)
    expect(sizeOf(() => true)).toBeLessThan(2.5 * 1024 * 1024)
    expect(statSync(tarball).size).toBeLessThan(650 * 1024)
  })

  it('has nothing that publint warns of', async () => {
    const { code, stdout } = await runTool(temporary, 'publint', 'run', tarball, '--strict')
    expect(code, stdout).toBe(0)
  })

  it('has types that resolve wherever the package can be imported', async () => {
    const options = ['--profile', 'esm-only', '--no-color', '--format', 'ascii']
    const { code, stdout } = await runTool(temporary, 'attw', tarball, ...options)
    expect(code, stdout).toBe(0)
  })
})

describe('a project that installed it', () => {
  it.each(['esm', 'commonjs'])('runs with JavaScript as %s', async (template) => {
    const folder = join(temporary, template)
    await makeProject(folder, template, tarball, ['express', ...dependencies])
    expect(await run(folder, 'node', ['start.js'])).toEqual({
      code: 0,
      stdout: '401 not_signed_in\n',
      stderr: '',
    })
  })

  it('gets the same classes and functions by require and by import', async () => {
    const folder = join(temporary, 'commonjs')
    const { stdout, stderr } = await run(folder, 'node', ['same.js'])
    expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' })
  })

  it('signs users in for tests, across its entries and both kinds of modules', async () => {
    const folder = join(temporary, 'commonjs')
    expect(await run(folder, 'node', ['sign-in.js'])).toEqual({
      code: 0,
      stdout: 'scalekit-3000-session\nscalekit-3000-session\n',
      stderr: '',
    })
  })

  it('can require every file, as none awaits at its top', async () => {
    const folder = join(temporary, 'commonjs')
    const dist = join(folder, 'node_modules/express-scalekit/dist')
    const { stdout, stderr } = await run(folder, 'node', ['require-all.js', dist])
    const files = filesIn(dist).filter((path) => /^(?!cli\.)[^.]+\.c?js$/.test(path))
    expect({ stdout, stderr }).toEqual({ stdout: `${files.length}\n`, stderr: '' })
  })

  it('would see a module that awaits at its top', async () => {
    const folder = join(temporary, 'awaiting')
    await makeProject(folder, 'esm', tarball, [])
    await writeFile(join(folder, 'start.js'), 'await 1')
    const script = join(temporary, 'commonjs/require-all.js')
    const { code, stderr } = await run(folder, 'node', [script, folder])
    expect(code).toBe(1)
    expect(stderr).toContain('ERR_REQUIRE_ASYNC_MODULE')
  })

  it('takes webhooks where nothing else is installed: no framework, no OpenID client', async () => {
    const folder = join(temporary, 'webhooks')
    await makeProject(folder, 'webhooks', tarball, [])
    expect(await run(folder, 'node', ['start.js'])).toEqual({
      code: 0,
      stdout: 'ada@acme.example\n',
      stderr: '',
    })
  })

  it.each([
    ['TypeScript in ES modules', 'typescript', 'module', ['express']],
    ['TypeScript in CommonJS', 'typescript', 'commonjs', ['express']],
    ['TypeScript and Connect, without any types of Express', 'connect', 'module', ['connect']],
  ])('runs with %s', async (_case, template, type, frameworks) => {
    const folder = join(temporary, `${template}-${type}`)
    const types = ['node', ...frameworks].map((name) => `@types/${name}`)
    await makeProject(folder, template, tarball, types)
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type }))
    // The compiler does not find jose and openid-client, so no public type can need them.
    const compiled = await runTool(folder, 'tsc', '-p', folder, '--pretty', 'false')
    expect(compiled).toMatchObject({ code: 0, stdout: '' })

    await link(folder, [...frameworks, ...dependencies])
    expect(await run(folder, 'node', ['out/start.js'])).toEqual({
      code: 0,
      stdout: '401 not_signed_in\n',
      stderr: '',
    })
  })

  it('is installed beside the newest version of each package that it combines with', async () => {
    const registry = await startRegistry(tarball)
    onTestFinished(() => registry.close())
    const folder = join(temporary, 'peers')
    await mkdir(folder)
    const peers = Object.keys(manifest.peerDependencies)
    const install = ['install', '--package-lock-only', manifest.name, ...peers]
    const env = { ...cleanEnvironment(), ...npmSettings(registry, join(temporary, 'npm')) }
    const { code, stderr } = await run(folder, 'npm', install, env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('has a quick start that runs from there', async () => {
    const folder = join(temporary, 'quick-start')
    await makeProject(folder, 'esm', tarball, ['express', ...dependencies])
    const [, command] = /^(npx tsx \S+quick-start\/start\.ts)$/m.exec(readme)!
    const [port, emulatorPort] = [await freePort(), await freePort()]
    const terminal = openTerminal(
      folder,
      command!.replace('npx tsx', root('node_modules/.bin/tsx')),
      {
        ...cleanEnvironment(),
        PORT: String(port),
        EMULATOR_PORT: String(emulatorPort),
      },
    )
    onTestFinished(() => terminal.stop())
    const page = await eventually(() => fetch(`http://localhost:${port}`))
    expect(await page.text()).toContain('<title>Quick start</title>')
  })

  it('has a command that tells how it is used', async () => {
    const command = join('node_modules/express-scalekit', manifest.bin['express-scalekit']!)
    const { code, stdout, stderr } = await run(join(temporary, 'esm'), 'node', [command, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Usage: express-scalekit emulator/)
  })
})

describe('an application whose sessions are in a store', () => {
  const expected = { code: 0, stdout: '401 not_signed_in object\n', stderr: '' }
  let folder: string
  beforeAll(async () => {
    folder = join(temporary, 'with-store')
    await makeProject(folder, 'esm', tarball, ['express', ...dependencies])
  })

  it('starts', async () => {
    expect(await run(folder, 'node', ['with-store.js'])).toEqual(expected)
  })

  it.each(['cjs', 'esm'] as const)('starts from one file that esbuild made: %s', async (format) => {
    const file = join(temporary, `bundle/app.${format === 'cjs' ? 'cjs' : 'mjs'}`)
    await bundle(join(folder, 'with-store.js'), format, file)
    expect(await run(temporary, 'node', [file])).toEqual(expected)
  })

  it('starts where the packages that README names for Jest are CommonJS, and no others', async () => {
    const copy = join(temporary, 'transformed')
    const named = /'\/node_modules\/\(\?!\(([\w|-]+)\)\/\)'/.exec(readme)![1]!.split('|')
    await makeProject(copy, 'esm', tarball, ['express', 'express-session', 'cookie'])
    // Nothing loads the command, and the command reads its version by `import.meta`.
    await rm(join(copy, 'node_modules', manifest.name, 'dist/cli.js'))
    for (const name of named) {
      const place = join(copy, 'node_modules', name)
      if (name !== manifest.name) await cp(root(`node_modules/${name}`), place, { recursive: true })
      // The examples are in the package and are not loaded.
      await toCommonJs(place, name === manifest.name ? 'dist/**/*.js' : '**/*.js')
    }
    await toCommonJs(copy, 'with-store.js')
    const strict = ['--no-experimental-require-module', 'with-store.js']
    expect(await run(copy, 'node', strict)).toEqual(expected)
  })
})

describe('the first application of the README', () => {
  it.each([
    ['JavaScript', pasteScript],
    ['strict TypeScript', compileScript],
  ])('signs in, as it is pasted, in %s', async (_language, paste) => {
    const { folder, script } = await paste()
    const baseUrl = `http://localhost:${await freePort()}`
    const emulator = await startEmulator({ redirectUris: [`${baseUrl}/callback`] })
    onTestFinished(() => emulator.close())
    const { environmentUrl, clientId, clientSecret } = emulator.options
    const app = spawn('node', [script], {
      cwd: folder,
      stdio: 'inherit',
      env: {
        ...cleanEnvironment(),
        SCALEKIT_ENVIRONMENT_URL: environmentUrl,
        SCALEKIT_CLIENT_ID: clientId,
        SCALEKIT_CLIENT_SECRET: clientSecret,
        SCALEKIT_COOKIE_SECRET: 'cookies_are_sealed_with_this_here',
        APP_BASE_URL: baseUrl,
        PORT: new URL(baseUrl).port,
      },
    })
    onTestFinished(() => void app.kill())
    await eventually(() => fetch(baseUrl, { redirect: 'manual' }))

    const visitor = visitorOf(baseUrl)
    const { headers } = await visitor.open('/').expect(302)
    const { text } = await visitor.open(headers.location!).expect(200)
    const signedIn = await visitor.signIn(submitted(text, 'ada@acme.example'), 'ada@acme.example')
    const greeting = await visitor.open(signedIn.headers.location!).expect(200)
    expect(greeting.text).toContain('Hello Ada Lovelace')
  })
})

async function pasteScript() {
  const folder = join(temporary, 'ten-lines-js')
  await makeProject(folder, 'esm', tarball, ['express', ...dependencies])
  await writeFile(join(folder, 'app.js'), blocksOf(readme)[0]!.text)
  return { folder, script: 'app.js' }
}

async function compileScript() {
  const folder = join(temporary, 'ten-lines-ts')
  const types = ['@types/node', '@types/express']
  await makeProject(folder, 'typescript', tarball, ['express', ...types, ...dependencies])
  await writeFile(join(folder, 'start.ts'), blocksOf(readme)[1]!.text)
  const compiled = await runTool(folder, 'tsc', '-p', folder, '--pretty', 'false')
  expect(compiled).toMatchObject({ code: 0, stdout: '' })
  return { folder, script: 'out/start.js' }
}

/** What is imported at once with a built file, itself included. */
function loadedBy(dist: string, path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const [, imported] of readFileSync(join(dist, path), 'utf8').matchAll(/from "(\..+)"/g)) {
    loadedBy(dist, join(dirname(path), imported!), found)
  }
  return found
}

/** All files in a folder and the folders in it, sorted. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
}
