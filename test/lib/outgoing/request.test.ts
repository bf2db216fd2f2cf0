import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { asFetch } from '../../../src/lib/outgoing/bounded-fetch.ts'
import type { Fetch } from '../../../src/lib/outgoing/fetch-transport.ts'
import { type SenderOptions, sender } from '../../../src/lib/outgoing/request.ts'
import type { Call } from '../../../src/lib/outgoing/transport.ts'
import { inVirtualTime } from '../../support/virtual-time.ts'

const timeoutMs = 5000

const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

/** Both ways out: the limits are the same. */
const ways: [string, Partial<SenderOptions>][] = [
  ['node:http', {}],
  ['a fetch that was passed in', { fetch: (url, init) => fetch(url, init) }],
]

describe.each(ways)('a call by %s', (_way, options) => {
  it('has more time than a timer can hold where it is given that', async () => {
    const url = await serve((_req, res) => void setTimeout(() => res.end('here'), 50))
    const answer = await sendTo(url, { ...options, timeoutMs: 2 ** 31 })(get(url))
    expect(answer.body.toString()).toBe('here')
  })

  it('is not late because the process was blocked meanwhile', async () => {
    const url = await serve((_req, res) => void res.end('here'))
    const answer = sendTo(url, { ...options, timeoutMs: 1000 })(get(url))
    await setImmediate()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100)
    expect((await answer).body.toString()).toBe('here')
  })

  it('brings method, headers and body there, and status, headers and body back', async () => {
    const url = await serve(async (req, res) => {
      const sent = {
        method: req.method,
        type: req.headers['content-type'],
        body: await textOf(req),
      }
      res.writeHead(418, { 'X-Seen': 'yes', 'Content-Type': 'application/json' })
      res.end(JSON.stringify(sent))
    })
    const answer = await sendTo(
      url,
      options,
    )({
      ...get(url),
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'naïve',
    })
    expect(answer.status).toBe(418)
    expect(answer.headers['x-seen']).toBe('yes')
    expect(JSON.parse(answer.body.toString())).toEqual({
      method: 'POST',
      type: 'text/plain',
      body: 'naïve',
    })
  })

  it('answers a redirect like any other answer and follows none', async () => {
    let calls = 0
    const url = await serve((_req, res) => {
      calls += 1
      res.writeHead(307, { Location: '/elsewhere' }).end()
    })
    expect(await sendTo(url, options)(get(url))).toMatchObject({
      status: 307,
      headers: { location: '/elsewhere' },
    })
    expect(calls).toBe(1)
  })

  it('takes an answer without a body', async () => {
    const url = await serve((_req, res) => res.writeHead(204).end())
    const { status, body } = await sendTo(url, options)(get(url))
    expect([status, body.length]).toEqual([204, 0])
  })

  it.each<[string, (req: IncomingMessage, res: ServerResponse) => void]>([
    ['never answers', () => {}],
    ['sends headers and no body', (_req, res) => void res.writeHead(200).flushHeaders()],
    ['sends a byte now and then', drip],
  ])('gives up on a server that %s, and lets go of the socket', async (_case, answer) => {
    let socket: Socket | undefined
    const url = await serve((req, res) => {
      socket = req.socket
      answer(req, res)
    })
    await inVirtualTime(() => expectTimeout(sendTo(url, options)(get(url)), url))
    await closed(socket!)
  })

  it('takes an answer that comes late but in time', async () => {
    const url = await serve((_req, res) => void setTimeout(() => res.end('late'), 100))
    expect((await sendTo(url, options)(get(url))).body.toString()).toBe('late')
  })

  it('reads 256 kB and not a byte more', async () => {
    const limit = 256 * 1024
    const url = await serve((req, res) => res.end(Buffer.alloc(Number(req.headers['x-bytes']))))
    const send = sendTo(url, options)
    const sized = (bytes: number) => send({ ...get(url), headers: { 'x-bytes': String(bytes) } })
    expect((await sized(limit)).body.length).toBe(limit)
    await expect(sized(limit + 1)).rejects.toMatchObject({ code: 'provider_failed' })
    await expect(sized(1024 * 1024)).rejects.toMatchObject({ code: 'provider_failed' })
  })

  it('stops a body that never ends, and lets go of the socket', async () => {
    let socket: Socket | undefined
    const url = await serve((req, res) => {
      socket = req.socket
      const more = () => {
        while (!res.destroyed && res.write(Buffer.alloc(16_384)));
      }
      res.on('drain', more).on('error', () => {})
      more()
    })
    const send = sendTo(url, options)
    await expect(send(get(url))).rejects.toMatchObject({ code: 'provider_failed' })
    await closed(socket!)
  })

  it.each<[string, (socket: Socket) => void]>([
    ['closes without a word', (socket) => socket.destroy()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['closes half way through the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
    [
      'closes half way through the body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
    ],
    [
      'closes half way through the chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf'),
    ],
    ['speaks another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
    [
      'switches protocols',
      (socket) =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
  ])('fails, and is made once, when the server %s', async (_case, answer) => {
    const { url, connections } = await serveBytes(answer)
    // Node says nothing of a switch of protocols: the call then ends by its timeout.
    await inVirtualTime(() =>
      expect(sendTo(url, options)(post(url))).rejects.toMatchObject({
        code: expect.stringMatching(/^provider_(unavailable|failed)$/),
      }),
    )
    expect(connections()).toBe(1)
  })

  it('fails when nobody listens', async () => {
    const url = await serve(() => {})
    await stop()
    await expect(sendTo(url, options)(get(url))).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: `${url.origin} cannot be reached`,
    })
  })

  it.each(['100', '199', '600', '999'])('refuses the status %s', async (status) => {
    const { url } = await serveBytes((socket) =>
      socket.end(`HTTP/1.1 ${status} Odd\r\nContent-Length: 0\r\n\r\n`),
    )
    await expect(sendTo(url, options)(get(url))).rejects.toMatchObject({
      code: expect.stringMatching(/^provider_(unavailable|failed)$/),
    })
  })

  it('goes to no other origin, whatever it is asked', async () => {
    let calls = 0
    const url = await serve((_req, res) => {
      calls += 1
      res.end()
    })
    const send = sender({ ...options, origins: ['https://acme.scalekit.com'], timeoutMs })
    const others = [
      url.href,
      'http://acme.scalekit.com/keys',
      'https://acme.scalekit.com:8443/keys',
      'https://acme.scalekit.com.evil.example/keys',
      'https://acme.scalekit.com@evil.example/keys',
      'data:application/json,{}',
      'file:///etc/passwd',
    ]
    for (const other of others) {
      await expect(send(get(new URL(other)))).rejects.toMatchObject({ code: 'provider_failed' })
    }
    expect(calls).toBe(0)
  })

  it.each(['.evil.example/keys', '@evil.example/keys', ':1/keys', ''])(
    'takes no path that would go on with the host: %j',
    async (path) => {
      const hosts: (string | undefined)[] = []
      const url = await serve((req, res) => {
        hosts.push(req.headers.host)
        res.end()
      })
      const call = { ...get(url), path }
      await expect(sendTo(url, options)(call)).rejects.toMatchObject({ code: 'provider_failed' })
      expect(hosts).toEqual([])
    },
  )

  it('sends no header that would begin another', async () => {
    const seen: IncomingMessage['headers'][] = []
    const url = await serve((req, res) => {
      seen.push(req.headers)
      res.end()
    })
    const call = { ...get(url), headers: { authorization: 'Bearer a\r\nx-planted: 1' } }
    await expect(sendTo(url, options)(call)).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(seen).toEqual([])
  })

  it('is not begun once it was cancelled', async () => {
    let calls = 0
    const url = await serve((_req, res) => {
      calls += 1
      res.end()
    })
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(sendTo(url, options)({ ...get(url), signal })).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: `The call to ${url.origin} was cancelled`,
    })
    expect(calls).toBe(0)
  })
})

