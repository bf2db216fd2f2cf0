import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../../examples/production/app.ts'
import { memoryStore, type ScalekitAuthOptions, scalekitAuth } from '../../src/index.ts'
import { startEmulator } from '../../src/testing.ts'
import { press, useBrowser } from '../browser/pages.ts'
import { freePort } from '../package/free-port.ts'
import { root } from '../package/manifest.ts'
import { hasBrowser } from '../support/browser.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { selfSigned } from '../support/self-signed.ts'

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path))

/** Starts nginx with the example's configuration, on other ports and for `localhost`. */
async function startNginx(appPorts: readonly [number, number], port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const file = (name: string, text = '') => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const shown = readFileSync(root('examples/production/nginx.conf'), 'utf8')
  const here: readonly (readonly [string, string])[] = [
    ['127.0.0.1:3001', `127.0.0.1:${appPorts[0]}`],
    ['127.0.0.1:3002', `127.0.0.1:${appPorts[1]}`],
    ['listen 443', `listen 127.0.0.1:${port}`],
    ['listen 80', `listen 127.0.0.1:${await freePort()}`],
    ['app.example;', 'localhost;'],
    ['Host $host', 'Host $http_host'],
    ['/etc/ssl/certs/app.example.pem', file('cert.pem', selfSigned.cert)],
    ['/etc/ssl/private/app.example.key', file('key.pem', selfSigned.key)],
    ['/var/log/nginx/app.log', file('access.log')],
  ]
  const site = here.reduce((text, [from, to]) => text.replaceAll(from, to), shown)
  expect(here.filter(([from]) => !shown.includes(from))).toEqual([])
  const main = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
    http { client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
    ${site} }`
  const child = spawn(nginx!, ['-p', folder, '-c', file('nginx.conf', main)], { stdio: 'ignore' })
  onTestFinished(async () => {
    if (child.kill('SIGQUIT')) await once(child, 'exit')
    rmSync(folder, { recursive: true })
  })
}

/** One process of the example. */
async function startProcess(options: ScalekitAuthOptions): Promise<number> {
  const { logger } = recordingLogger()
  const server = createServer(createApp(scalekitAuth({ ...options, logger })))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

describe.skipIf(!nginx || !hasBrowser)('behind nginx', () => {
  const browser = useBrowser()

  it.each([0, 3500])('a sign-in works that keeps %i bytes of its user', async (bytes) => {
    const port = await freePort()
    const baseUrl = `https://localhost:${port}`
    const emulator = await startEmulator({ redirectUris: [`${baseUrl}/callback`] })
    onTestFinished(() => emulator.close())
    const options: ScalekitAuthOptions = {
      ...emulator.options,
      baseUrl,
      store: memoryStore(),
      login: { onLogin: () => ({ user: { notes: 'x'.repeat(bytes) } }) },
    }
    await startNginx([await startProcess(options), await startProcess(options)], port)
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    await vi.waitFor(() => page.goto(baseUrl), { timeout: 5000 })
    await page.getByRole('textbox').fill('ada@acme.example')
    await press(page, 'button', 'Continue')
    await press(page, 'button', 'Ada Lovelace')
    await page.waitForURL(`${baseUrl}/`)
    // Both processes are asked in turn.
    for (let visit = 0; visit < 4; visit += 1) {
      const answer = await page.goto(baseUrl)
      expect(await answer!.json()).toMatchObject({ email: 'ada@acme.example' })
    }
    const names = (await context.cookies(baseUrl)).map(({ name }) => name)
    // Outside production, the name has the port of the base URL in it.
    expect(names).toContainEqual(expect.stringMatching(/^__Host-scalekit-(\d+-)?session$/))
  })
})
