import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Emulator } from '../../src/testing.ts'
import { emulate } from '../lib/emulator/emulate.ts'
import { hasBrowser, launchBrowser } from '../support/browser.ts'

const directory = '/emulator/directories/dir_69615647365005432'

let browser: Browser
beforeAll(async () => {
  if (hasBrowser) browser = await launchBrowser()
})
afterAll(() => browser?.close())

describe.runIf(hasBrowser)('a page of another site', () => {
  // Chromium leads every name below localhost to this machine, as an attacker's DNS would.
  it('sees nothing of an emulator that its own name leads to', async () => {
    const emulator = await emulate()
    const { port } = new URL(emulator.url)
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    const answer = await page.goto(`http://evil.localhost:${port}/`)
    expect(answer?.status()).toBe(421)
    const users = await page.evaluate(async (path) => {
      const response = await fetch(`${path}/users`)
      return [response.status, await response.text()] as const
    }, directory)
    expect(users).toEqual([421, expect.not.stringContaining('ada@acme.example')])
  })

  it.each(['evil.localhost', 'localhost'])(
    'adds nobody to a directory by a form at %s',
    async (host) => {
      const emulator = await emulate()
      const page = await browser.newPage()
      onTestFinished(() => page.close())
      await page.goto(await siteWith(host, formFor(emulator)))
      const answered = page.waitForResponse((response) => response.url().includes(directory))
      await page.locator('button').click()
      expect((await answered).status()).toBe(403)
      expect(namesIn(emulator)).not.toContain('Eve')
    },
  )

  it('reads and changes nothing by a script', async () => {
    const emulator = await emulate()
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    await page.goto(await siteWith('localhost', '<p>A harmless page</p>'))
    const outcomes = await page.evaluate(
      async ([read, write]) => {
        const failed = () => 'failed'
        const json = { 'content-type': 'application/json' }
        const body = '{"name":"Eve","email":"eve@acme.example"}'
        return Promise.all([
          fetch(read!).then(() => 'read', failed),
          fetch(write!, { method: 'POST', headers: json, body }).then(() => 'written', failed),
          fetch(write!, { method: 'POST', body, mode: 'no-cors' }).then(({ type }) => type, failed),
        ])
      },
      [`${emulator.url}${directory}/users`, `${emulator.url}${directory}/users`],
    )
    expect(outcomes).toEqual(['failed', 'failed', 'opaque'])
    expect(namesIn(emulator)).not.toContain('Eve')
  })
})

function namesIn({ organizations }: Emulator): readonly string[] {
  return organizations[0]!.directory!.users.map(({ name }) => name)
}

function formFor({ url }: Emulator): string {
  return `<form method="post" action="${url}${directory}">
<input name="name" value="Eve"><input name="email" value="eve@acme.example"><button>Win a prize</button>
</form>`
}

/** Another program on this machine, with one page. */
async function siteWith(host: string, html: string): Promise<string> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${html}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://${host}:${(server.address() as AddressInfo).port}/`
}