describe('a call by node:http', () => {
  it.each([
    ['GET', undefined, undefined],
    ['PATCH', undefined, '0'],
    ['DELETE', undefined, '0'],
    ['POST', 'naïve', '6'],
  ])('says how long the body of a %s is: %j', async (method, body, length) => {
    const url = await serve((req, res) => {
      const { host, connection, 'content-length': contentLength, ...others } = req.headers
      res.end(JSON.stringify({ host, connection, contentLength, others }))
    })
    const answer = await sendTo(url)({ ...get(url), method, body, headers: { 'x-a': 'b' } })
    expect(JSON.parse(answer.body.toString())).toEqual({
      host: url.host,
      connection: 'keep-alive',
      contentLength: length,
      others: { 'accept-encoding': 'identity', 'x-a': 'b' },
    })
  })

  it('asks for no compression, which would hide the size', async () => {
    const url = await serve((req, res) => res.end(String(req.headers['accept-encoding'])))
    expect((await sendTo(url)(get(url))).body.toString()).toBe('identity')
  })

  it('uses a socket again', async () => {
    const sockets = new Set<Socket>()
    const url = await serve((req, res) => {
      sockets.add(req.socket)
      res.end()
    })
    const send = sendTo(url)
    await send(get(url))
    await send(get(url))
    expect(sockets.size).toBe(1)
  })

  it('is made once more when a kept socket turns out to be closed', async () => {
    const { url, requests } = await serveKeeping((socket, index) =>
      index === 1 ? socket.resetAndDestroy() : answerOk(socket),
    )
    const send = sendTo(url)
    await send(post(url))
    expect((await send(post(url))).status).toBe(200)
    expect(requests).toEqual(['socket 1', 'socket 1', 'socket 2'])
  })

  it('is made again on a new socket, not on another kept one', async () => {
    let isDown = false
    const { url, requests } = await serveKeeping((socket, _index, isFirst) => {
      if (isDown && !isFirst) socket.resetAndDestroy()
      else answerOk(socket)
    })
    const send = sendTo(url)
    await Promise.all([send(post(url)), send(post(url)), send(post(url))])
    isDown = true
    expect((await send(post(url))).status).toBe(200)
    expect(requests).toHaveLength(5)
    expect(requests.at(-1)).toBe('socket 4')
  })

  it('is not made again where it was cancelled, though that ends a kept socket', async () => {
    const controller = new AbortController()
    let gone: Promise<void> | undefined
    const { url, requests } = await serveKeeping((socket, index) => {
      if (index !== 1) return answerOk(socket)
      gone = closed(socket)
      controller.abort()
    })
    const send = sendTo(url)
    await send(post(url))
    const cancelled = send({ ...post(url), signal: controller.signal })
    await expect(cancelled).rejects.toMatchObject({ code: 'provider_unavailable' })
    await gone
    await send(post(url))
    expect(requests).toHaveLength(3)
  })

  it('is not made a third time', async () => {
    const { url, requests } = await serveKeeping((socket, index) =>
      index === 0 ? answerOk(socket) : socket.resetAndDestroy(),
    )
    const send = sendTo(url)
    await send(post(url))
    await expect(send(post(url))).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(requests).toHaveLength(3)
  })

  it('is not made again once a byte of the answer came', async () => {
    const { url, requests } = await serveKeeping((socket, index) => {
      if (index === 0) answerOk(socket)
      else socket.write('HTTP/1.1 2', () => socket.destroy())
    })
    const send = sendTo(url)
    await send(post(url))
    await expect(send(post(url))).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(requests).toHaveLength(2)
  })
})

