import { randomUUID } from 'node:crypto'
import { hasSubscribers } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, connect as connectSocket, type Socket } from 'node:net'
import connect from 'connect'
import express from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Middleware, type ScalekitAuth, scalekitAuth } from '../../../../src/index.ts'
import { shareOf } from '../../../../src/lib/http/signed/body-budget.ts'
import { type BodyLimits, rawBody } from '../../../../src/lib/http/signed/raw-body.ts'
import { signWebhook } from '../../../../src/webhooks.ts'
import { documentedExamples } from '../../../fixtures/webhook-examples.ts'
import { eventually } from '../../../support/eventually.ts'
import { askOverHttp2 } from '../../../support/http2.ts'
import { recordingLogger } from '../../../support/recording-logger.ts'
import { start } from '../../../support/start.ts'
import { gate } from '../../../support/taking.ts'
import { deliver, example, webhookSecret } from '../../../support/webhook.ts'

/** What applications mount, for their own routes. */
const parsers: Readonly<Record<string, () => Middleware | undefined>> = {
  'no parser': () => undefined,
  'express.json()': () => express.json() as unknown as Middleware,
  'express.urlencoded()': () => express.urlencoded({ extended: true }) as unknown as Middleware,
  'express.raw()': () => express.raw({ type: '*/*' }) as unknown as Middleware,
  'express.text()': () => express.text({ type: '*/*' }) as unknown as Middleware,
}

const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', '']

/** What a parser that writes JSON again gets wrong: spaces, escapes, the forms of numbers. */
const event = {
  ...documentedExamples['organization.directory.user_created'],
  display_name: 'Zoë <&> \u2028 1.0e1',
}

describe.each(['before', 'after'] as const)('a parser %s the kit', (place) => {
  it.each(Object.keys(parsers).flatMap((parser) => types.map((type) => [parser, type] as const)))(
    '%s, for a delivery of type %j, changes no byte',
    async (name, type) => {
      const handler = vi.fn()
      const parser = parsers[name]!()
      const { url } = await start({
        options: { webhooks: { secret: webhookSecret, onDirectoryUserCreated: handler } },
        mount(app, auth) {
          if (parser && place === 'before') app.use(parser)
          app.use(auth)
          if (parser && place === 'after') app.use(parser)
          app.use('/echo', (req, res) => {
            const { body } = req as { readonly body?: unknown }
            res.end(JSON.stringify(body ?? null))
          })
        },
      })
      const answer = await deliver(url, { event, type })
      expect([answer.status, answer.body]).toEqual([201, { status: 'handled' }])
      expect(handler.mock.calls[0]![1].raw).toEqual(Buffer.from(JSON.stringify(event)))
      // The application's own routes have their parser as before.
      if (name === 'express.json()' && type === 'application/json') {
        const echo = await deliver(url, { path: '/echo', event: { a: 1 } }).expect(200)
        expect(JSON.parse(echo.text)).toEqual({ a: 1 })
      }
    },
  )
})

