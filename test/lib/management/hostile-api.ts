import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { ScalekitClient, type ScalekitClientOptions } from '../../../src/client.ts'
import type { Fault } from '../../hostile/provider/faults.ts'

export const clientId = 'skc_hostile'
export const clientSecret = 'test_secret-that-nobody-may-see'

/** One request that the API got. */
export interface ApiCall {
  readonly method: string
  readonly path: string
  readonly token: string | undefined
  readonly body: string
  /** Counts from 1, tokens and calls each for themselves. */
  readonly count: number
}

/** Answers, well or badly. */
export type Reply = (res: ServerResponse, call: ApiCall) => void

/** An API that answers as a test wants it to. */
export interface HostileApi {
  readonly url: string
  /** What was asked of the API, tokens left out. */
  readonly calls: readonly ApiCall[]
  readonly tokenCalls: readonly ApiCall[]
  /** How often somebody followed a redirect. */
  readonly trapped: readonly string[]
  /** How many bytes of a flood the client let in. */
  readonly flooded: () => number
  client(options?: ScalekitClientOptions): ScalekitClient
}

interface Replies {
  readonly api?: Reply
  readonly token?: Reply
}

const servers: Server[] = []

// Not when a test ends: of those that run at once, none is known to be the one that started it.
afterAll(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** Starts an API that ends with the file. */
export async function startApi({ api = ok, token = newToken }: Replies): Promise<HostileApi> {
  const [calls, tokenCalls, trapped]: [ApiCall[], ApiCall[], string[]] = [[], [], []]
  const server = createServer(async (req, res) => {
    if (req.url === '/trap') {
      trapped.push(req.method ?? '')
      return void res.end()
    }
    const isToken = req.url === '/oauth/token'
    const list = isToken ? tokenCalls : calls
    const call = await readCall(req, list.length + 1)
    list.push(call)
    return (isToken ? token : api)(res, call)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = (options?: ScalekitClientOptions) =>
    new ScalekitClient(url, clientId, clientSecret, options)
  return { url, calls, tokenCalls, trapped, flooded: () => floodedBytes.get(url) ?? 0, client }
}

const floodedBytes = new Map<string, number>()

async function readCall(req: IncomingMessage, count: number): Promise<ApiCall> {
  const body = Buffer.concat(await req.toArray()).toString()
  const token = req.headers.authorization?.replace('Bearer ', '')
  return { method: req.method ?? '', path: req.url ?? '', token, body, count }
}

export const organization = { id: 'org_1', display_name: 'Acme' }

/** What every operation can read something in. */
export const ok: Reply = json(200, {
  organization,
  organizations: [organization],
  connections: [],
  directories: [],
  next_page_token: '',
})

export const newToken: Reply = (res, call) => {
  const answer = { access_token: tokenNumber(call.count), token_type: 'Bearer', expires_in: 3600 }
  json(200, answer)(res, call)
}

export function tokenNumber(count: number): string {
  return `token-${count}-that-nobody-may-see`
}

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
}

export function text(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return (res) => void res.writeHead(status, headers).end(body)
}

/** The first replies, one a request, and then the last of them for ever. */
export function inTurn(...replies: readonly [Reply, ...Reply[]]): Reply {
  return (res, call) => replies[Math.min(call.count, replies.length) - 1]!(res, call)
}

/** An answer that goes wrong on the wire. */
export function broken(fault: Fault): Reply {
  return (res) => {
    const url = `http://${res.req.headers.host}`
    fault({
      res,
      body: Buffer.from(JSON.stringify({ organization })),
      headers: { 'content-type': 'application/json' },
      trapUrl: url,
      flooded: (bytes) => void floodedBytes.set(url, (floodedBytes.get(url) ?? 0) + bytes),
    })
  }
}