describe('an answer that is no HTTP', () => {
  it('is not kept in the error, where a logger would show the token in it', async () => {
    const token = 'a-token-that-nobody-may-see'
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { url } = await serveBytes((socket) => socket.end(head + token))
    const error = await sendTo(url)(get(url)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'provider_unavailable',
      cause: { code: 'HPE_INVALID_TRANSFER_ENCODING' },
    })
    const shown = JSON.stringify((error as Error).cause)
    expect(shown).not.toContain(String([...Buffer.from(token)]))
  })
})

describe('a call by a fetch that was passed in', () => {
  it('is not made once it was cancelled, be there a signal or not that it listens to', async () => {
    let calls = 0
    const deaf: Fetch = async () => {
      calls += 1
      return new Response()
    }
    const url = new URL('https://acme.scalekit.com/keys')
    const call = { ...get(url), signal: AbortSignal.abort() }
    await expect(sendTo(url, { fetch: deaf })(call)).rejects.toMatchObject({
      code: 'provider_unavailable',
    })
    expect(calls).toBe(0)
  })

  it('counts what a compressed answer unfolds to', async () => {
    const bomb = gzipSync(Buffer.alloc(1024 * 1024))
    const url = await serve((_req, res) => {
      res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb)
    })
    const options = { fetch: ((to, init) => fetch(to, init)) satisfies Fetch }
    await expect(sendTo(url, options)(get(url))).rejects.toMatchObject({ code: 'provider_failed' })
  })

  it.each<[string, Fetch]>([
    ['never answers', () => new Promise(() => {})],
    ['answers a body that never comes', async () => new Response(new ReadableStream())],
  ])('ends in time even when that fetch ignores its signal and %s', async (_case, stuck) => {
    const url = new URL('https://acme.scalekit.com/keys')
    await inVirtualTime(() => expectTimeout(sendTo(url, { fetch: stuck })(get(url)), url))
  })

  it('lets go of a body that comes when its time is up', async () => {
    let letGo = () => {}
    const gone = new Promise<void>((resolve) => {
      letGo = resolve
    })
    let answer: (response: Response) => void = () => {}
    const late: Fetch = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const endless = new ReadableStream({
      async pull(controller) {
        await setImmediate()
        controller.enqueue(new Uint8Array(1))
      },
      cancel: letGo,
    })
    const url = new URL('https://acme.scalekit.com/keys')
    const call = { ...get(url), maxBodyBytes: Number.POSITIVE_INFINITY }
    await inVirtualTime(() => expectTimeout(sendTo(url, { fetch: late })(call), url))
    answer(new Response(endless))
    await gone
  })

  it('becomes provider_unavailable when that fetch throws', async () => {
    const cause = new Error('the proxy is down')
    const url = new URL('https://acme.scalekit.com/keys')
    const broken: Fetch = () => {
      throw cause
    }
    await expect(sendTo(url, { fetch: broken })(get(url))).rejects.toMatchObject({
      code: 'provider_unavailable',
      cause,
    })
  })
})