describe('a body', () => {
  const webhooks = { secret: webhookSecret, onDirectoryUserCreated() {} }

  it.each([
    ['a Buffer', (bytes: Buffer) => bytes],
    ['a Uint8Array', (bytes: Buffer) => new Uint8Array(bytes)],
  ])('that a parser took and kept as %s is read from there', async (_what, kept) => {
    const { url } = await start({
      options: { webhooks },
      mount(app, auth) {
        // As platforms do that read requests themselves.
        app.use((req, _res, next) => {
          const chunks: Buffer[] = []
          const { push } = Object.getPrototypeOf(Object.getPrototypeOf(req))
          Object.assign(req, { push })
          req.on('data', (chunk) => chunks.push(chunk))
          req.on('end', () => {
            Object.assign(req, { rawBody: kept(Buffer.concat(chunks)) })
            next()
          })
        })
        app.use(auth)
      },
    })
    await deliver(url).expect(201)
  })

  it('that a platform kept may not be larger than others', async () => {
    const { url } = await start({
      options: { webhooks: { ...webhooks, maxBytes: 1000 } },
      mount(app, auth) {
        app.use(async (req, _res, next) => {
          const { push } = Object.getPrototypeOf(Object.getPrototypeOf(req))
          Object.assign(req, { push })
          const chunks = await req.toArray()
          // One that says less than it sends, as a body that was packed does.
          req.headers['content-length'] = '10'
          Object.assign(req, { rawBody: Buffer.concat(chunks) })
          next()
        })
        app.use(auth)
      },
    })
    const answer = await deliver(url, { event: { padding: 'x'.repeat(2000) } }).expect(413)
    expect(answer.body.code).toBe('webhook_too_large')
  })

  /** What reads along, or gets in the way, without being a parser. */
  const readers: Readonly<Record<string, Middleware>> = {
    'is listened to': (req, _res, next) => {
      req.on('data', () => {})
      next()
    },
    'is listened to since a moment ago': (req, _res, next) => {
      req.on('data', () => {})
      setImmediate(next)
    },
    'is half read': (req, _res, next) => {
      req.once('data', () => next()).resume()
    },
    'is half iterated over': async (req, _res, next) => {
      const chunks = req.iterator({ destroyOnReturn: false })
      await chunks.next()
      next()
      for await (const _chunk of chunks);
    },
    'is paused': (req, _res, next) => {
      req.pause()
      next()
    },
    'is to come as text': (req, _res, next) => {
      req.setEncoding('utf8')
      next()
    },
    'came as text': (req, _res, next) => {
      req.setEncoding('latin1').resume().once('end', next)
    },
  }

  it.each(Object.entries(readers))('that %s is read all the same', async (_how, reader) => {
    const handler = vi.fn()
    const { url } = await start({
      options: { webhooks: { secret: webhookSecret, onDirectoryUserCreated: handler } },
      mount(app, auth) {
        app.use(reader)
        app.use(auth)
      },
    })
    // More than arrives at once.
    const long = { ...event, display_name: 'é'.repeat(200_000) }
    await deliver(url, { event: long }).expect(201)
    expect(handler.mock.calls[0]![1].raw).toEqual(Buffer.from(JSON.stringify(long)))
  })

  it('whose pieces are plain Uint8Arrays, as on Deno and Bun, changes no byte', async () => {
    const handler = vi.fn()
    const { url } = await start({
      options: { webhooks: { secret: webhookSecret, onDirectoryUserCreated: handler } },
      mount(app, auth) {
        app.use((req, _res, next) => {
          const { push } = req
          req.push = (chunk: Buffer | null) => push.call(req, chunk && new Uint8Array(chunk))
          next()
        })
        app.use(express.json() as unknown as Middleware)
        app.use(auth)
      },
    })
    await deliver(url, { event }).expect(201)
    expect(handler.mock.calls[0]![1].raw).toEqual(Buffer.from(JSON.stringify(event)))
  })

  it('that never said how large it is, and is too large, is told so behind a parser', async () => {
    const { url } = await start({
      options: { webhooks: { ...webhooks, maxBytes: 1000 } },
      mount(app, auth) {
        app.use(express.json() as unknown as Middleware)
        app.use(auth)
      },
    })
    const body = JSON.stringify({ ...event, display_name: 'x'.repeat(1000) })
    const answer = await fetch(`${url}/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signWebhook({ id: 'msg_1', body, secret: webhookSecret }),
      },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'webhook_too_large' }])
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'behind a parser, without %s, is no delivery: 400',
    async (name) => {
      const { url } = await start({
        options: { webhooks },
        mount(app, auth) {
          app.use(express.json() as unknown as Middleware)
          app.use(auth)
        },
      })
      const answer = await deliver(url).unset(name).expect(400)
      expect(answer.body.code).toBe('webhook_headers_invalid')
    },
  )

  it('whose bytes are gone is never taken for a wrong signature: 503, and what to do', async () => {
    const { url, log } = await start({
      options: { webhooks },
      mount(app, auth) {
        app.use((req, _res, next) => {
          const { push } = Object.getPrototypeOf(Object.getPrototypeOf(req))
          Object.assign(req, { push })
          req.resume().on('end', () => {
            Object.assign(req, { body: { id: 'evt_1' } })
            next()
          })
        })
        app.use(auth)
      },
    })
    const answer = await deliver(url).expect(503)
    expect(answer.body.code).toBe('webhook_body_consumed')
    expect(answer.body.hint).toContain('Mount scalekitAuth() above body parsers')
    expect(log.filter((line) => line.includes('webhook_body_consumed'))).toHaveLength(1)
  })
})

/** What another request may take of the memory for bodies. */
function otherShare() {
  const req = Object.assign(new EventEmitter(), { httpVersionMajor: 1, socket: new EventEmitter() })
  const close = () => void req.emit('close')
  onTestFinished(close)
  return { ...shareOf(req as unknown as IncomingMessage), close }
}

describe('a body that nobody should wait for', () => {
  const webhooks = { secret: webhookSecret, maxBytes: 100_000, onDirectoryUserCreated() {} }
  const signed = Object.entries(signWebhook({ id: 'msg_1', body: '', secret: webhookSecret })).map(
    ([name, value]) => `${name}: ${value}`,
  )

  /** Sends bytes until the server has had enough, and answers what it said and how much it took. */
  async function pour(url: string, chunks: Iterable<Buffer>, headers: readonly string[]) {
    const { hostname, port } = new URL(url)
    const socket = connectSocket(Number(port), hostname)
    let answer = ''
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text
    })
    // A connection that the server closes while we write ends with an error.
    socket.on('error', () => {})
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()))
    const head = ['POST /webhooks HTTP/1.1', 'Host: app', ...headers, '', '']
    socket.write(head.join('\r\n'))
    for (const chunk of chunks) {
      if (socket.destroyed || answer !== '') break
      if (!socket.write(chunk)) {
        await Promise.race([once(socket, 'drain').catch(() => {}), closed])
      }
      await new Promise((resolve) => void setImmediate(resolve))
    }
    await closed
    return { answer, bytesSent: socket.bytesWritten }
  }

  function* endless() {
    const chunk = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`)
    for (;;) yield chunk
  }

  it('is cut off when it is larger than it may be, though it never said how large', async () => {
    const { url } = await start({ options: { webhooks } })
    const headers = ['Transfer-Encoding: chunked', ...signed]
    const { answer, bytesSent } = await pour(url, endless(), headers)
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
    expect(answer).toMatch(/\r\nConnection: close\r\n/)
    // What the sockets hold on their way comes on top.
    expect(bytesSent).toBeLessThan(20 * 1024 * 1024)
  })

  it('is not read at all when it says that it is too large', async () => {
    const { url } = await start({ options: { webhooks } })
    const { answer } = await pour(url, [], ['Content-Length: 100001', ...signed])
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
  })

  it('is not waited for when nobody can have signed it', async () => {
    const { url } = await start({ options: { webhooks } })
    const { answer } = await pour(url, [], ['Content-Length: 1000', 'webhook-id: msg_1'])
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
  })

  /** A server that does nothing but read bodies, and says what became of them. */
  async function reading(limits: BodyLimits) {
    const server = createServer((req, res) => {
      rawBody(req, limits).then(
        (bytes) => res.end(bytes),
        ({ code }) => res.setHeader('Connection', 'close').end(code),
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('is given up when it stops coming', async () => {
    const url = await reading({ maxBytes: 1000, timeoutMs: 50 })
    const { answer } = await pour(url, [Buffer.from('half')], ['Content-Length: 8'])
    expect(answer).toContain('webhook_too_slow')
  })

  it('is given up by the route after ten seconds', async () => {
    const { opened, open } = gate()
    let response: ServerResponse | undefined
    const { url } = await start({
      options: { webhooks },
      mount(app, auth) {
        app.use((_req, res, next) => {
          response = res
          next()
          open()
        })
        app.use(auth)
      },
    })
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { hostname, port } = new URL(url)
    const socket = connectSocket(Number(port), hostname)
    const head = ['POST /webhooks HTTP/1.1', 'Host: app', 'Content-Length: 8', ...signed]
    socket.write([...head, '', 'half'].join('\r\n'))
    await opened
    await vi.advanceTimersByTimeAsync(9999)
    expect(response!.writableEnded).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toContain('webhook_too_slow')
  })

  it('that breaks off is nobody’s failure but the sender’s', async () => {
    const { opened, open } = gate()
    const { url, log } = await start({
      options: { webhooks },
      mount(app, auth) {
        app.use((_req, _res, next) => {
          next()
          open()
        })
        app.use(auth)
      },
    })
    const { hostname, port } = new URL(url)
    const socket = connectSocket(Number(port), hostname)
    const head = ['POST /webhooks HTTP/1.1', 'Host: app', 'Content-Length: 8', ...signed]
    socket.write([...head, '', 'half'].join('\r\n'))
    await opened
    socket.destroy()
    await eventually(() => expect(log.join('\n')).toContain('ended before its body was complete'))
    expect(log.filter((line) => line.startsWith('error'))).toEqual([])
  })

  it.each([
    ['', undefined],
    [', behind a parser', () => express.raw({ type: '*/*', limit: '2mb' })],
  ])(
    'is refused where strangers’ bodies would fill the memory, and ours is taken%s',
    async (_, parser) => {
      const { url } = await start({
        options: { webhooks: { secret: webhookSecret, onUnknown() {} } },
        mount(app, auth) {
          // A parser in front of the kit: its route meets the copy that was tapped.
          if (parser) app.use(parser() as unknown as Middleware)
          app.use(auth)
        },
      })
      const { hostname, port } = new URL(url)
      const size = 1_048_576
      const head = ['POST /webhooks HTTP/1.1', 'Host: app', `Content-Length: ${size}`, ...signed]
      let refused = 0
      for (let made = 0; made < 40; made += 1) {
        const socket = connectSocket(Number(port), hostname)
        onTestFinished(() => void socket.destroy())
        socket.on('error', () => {})
        socket.on('data', (answer) => {
          if (String(answer).includes('webhook_overloaded')) refused += 1
        })
        socket.write([...head, '', 'x'.repeat(1_000_000)].join('\r\n'))
      }
      await eventually(() => expect(refused).toBeGreaterThan(0))
      await eventually(async () => expect((await deliver(url)).status).toBe(201))
    },
  )

  describe('and was answered', () => {
    const mebibyte = 1_048_576

    /** Whether so many bytes may be kept beside the bodies that wait. */
    function isRoomFor(bytes: number): boolean {
      const share = otherShare()
      const isTaken = share.take(bytes)
      share.close()
      return isTaken
    }

    /** More than all together may take is given only to one that waits alone. */
    const nothingWaits = () => eventually(() => expect(isRoomFor(33 * mebibyte)).toBe(true))

    it('counts once among those that wait, though a copy of it is tapped', async () => {
      const { url } = await start({
        options: { webhooks: { secret: webhookSecret, onUserLogin() {} } },
      })
      await nothingWaits()
      const others = otherShare()
      others.take(31 * mebibyte)
      const { hostname, port } = new URL(url)
      const socket = connectSocket(Number(port), hostname)
      const head = ['POST /webhooks HTTP/1.1', 'Host: app', 'Content-Length: 700000', ...signed]
      socket.write([...head, '', 'x'.repeat(699_999)].join('\r\n'))
      await eventually(() => expect(isRoomFor(mebibyte - 699_999 + 1)).toBe(false))
      const event = { ...example('user.login'), pad: 'x'.repeat(300_000) }
      await deliver(url, { event }).expect(201)
      expect(isRoomFor(mebibyte - 699_999)).toBe(true)
      socket.destroy()
      others.close()
      await nothingWaits()
    })

    it.each([
      ['as too large', {}],
      ['as too large, behind a parser', { parser: () => express.raw({ type: '*/*' }) }],
      ['by a parser, as too large', { parser: () => express.raw({ type: '*/*', limit: 1000 }) }],
    ])('waits no more: %s', async (_how, { parser }: { parser?: () => unknown }) => {
      const { url } = await start({
        options: { webhooks },
        mount(app, auth) {
          if (parser) app.use(parser() as Middleware)
          app.use(auth)
        },
      })
      await nothingWaits()
      const { answer } = await pour(url, endless(), ['Transfer-Encoding: chunked', ...signed])
      expect(answer).toMatch(/^HTTP\/1.1 413 /)
      await nothingWaits()
    })

    it('is refused where nothing is tapped, too', async () => {
      const url = await reading({ maxBytes: 1000, timeoutMs: 60_000 })
      await nothingWaits()
      const others = otherShare()
      others.take(32 * mebibyte - 3)
      const refused = await pour(url, [Buffer.from('half')], ['Content-Length: 4'])
      expect(refused.answer).toContain('webhook_overloaded')
      const headers = ['Content-Length: 3', 'Connection: close']
      expect((await pour(url, [Buffer.from('all')], headers)).answer).toContain('all')
    })

    it('waits no more when it stopped coming', async () => {
      const url = await reading({ maxBytes: 1000, timeoutMs: 50 })
      await nothingWaits()
      const { answer } = await pour(url, [Buffer.from('half')], ['Content-Length: 8'])
      expect(answer).toContain('webhook_too_slow')
      await nothingWaits()
    })
  })

  it('comes in pieces or in one, to the same effect', async () => {
    const url = await reading({ maxBytes: 1000, timeoutMs: 60_000 })
    const pieces = [
      Buffer.from('3\r\n{"a\r\n'),
      Buffer.from('4\r\n":1}\r\n'),
      Buffer.from('0\r\n\r\n'),
    ]
    const headers = ['Transfer-Encoding: chunked', 'Connection: close']
    expect((await pour(url, pieces, headers)).answer).toContain('{"a":1}')
    const whole = [Buffer.from('{"a":1}')]
    const { answer } = await pour(url, whole, ['Content-Length: 7', 'Connection: close'])
    expect(answer).toContain('{"a":1}')
  })
})

describe('a parser’s own limit', () => {
  it('comes first where the parser does', async () => {
    const { url } = await start({
      options: { webhooks: { secret: webhookSecret, onUnknown() {} } },
      mount(app, auth) {
        app.use(express.json({ limit: 100 }) as unknown as Middleware)
        app.use(auth)
      },
    })
    const answer = await deliver(url).expect(413)
    expect(answer.body.handledBy).toBe('application')
  })
})

describe('the copy that is kept of signed requests', () => {
  const channel = 'http.server.request.start'

  it('holds as much as any of the instances at its place may take', async () => {
    const webhooks = { secret: webhookSecret, onDirectoryUserCreated() {} }
    await start({ options: { webhooks: { ...webhooks, maxBytes: 100 } } })
    const { url } = await start({
      options: { webhooks },
      mount(app, auth) {
        app.use(express.json() as unknown as Middleware)
        app.use(auth)
      },
    })
    await deliver(url).expect(201)
  })

  it('is made while an instance is open, and no longer', async () => {
    const before = hasSubscribers(channel)
    const { auth } = await start()
    expect(hasSubscribers(channel)).toBe(true)
    await auth.close()
    expect(hasSubscribers(channel)).toBe(before)
  })
})

describe('over HTTP/2', () => {
  /** Connect with the kit, as its users would put them together, and one delivery to it. */
  async function delivered(
    mount: (app: connect.Server, auth: ScalekitAuth) => void,
    sent: object = event,
  ) {
    const { logger } = recordingLogger()
    const auth = scalekitAuth({
      environmentUrl: 'https://acme.scalekit.com',
      clientId: 'skc_1',
      clientSecret: 'secret',
      logger,
      webhooks: { secret: webhookSecret, onDirectoryUserCreated() {} },
    })
    const app = connect()
    mount(app, auth)
    onTestFinished(() => auth.close())
    const body = JSON.stringify(sent)
    const headers = {
      ':method': 'POST',
      ':path': '/webhooks',
      'content-type': 'application/json',
      // Without it, parsers see no body at all.
      'content-length': Buffer.byteLength(body),
      ...signWebhook({ id: 'msg_http2', body, secret: webhookSecret }),
    }
    const answer = await askOverHttp2(app, headers, body)
    return { status: answer.headers[':status'], body: JSON.parse(answer.body) }
  }

  it('bodies are read by the kit where it comes first', async () => {
    expect(await delivered((app, auth) => app.use(auth))).toEqual({
      status: 201,
      body: { status: 'handled' },
    })
  })

  it('bodies are kept by captureRawBody above a parser', async () => {
    const answer = await delivered((app, auth) =>
      app
        .use(auth.captureRawBody)
        .use(express.json() as never)
        .use(auth),
    )
    expect(answer).toEqual({ status: 201, body: { status: 'handled' } })
  })

  it('bodies that began to come before captureRawBody are no copy of it', async () => {
    const { status, body } = await delivered(
      (app, auth) =>
        app
          .use((req, _res, next) => void req.once('data', () => next()))
          .use(auth.captureRawBody)
          .use(auth),
      // More than arrives at once.
      { ...event, display_name: 'é'.repeat(200_000) },
    )
    expect([status, body.code]).toEqual([503, 'webhook_body_consumed'])
  })

  it('bodies that a parser took are missed, and it is said what to do', async () => {
    const { status, body } = await delivered((app, auth) =>
      app.use(express.json() as never).use(auth),
    )
    expect([status, body.code]).toEqual([503, 'webhook_body_consumed'])
    expect(body.hint).toContain('auth.captureRawBody')
  })
})

describe('where no server of Node takes the request, as with AWS Lambda', () => {
  /** A request as adapters make it; its socket is no emitter. */
  function eventRequest(body: string) {
    const socket = { encrypted: true, readable: false, end() {}, destroy() {} }
    const req = new IncomingMessage(socket as unknown as Socket)
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...signWebhook({ id: `msg_${randomUUID()}`, body, secret: webhookSecret }),
    }
    Object.assign(req, { method: 'POST', url: '/webhooks', headers })
    req._read = () => {
      req.push(Buffer.from(body))
      req.push(null)
    }
    return req
  }

  function answerTo(app: express.Express, req: IncomingMessage): Promise<number> {
    const res = new ServerResponse(req)
    return new Promise((resolve) => {
      res.end = () => {
        resolve(res.statusCode)
        return res
      }
      app(req as never, res as never)
    })
  }

  it('bodies are kept by captureRawBody above a parser, however many there are', async () => {
    const auth = scalekitAuth({
      environmentUrl: 'https://acme.scalekit.dev',
      clientId: 'skc_1',
      clientSecret: 'a client secret of these tests',
      baseUrl: 'https://app.example',
      secret: 'a secret of these tests, for sealing',
      logger: recordingLogger().logger,
      webhooks: { secret: webhookSecret, onDirectoryUserCreated() {} },
    })
    onTestFinished(() => auth.close())
    const app = express()
    app.use(auth.captureRawBody)
    app.use(express.json({ limit: '1mb' }))
    app.use(auth)
    const body = JSON.stringify({ ...event, padding: 'x'.repeat(900_000) })
    for (let sent = 0; sent < 40; sent++) {
      expect(await answerTo(app, eventRequest(body))).toBe(201)
    }
  })
})
