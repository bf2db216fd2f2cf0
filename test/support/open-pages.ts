import { addAbortListener } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished } from 'vitest'
import { acceptSocketIo } from '../../examples/live/socket-io.ts'
import { acceptSockets } from '../../examples/live/sockets.ts'
import { getAuth, type ScalekitAuth } from '../../src/index.ts'
import { showPrincipal } from './application.ts'
import { eventually } from './eventually.ts'
import type { HostApp } from './hosts.ts'
import { cookiesOf } from './processes.ts'
import { openSocket } from './sockets.ts'
import type { Visitor } from './visitor.ts'

export const maxLagMs = 300
/** Until then every open connection has to know, after the arrival of the event. */
export const boundMs = maxLagMs + 250

/** What the pages of one browser at one process see of its session. */
export interface Page {
  /** The status of a page that asks again and again. */
  poll(path: string): Promise<number>
  /** What the connections have been told last, by their kind. */
  readonly seen: Record<Kind, string>
  /** When the last of them was told something, by `performance.now()`. */
  toldAt(): number
}

type Kind = 'webSocket' | 'socketIo' | 'stream' | 'signal'

/** Puts the kit, two guarded pages and two event streams into an application. */
export function mountConnections(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
  app.use('/write', auth.requirePermission('projects:write'))
  app.use('/write', showPrincipal)
  app.use('/signal', streamOfSignal)
  app.use('/stream', (req, res, next) => void streamOf(auth, req, res).catch(next))
}

function streamOfSignal(req: IncomingMessage, res: ServerResponse): void {
  const principal = getAuth(req)
  if (principal.status !== 'signed-in') return void res.end('over\n')
  res.write('open\n')
  addAbortListener(principal.ended, () => res.end('over\n'))
}

async function streamOf(auth: ScalekitAuth, req: IncomingMessage, res: ServerResponse) {
  const { principal, ended, onChange, close } = await auth.authenticate(req)
  res.on('close', close)
  if (principal.status === 'signed-in') res.write(`${principal.roles}\n`)
  onChange(({ roles }) => res.write(`${roles}\n`))
  addAbortListener(ended, () => res.end('over\n'))
}

/** Accepts WebSockets and Socket.IO as examples/live does. */
export function acceptConnections(server: Server, auth: ScalekitAuth): void {
  acceptSockets(server, auth)
  const sockets = acceptSocketIo(server, auth)
  onTestFinished(() => void sockets.disconnectSockets(true))
}

/** Opens one of each kind, and waits until each has been told something. */
async function openPage(url: string, browser: Visitor, options: object): Promise<Page> {
  const headers = { Origin: url, ...cookiesOf(browser) }
  const seen = { webSocket: '', socketIo: '', stream: '', signal: '' }
  let toldAt = 0
  const see = (kind: Kind, told: string) => {
    seen[kind] = told
    toldAt = performance.now()
  }
  const { closed, status, code } = await openSocket(`${url}/live`, headers, (message) =>
    see('webSocket', String(JSON.parse(message).roles)),
  )
  expect({ status, code }).toEqual({ status: 101, code: undefined })
  void closed.then((closeCode) => {
    see('webSocket', closeCode === 4401 ? 'over' : `closed ${closeCode}`)
  })
  const client: Socket = io(url, { extraHeaders: headers, reconnection: false, ...options })
  onTestFinished(() => void client.close())
  client.on('roles', (roles) => see('socketIo', String(roles)))
  client.on('disconnect', () => see('socketIo', 'over'))
  await Promise.all(
    (['stream', 'signal'] as const).map((kind) =>
      readLines(`${url}/${kind}`, headers, (line) => see(kind, line)),
    ),
  )
  await eventually(() => expect(Object.values(seen)).not.toContain(''))
  const poll = async (path: string) => (await fetch(url + path, { headers })).status
  return { poll, seen, toldAt: () => toldAt }
}

async function readLines(url: string, headers: object, tell: (line: string) => void) {
  const aborted = new AbortController()
  onTestFinished(() => aborted.abort())
  const response = await fetch(url, { headers: { ...headers }, signal: aborted.signal })
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      tell(chunk.trim().split('\n').at(-1)!)
    }
  })()
  reading.catch(() => {})
}

/** Opens a page of a browser at each process. */
export function openPages(
  all: readonly { readonly url: string }[],
  browser: Visitor,
): Promise<Page[]> {
  // One client begins by polling and goes over to a WebSocket, the other one goes on polling.
  const transports = [{}, { transports: ['polling'] }]
  return Promise.all(all.map(({ url }, index) => openPage(url, browser, transports[index]!)))
}

/** Polls until the bound is over, and returns what was answered after it. */
export async function pollUntilBound(
  pages: readonly Page[],
  path: string,
  since: () => number,
): Promise<number[]> {
  for (;;) {
    const askedAt = performance.now()
    const statuses = await Promise.all(pages.map(({ poll }) => poll(path)))
    if (askedAt >= since() + boundMs) return statuses
  }
}

/** What the pages at two processes have seen, if all connections were told the same. */
export function everywhere(told: string, signal: string = told): Page['seen'][] {
  const seen = { webSocket: told, socketIo: told, stream: told, signal }
  return [seen, seen]
}
