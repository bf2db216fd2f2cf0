import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { createServer, get } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerHttp2 } from '../../../../src/lib/emulator/server/http2.ts'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { selfSigned } from '../../../support/self-signed.ts'
import { codeFor } from '../application.ts'
import { emulate } from '../emulate.ts'

const listOrganization = '/scalekit.v1.organizations.OrganizationService/ListOrganization'

describe('HTTP/2 without TLS', () => {
  it.each(['application/grpc', 'application/grpc+proto'])(
    'with a gRPC call (%s) is answered: unimplemented, and where the API is',
    async (type) => {
      const { headers, body } = await ask(await emulate(), {
        ':method': 'POST',
        ':path': `${listOrganization}/%é`,
        'content-type': type,
        te: 'trailers',
      })
      expect(headers).toMatchObject({
        ':status': 200,
        'content-type': type,
        'grpc-status': '12',
      })
      const message = decodeURIComponent(String(headers['grpc-message']))
      expect(message).toContain('The emulator does not speak gRPC')
      expect(message).toContain(`${listOrganization}/%`)
      expect(message).toContain('REST API below /api/v1')
      expect(body).toBe('')
    },
  )

  it.each([
    ['a GET', { ':path': '/keys' }],
    ['a form', { ':method': 'POST', ':path': '/oauth/token' }],
  ])('with %s is answered that HTTP/1.1 is spoken', async (_case, request) => {
    const { headers, body } = await ask(await emulate(), request)
    expect(headers[':status']).toBe(505)
    expect(body).toContain('HTTP/1.1')
  })

  it('is told from HTTP/1.1 however few bytes arrive at once', async () => {
    const emulator = await emulate()
    for (const [beginning, answer] of [
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', /^\0\0./s],
      ['PUT /keys HTTP/1.1\r\nHost: localhost\r\n\r\n', /^HTTP\/1\.1 405 /],
      ['GET /keys HTTP/1.1\r\nHost: localhost\r\n\r\n', /^HTTP\/1\.1 200 /],
      ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
    ] as const) {
      expect(await firstAnswer(emulator, beginning)).toMatch(answer)
    }
  })

  it('outlives connections that end before they have said anything', async () => {
    const emulator = await emulate()
    for (const beginning of ['', 'P', 'PR']) {
      const socket = connect(portOf(emulator), '127.0.0.1')
      await once(socket, 'connect')
      if (beginning) await new Promise<void>((resolve) => socket.write(beginning, () => resolve()))
      socket.resetAndDestroy()
    }
    expect((await fetch(`${emulator.url}/keys`)).status).toBe(200)
  })

  it.each(['', 'PR'])('ends when the other side ends it after %j', async (beginning) => {
    const socket = connect(portOf(await emulate()), '127.0.0.1')
    const closed = once(socket, 'close')
    socket.resume().end(beginning)
    await closed
  })

  it('ends with the emulator, also where nothing was said yet', async () => {
    const emulator = await startEmulator()
    const session = connectHttp2(emulator.url)
    const silent = connect(portOf(emulator), '127.0.0.1')
    await Promise.all([once(session, 'connect'), once(silent, 'connect')])
    const closed = Promise.all([once(session, 'close'), once(silent, 'close')])
    for (const waiting of [session, silent]) waiting.on('error', () => {})
    silent.resume()
    await emulator.close()
    await closed
  })
})

describe('HTTP/2 over TLS', () => {
  it('is answered likewise, beside HTTP/1.1', async () => {
    const tls = { ...selfSigned, ALPNProtocols: ['h2', 'http/1.1'] }
    const server = createServer(tls, (_req, res) => void res.end('by HTTP/1.1'))
    const http2 = answerHttp2(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      http2.close()
    })
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const type = 'application/grpc+proto'
    const call = { ':method': 'POST', ':path': listOrganization, 'content-type': type }
    expect((await ask({ url }, call)).headers['grpc-status']).toBe('12')
    const [answer] = (await once(get(url, { rejectUnauthorized: false }), 'response')) as [
      IncomingMessage,
    ]
    expect(await text(answer)).toBe('by HTTP/1.1')
    http2.close()
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('an emulator with TLS', () => {
  it.each([
    ['HTTP/1.1 to a browser, which can do both', ['h2', 'http/1.1'], 'http/1.1'],
    ['HTTP/2 to a client of gRPC, which can do nothing else', ['h2'], 'h2'],
  ])('speaks %s', async (_what, ALPNProtocols, spoken) => {
    const emulator = await startEmulator({ tls: selfSigned })
    onTestFinished(() => emulator.close())
    const port = portOf(emulator)
    const socket = connectTls({ port, rejectUnauthorized: false, ALPNProtocols })
    await once(socket, 'secureConnect')
    expect(socket.alpnProtocol).toBe(spoken)
    socket.destroy()
  })
})

describe('Scalekit’s own SDK', () => {
  it('fails a management call with a sentence, signs in, and its process goes on', async () => {
    const emulator = await emulate({ enforcePkce: false })
    const code = await codeFor(emulator, {
      code_challenge: undefined,
      code_challenge_method: undefined,
    })
    const { stdout, stderr } = await run(process.execPath, [sdkProgram], {
      env: { ...process.env, ...environmentOf(emulator), CODE: code },
    })
    expect(stderr).toBe('')
    const [organizations, connections, user, last] = stdout.trim().split('\n')
    expect(organizations).toMatch(/ScalekitNotImplementedException: .*does not speak gRPC/)
    expect(organizations).toContain(listOrganization)
    expect(organizations).toContain('REST API')
    expect(connections).toMatch(/ScalekitNotImplementedException: .*ConnectionService/)
    expect(user).toBe('signed in ada@acme.example')
    expect(last).toBe('alive')
  })
})

const run = promisify(execFile)
const sdkProgram = fileURLToPath(new URL('sdk-program.mjs', import.meta.url))

function environmentOf({ options }: Emulator) {
  const { environmentUrl, clientId, clientSecret } = options
  return { ENVIRONMENT_URL: environmentUrl, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret }
}

async function ask({ url }: Pick<Emulator, 'url'>, request: Readonly<Record<string, string>>) {
  const session = connectHttp2(url, { rejectUnauthorized: false })
  onTestFinished(() => session.destroy())
  const stream = session.request(request)
  stream.end(request[':method'] === 'POST' ? Buffer.alloc(5) : undefined)
  const [headers] = await once(stream, 'response')
  return { headers, body: Buffer.concat(await stream.toArray()).toString() }
}

/** Sends byte after byte, each in a packet of its own, and gives the first packet that comes back. */
async function firstAnswer(emulator: Emulator, bytes: string): Promise<string> {
  const socket = connect(portOf(emulator), '127.0.0.1')
    .setNoDelay()
    .on('error', () => {})
  onTestFinished(() => void socket.destroy())
  const answered = once(socket, 'data')
  for (const byte of bytes) {
    await new Promise<void>((resolve) => socket.write(byte, 'latin1', () => setImmediate(resolve)))
  }
  const [data] = await answered
  return (data as Buffer).toString('latin1')
}

function portOf({ url }: Emulator): number {
  return Number(new URL(url).port)
}
