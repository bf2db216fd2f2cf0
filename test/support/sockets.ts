import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Middleware, OpenConnection, ScalekitAuth } from '../../src/index.ts'

/** Sockets that an application accepts, as `auth.authenticate()` knows them. */
export interface SocketServer {
  /** In the order in which they were opened. */
  readonly connections: OpenConnection[]
  attach(server: Server, auth: ScalekitAuth, session: Middleware | undefined): void
}

/**
 * Accepts every socket, whoever opens it: a test asks the connection. What `auth.authenticate()` rejects
 * with becomes the response.
 */
export function socketServer(): SocketServer {
  const connections: OpenConnection[] = []
  const sockets = new WebSocketServer({ noServer: true })

  async function authenticate(
    auth: ScalekitAuth,
    session: Middleware | undefined,
    req: IncomingMessage,
  ): Promise<OpenConnection> {
    const response = {} as ServerResponse
    if (session) await new Promise<void>((done) => session(req, response, () => done()))
    return auth.authenticate(req)
  }

  function serve(webSocket: WebSocket, connection: OpenConnection): void {
    connections.push(connection)
    const close = () => webSocket.close(4401)
    if (connection.ended.aborted) close()
    else connection.ended.addEventListener('abort', close)
  }

  return {
    connections,
    attach(server, auth, session) {
      server.on('upgrade', (req, socket, head) => {
        socket.on('error', () => socket.destroy())
        authenticate(auth, session, req).then(
          (connection) =>
            sockets.handleUpgrade(req, socket, head, (webSocket) => serve(webSocket, connection)),
          (error: { readonly status: number; readonly code: string }) => refuse(socket, error),
        )
      })
    },
  }
}

function refuse(
  socket: Duplex,
  { status, code }: { readonly status: number; readonly code: string },
): void {
  socket.end(`HTTP/1.1 ${status} No\r\nX-Code: ${code}\r\nConnection: close\r\n\r\n`)
}

/** What a client sees that opens a socket. */
export interface OpenedSocket {
  readonly status: number
  /** Why not. */
  readonly code?: string | undefined
  /** What the response of the handshake sets. */
  readonly cookies: readonly string[]
  readonly socket: WebSocket
  /** The code that it is closed with. */
  readonly closed: Promise<number>
}

/**
 * Opens a WebSocket with these headers and no others.
 *
 * @param heard Gets each message; the first may come with the response of the handshake.
 */
export async function openSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
  heard: (message: string) => void = () => {},
): Promise<OpenedSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers })
  onTestFinished(() => socket.terminate())
  socket.on('error', () => {})
  socket.on('message', (message) => heard(String(message)))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const response = await new Promise<IncomingMessage>((resolve) => {
    socket.once('upgrade', resolve)
    socket.once('unexpected-response', (_req, res) => resolve(res))
  })
  const { statusCode: status = 0, headers: got } = response
  const code = got['x-code']?.toString()
  return { status, code, cookies: got['set-cookie'] ?? [], socket, closed }
}

/** The reason that a signal fires with, once it has. */
export function firedBy(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve(signal.reason)
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true })
  })
}
