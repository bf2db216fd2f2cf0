import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../../examples/typescript/http.ts'
import { startEmulator } from '../../src/testing.ts'
import { freePort } from '../package/free-port.ts'
import { manifest, root } from '../package/manifest.ts'
import { cleanEnvironment, link, pack, runTool, unpack } from '../package/pack.ts'
import { openTerminal } from '../package/terminal.ts'
import { visitorOf } from '../support/visitor.ts'
import { runExample } from './run.ts'

const [ada, katherine] = ['ada@acme.example', 'katherine@globex.example']

let temporary: string
let tarball: string
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'typescript-'))
  tarball = await pack(temporary)
}, 120_000)
afterAll(() => rm(temporary, { recursive: true, force: true }))

/** The example in a project that has installed the package, and the types of what it uses. */
async function project(name: string, type: 'module' | 'commonjs'): Promise<string> {
  const folder = join(temporary, name)
  await cp(root('examples/typescript'), folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type }))
  await unpack(tarball, join(folder, 'node_modules', manifest.name))
  await link(folder, ['@types/node', '@types/express'])
  return folder
}

function compile(folder: string, configuration: string, ...options: string[]) {
  return runTool(folder, 'tsc', '-p', configuration, '--pretty', 'false', ...options)
}

describe.each([
  ['nodenext', 'module'],
  ['commonjs', 'commonjs'],
] as const)('tsconfig.%s.json, in a package of type %s', (name, type) => {
  let folder: string
  beforeAll(async () => {
    folder = await project(name, type)
  })

  it('compiles an application that runs', async () => {
    // Of what an application may ask beyond `strict`, these are about the types of packages.
    const strictest = ['--exactOptionalPropertyTypes', '--skipLibCheck', 'false']
    const compiled = await compile(folder, `tsconfig.${name}.json`, ...strictest)
    expect(compiled).toMatchObject({ code: 0, stdout: '' })

    await link(folder, ['express', ...Object.keys(manifest.dependencies)])
    const visitor = await visitorOfCompiled(folder)
    await visitor.signIn('/login?domain=acme.example', ada)
    const plan = await visitor.call('/plan').expect(200)
    expect(plan.body).toEqual({ plan: 'team' })
    const greeting = await visitor.call('/me/greeting').expect(200)
    expect(greeting.body.greeting).toMatch(/^Hello Ada Lovelace of org_\d+$/)
    await visitor.call('/organizations/org_1/users').expect(403)
  }, 60_000)
})

it('tsconfig.bundler.json has types for an application that is bundled', async () => {
  const folder = await project('bundler', 'module')
  const checked = await compile(folder, 'tsconfig.bundler.json', '--skipLibCheck', 'false')
  expect(checked).toMatchObject({ code: 0, stdout: '' })
}, 60_000)

it('node16 cannot require the package, as the guide says', async () => {
  const folder = await project('node16', 'commonjs')
  const options = ['--module', 'node16', '--skipLibCheck']
  const { code, stdout } = await compile(folder, 'tsconfig.commonjs.json', ...options)
  expect(code).not.toBe(0)
  expect(stdout).toContain('error TS1479')
}, 60_000)

it('node:http has getAuth() and protect()', async () => {
  const { visitor } = await runExample((options) => createApp(options))
  const browser = visitor()
  await browser.open('/').expect(200, 'Hello')
  await browser.call('/account').expect(401)
  await browser.signIn('/login?domain=globex.example', katherine)
  await browser.open('/').expect(200, 'Hello Katherine Johnson')
  await browser.open('/account').expect(200, 'The account of Katherine Johnson')
})

/** Runs what was compiled, beside an emulator. */
async function visitorOfCompiled(folder: string) {
  const url = `http://localhost:${await freePort()}`
  const emulator = await startEmulator({ redirectUris: [`${url}/callback`] })
  onTestFinished(() => emulator.close())
  const { environmentUrl, clientId, clientSecret } = emulator.options
  const terminal = openTerminal(folder, 'exec node out/start.js', {
    ...cleanEnvironment(),
    PORT: new URL(url).port,
    SCALEKIT_ENVIRONMENT_URL: environmentUrl,
    SCALEKIT_CLIENT_ID: clientId,
    SCALEKIT_CLIENT_SECRET: clientSecret,
    SCALEKIT_COOKIE_SECRET: 'cookies_are_sealed_with_this_here',
    SCALEKIT_WEBHOOK_SECRET: emulator.webhookSecret,
  })
  onTestFinished(() => terminal.stop())
  await vi.waitFor(() => fetch(url), { timeout: 10_000 })
  return visitorOf(url)
}
