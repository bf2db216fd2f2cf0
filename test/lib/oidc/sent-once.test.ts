import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ScalekitClient, type ScalekitClientOptions } from '../../../src/client.ts'
import { start } from '../../support/start.ts'
import { answer } from '../client/clients.ts'

/** How a server ends a connection on which it got a token request and may have acted on it. */
const ends: readonly [name: string, end: (socket: Socket) => void][] = [
  ['is reset', (socket) => socket.resetAndDestroy()],
  ['is closed without a word', (socket) => socket.end()],
]

const transports: readonly [name: string, options: ScalekitClientOptions][] = [
  ['node:http', {}],
  ['the `fetch` that was passed in', { fetch: (url, init) => fetch(url, init) }],
]

const acts: readonly [
  name: string,
  act: (client: ScalekitClient) => Promise<unknown>,
  grant: string,
][] = [
  [
    'a code',
    (client) => client.authenticateWithCode('code_1', 'http://localhost/callback', answer),
    'authorization_code',
  ],
  ['a refresh token', (client) => client.refreshAccessToken('rt_1'), 'refresh_token'],
]

describe.each(transports)('by %s', (_transport, options) => {
  describe.each(acts)('%s', (_act, act, grant) => {
    it.each(ends)('is sent once, though the connection %s', async (_how, end) => {
      const { url, grants, sockets } = await startProvider(end)
      const client = new ScalekitClient(url, 'skc_1', 'secret', options)
      // Discovery keeps its socket, which is the one that a careless client would use and replace.
      await expect(act(client)).rejects.toMatchObject({ code: 'provider_unavailable' })
      await expect(act(client)).rejects.toMatchObject({ code: 'provider_unavailable' })
      expect(grants).toEqual([grant, grant])
      expect(sockets()).toBeGreaterThan(1)
    })
  })
})

describe('a callback', () => {
  it('sends its code once, and says that Scalekit could not be reached', async () => {
    const { url, grants } = await startProvider((socket) => socket.resetAndDestroy())
    const application = await start({ options: { environmentUrl: url, issuer: url } })
    const browser = application.visitor()
    const away = await browser.begin('/login?organization_id=org_1')
    const state = away.searchParams.get('state')!
    const { status, text } = await browser.open(`/callback?code=code_1&state=${state}`)
    expect(status).toBe(503)
    expect(text).toContain('provider_unavailable')
    expect(grants).toEqual(['authorization_code'])
  })
})

/** A provider that counts what token requests bring, and answers none of them. */
async function startProvider(end: (socket: Socket) => void) {
  const grants: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let received = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      received += chunk
      const [, head, body] = /^(.*?)\r\n\r\n(.*)$/s.exec(received) ?? []
      const length = Number(/^content-length: (\d+)/im.exec(head ?? '')?.[1] ?? 0)
      if (head === undefined || body!.length < length) return
      received = ''
      if (head.startsWith('GET')) return void reply(socket, documentOf(url))
      grants.push(new URLSearchParams(body).get('grant_type')!)
      end(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url, grants, sockets: () => sockets.size }
}

function documentOf(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    jwks_uri: `${url}/keys`,
  }
}

function reply(socket: Socket, body: object): void {
  const text = JSON.stringify(body)
  const head = `content-type: application/json\r\ncontent-length: ${text.length}`
  socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${text}`)
}