describe('asFetch', () => {
  it('answers a Response that was read to its end', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(201, { 'Content-Type': 'application/json' }).end('{"a":1}')
    })
    const response = await asFetch(sendTo(url))(url.href, {})
    await stop()
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ a: 1 })
  })

  it.each([204, 304])('answers %d without a body', async (status) => {
    const url = await serve((_req, res) => res.writeHead(status).end())
    const response = await asFetch(sendTo(url))(url.href, {})
    expect([response.status, response.body]).toEqual([status, null])
  })

  it('sends a form as it is written', async () => {
    const url = await serve(async (req, res) => res.end(await textOf(req)))
    const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'a b&c' })
    const response = await asFetch(sendTo(url))(url.href, { method: 'POST', body })
    expect(await response.text()).toBe('grant_type=authorization_code&code=a+b%26c')
  })
})

function get(url: URL): Call {
  return { method: 'GET', origin: url.origin, path: url.pathname + url.search, headers: {} }
}

function post(url: URL): Call {
  return { ...get(url), method: 'POST', body: 'code=abc' }
}

function sendTo(url: URL, options: Partial<SenderOptions> = {}) {
  return sender({ origins: [url.origin], timeoutMs, ...options })
}

/** Waits for a call to be given up when its time is up, and not before. */
async function expectTimeout(call: Promise<unknown>, url: URL): Promise<void> {
  const began = performance.now()
  await expect(call).rejects.toMatchObject({
    code: 'provider_unavailable',
    message: `${url.origin} did not respond within ${timeoutMs} ms`,
  })
  expect(performance.now() - began).toBeGreaterThanOrEqual(timeoutMs)
  expect(performance.now() - began).toBeLessThan(timeoutMs + 100)
}

async function textOf(req: IncomingMessage): Promise<string> {
  return Buffer.concat(await req.toArray()).toString()
}

function drip(_req: IncomingMessage, res: ServerResponse): void {
  const timer = setInterval(() => res.write('.'), 20)
  res.on('close', () => clearInterval(timer))
}

/** Waits until the other side let go of a socket. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
}

async function serve(answer: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<URL> {
  return listen(createServer((req, res) => void answer(req, res)))
}

/** A server that answers the first bytes of each connection with bytes of the test's own. */
async function serveBytes(
  answer: (socket: Socket) => void,
): Promise<{ url: URL; connections(): number }> {
  let connections = 0
  const server = createTcpServer((socket) => {
    connections += 1
    socket.on('error', () => {}).once('data', () => answer(socket))
  })
  return { url: await listen(server), connections: () => connections }
}

/** A server that keeps sockets open and notes on which one each request came. */
async function serveKeeping(
  answer: (socket: Socket, index: number, isFirstOnSocket: boolean) => void,
): Promise<{ url: URL; requests: string[] }> {
  const requests: string[] = []
  let sockets = 0
  const server = createTcpServer((socket) => {
    sockets += 1
    const name = `socket ${sockets}`
    socket
      .on('error', () => {})
      .on('data', () => {
        const isFirst = !requests.includes(name)
        requests.push(name)
        answer(socket, requests.length - 1, isFirst)
      })
  })
  return { url: await listen(server), requests }
}

function answerOk(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
}

async function listen(server: Server): Promise<URL> {
  servers.push(server)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

async function stop(): Promise<void> {
  const server = servers.pop() as ReturnType<typeof createServer>
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
