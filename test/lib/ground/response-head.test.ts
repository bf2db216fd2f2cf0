import { createServer, type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import connect from 'connect'
import express from 'express'
import express4 from 'express4'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { beforeHead } from '../../../src/lib/ground/response-head.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => void

/** How each host makes a server of middleware. */
const hosts: readonly [string, (...handlers: readonly Handler[]) => RequestListener][] = [
  ['Express 5', (...handlers) => mounted(express() as unknown as Mountable, handlers)],
  ['Express 4', (...handlers) => mounted(express4() as unknown as Mountable, handlers)],
  ['Connect', (...handlers) => mounted(connect() as unknown as Mountable, handlers)],
  [
    'node:http',
    (...handlers) =>
      (req, res) => {
        for (const handler of handlers) handler(req, res)
      },
  ],
]

interface Mountable extends RequestListener {
  use(handler: (req: IncomingMessage, res: ServerResponse, next: () => void) => void): void
}

/** All but the last hand on, as middleware does. */
function mounted(app: Mountable, handlers: readonly Handler[]): RequestListener {
  for (const [index, handler] of handlers.entries()) {
    app.use((req, res, next) => {
      handler(req, res)
      if (index < handlers.length - 1) next()
    })
  }
  return app
}

/** Says what it sees of the headers, in a header of its own. */
function see(res: ServerResponse): void {
  res.setHeader('X-Seen', `${res.getHeader('X-Seen') ?? ''}${res.getHeader('X-Theirs') ?? 'none'};`)
}

/** What a middleware such as compression() does: it wraps \`writeHead\` of this response. */
const wrap: Handler = (_req, res) => {
  const { writeHead } = res
  res.writeHead = function wrapped(this: ServerResponse, ...given: readonly unknown[]) {
    this.setHeader('X-Wrapped', 'yes')
    return Reflect.apply(writeHead, this, given)
  } as typeof writeHead
}

const watch: Handler = (_req, res) => beforeHead(res, see)

async function headersOf(app: RequestListener) {
  const server = createServer(app)
  const { headers } = await request(server).get('/')
  return headers
}

describe.each(hosts)('work before the head, on %s', (_host, appOf) => {
  it.each<[string, (res: ServerResponse) => void]>([
    ['setHeader', (res) => res.setHeader('X-Theirs', 'set')],
    ['an object', (res) => res.writeHead(200, { 'X-Theirs': 'set' })],
    ['a list', (res) => res.writeHead(200, ['X-Theirs', 'set'])],
    ['a list of pairs', (res) => res.writeHead(200, [['X-Theirs', 'set']] as never)],
    ['a reason and an object', (res) => res.writeHead(200, 'Fine', { 'x-theirs': 'set' })],
    ['no reason and an object', (res) => res.writeHead(200, undefined, { 'x-theirs': 'set' })],
  ])('sees what the application set by %s', async (_how, set) => {
    const headers = await headersOf(
      appOf(watch, (_req, res) => {
        set(res)
        res.end('done')
      }),
    )
    expect(headers['x-theirs']).toBe('set')
    expect(headers['x-seen']).toBe('set;')
  })

  it.each([
    ['write', (res: ServerResponse) => void res.write('x')],
    ['flushHeaders', (res: ServerResponse) => res.flushHeaders()],
    ['end', () => {}],
  ])('is done where the header goes out by %s', async (_how, send) => {
    const headers = await headersOf(
      appOf(watch, (_req, res) => {
        send(res)
        res.end()
      }),
    )
    expect(headers['x-seen']).toBe('none;')
  })

  it('keeps every value of a name that a list has twice', async () => {
    const headers = await headersOf(
      appOf(watch, (_req, res) => {
        res.setHeader('Set-Cookie', 'overruled=1')
        res.writeHead(200, ['Set-Cookie', 'a=1', 'set-cookie', 'b=2'])
        res.end()
      }),
    )
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  it('is done beside a wrapper above and one below', async () => {
    const app = appOf(wrap, watch, wrap, (_req, res) => res.end())
    for (const headers of await Promise.all([headersOf(app), headersOf(app)])) {
      expect(headers['x-wrapped']).toBe('yes')
      expect(headers['x-seen']).toMatch(/^none;/)
    }
  })

  it('is done in turn, and the same function not again', async () => {
    const second = (res: ServerResponse) => res.setHeader('X-Seen', `${res.getHeader('X-Seen')}2`)
    const headers = await headersOf(
      appOf(watch, watch, (_req, res) => {
        beforeHead(res, second)
        res.end()
      }),
    )
    expect(headers['x-seen']).toBe('none;2')
  })

  it('is not done to other responses of the host', async () => {
    const app = appOf((req, res) => {
      if (req.url === '/watched') watch(req, res)
      res.end()
    })
    await request(createServer(app)).get('/watched').expect('X-Seen', 'none;')
    expect(await headersOf(app)).not.toHaveProperty('x-seen')
  })
})

describe('what stands in for a response', () => {
  it.each([
    ['nothing', {}],
    ['setters alone', { setHeader() {}, end() {} }],
  ])('is left alone when it has %s', (_what, object) => {
    expect(() => beforeHead(object as ServerResponse, see)).not.toThrow()
    expect(object).not.toHaveProperty('writeHead')
  })

  it('gets the work when it has headers, as Socket.IO’s has', () => {
    const headers = new Map<string, unknown>()
    const res = {
      getHeader: (name: string) => headers.get(name),
      setHeader: (name: string, value: unknown) => headers.set(name, value),
      writeHead() {},
    }
    beforeHead(res as unknown as ServerResponse, see)
    res.writeHead()
    expect(headers.get('X-Seen')).toBe('none;')
  })

  it('leaves the prototype of Node alone', () => {
    expect(Object.hasOwn(ServerResponse.prototype, 'writeHead')).toBe(true)
    expect(ServerResponse.prototype.writeHead.toString()).not.toContain('workOf')
  })
})
