import { addAbortListener } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import {
  AccessError,
  type OpenConnection,
  type ScalekitAuth,
  ScalekitError,
} from 'express-scalekit'
import { type DefaultEventsMap, Server, type Socket } from 'socket.io'

interface SocketData {
  connection: OpenConnection
}

type Events = DefaultEventsMap

/** Accepts connections of Socket.IO from pages whose user is signed in. */
export function acceptSocketIo(
  server: HttpServer,
  auth: ScalekitAuth,
): Server<Events, Events, Events, SocketData> {
  const io = new Server<Events, Events, Events, SocketData>(server, {
    serveClient: false,
    // Leaves the WebSockets of other paths alone.
    destroyUpgrade: false,
  })
  io.use((socket, next) => {
    accept(socket, auth).then(
      () => next(),
      (error: unknown) => next(refusal(error)),
    )
  })
  io.on('connection', (socket) => {
    const { principal, ended, onChange } = socket.data.connection
    if (principal.status === 'signed-in') socket.emit('roles', principal.roles)
    onChange(({ roles }) => socket.emit('roles', roles))
    addAbortListener(ended, () => socket.disconnect(true))
  })
  return io
}

async function accept(
  socket: Socket<Events, Events, Events, SocketData>,
  auth: ScalekitAuth,
): Promise<void> {
  const connection = await auth.authenticate(socket.request)
  if (connection.principal.status !== 'signed-in') {
    connection.close()
    // `ended` of a machine has not fired: its token is valid.
    throw connection.ended.reason ?? new AccessError('machine_not_accepted', 'Only users connect')
  }
  socket.data.connection = connection
  // A client may poll, so the request that it began with says nothing of how long it stays.
  socket.conn.once('close', connection.close)
  if (socket.conn.readyState === 'closed') connection.close()
}

/** What the client finds in its event `connect_error`: `error.data.status`. */
function refusal(error: unknown): Error {
  const isKnown = error instanceof ScalekitError
  const { status, code } = isKnown ? error : { status: 500, code: 'unexpected' }
  if (status >= 500) console.error(error)
  return Object.assign(new Error(code), { data: { status } })
}
