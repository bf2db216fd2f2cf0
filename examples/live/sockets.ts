import { addAbortListener } from 'node:events'
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type OpenConnection,
  type Principal,
  type ScalekitAuth,
  ScalekitError,
} from 'express-scalekit'
import { type WebSocket, WebSocketServer } from 'ws'

/** The close code of a WebSocket whose session is over. */
const sessionOver = 4401

/** Accepts WebSockets at `/live` from pages whose user is signed in. */
export function acceptSockets(
  server: Server,
  auth: Pick<ScalekitAuth, 'authenticate'>,
): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 16_384 })

  async function accept(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const connection = await auth.authenticate(req)
    if (connection.principal.status !== 'signed-in') {
      refuse(socket, 401)
      return
    }
    sockets.handleUpgrade(req, socket, head, (webSocket) => serve(webSocket, connection))
  }

  server.on('upgrade', (req, socket, head) => {
    if (req.url?.startsWith('/socket.io/')) return
    // Without a listener, a client that hangs up now would end the process.
    socket.on('error', () => socket.destroy())
    if (req.url !== '/live') {
      refuse(socket, 404)
      return
    }
    accept(req, socket, head).catch((error: unknown) => {
      if (!(error instanceof ScalekitError) || !error.expose) console.error(error)
      refuse(socket, error instanceof ScalekitError ? error.status : 500)
    })
  })
  return sockets
}

function refuse(socket: Duplex, status: number): void {
  // Without this, a client that does not close its side keeps the connection open.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
}

function serve(webSocket: WebSocket, connection: OpenConnection): void {
  const { principal, ended, current, onChange } = connection
  const send = (message: object) => webSocket.send(JSON.stringify(message))
  const show = ({ roles }: { readonly roles: readonly string[] }) => send({ roles })
  webSocket.on('error', () => webSocket.terminate())
  if (principal.status === 'signed-in') show(principal)
  onChange(show)
  // Also runs if the session is over already, unlike `ended.addEventListener`.
  addAbortListener(ended, () => {
    webSocket.close(sessionOver, 'session over')
    // A client that does not answer the close is not waited for.
    setTimeout(() => webSocket.terminate(), 1000).unref()
  })
  webSocket.on('message', (text) => {
    if (ended.aborted) return
    current()
      .then((now) => send(answerTo(String(text), now)))
      .catch(() => send({ error: 'try_again' }))
  })
}

/** Each message is decided by what its sender may do now, as a request would be. */
function answerTo(text: string, principal: Principal): object {
  if (principal.status !== 'signed-in') return { error: 'signed_out' }
  if (text === 'publish' && !principal.has({ role: 'admin' })) return { error: 'role_required' }
  return { done: text.slice(0, 20) }
}
