import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type Request, type Response } from 'express'
import { type ScalekitAuth, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'
import { acceptSocketIo } from './socket-io.ts'
import { acceptSockets } from './sockets.ts'
import { streamNews } from './streams.ts'

/** A page that stays open, with a WebSocket, Socket.IO and an event stream behind it. */
export interface LiveApp {
  readonly server: Server
  readonly auth: ScalekitAuth
  /** Closes what is open, so that the process can end. */
  close(): Promise<void>
}

export function createLiveApp(options: ScalekitAuthOptions = {}): LiveApp {
  const app = express()
  const auth = scalekitAuth(options)
  const server = createServer(app)
  app.use(auth)
  app.use(express.static(fileURLToPath(new URL('public', import.meta.url))))
  app.get('/news', auth.protect<Request, Response>([], streamNews))
  const sockets = acceptSockets(server, auth)
  const io = acceptSocketIo(server, auth)
  return {
    server,
    auth,
    async close() {
      server.close()
      for (const webSocket of sockets.clients) webSocket.close(1001)
      const closed = io.close()
      // Ends the event streams, for which `closed` waits.
      await auth.close()
      await closed
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { server, close } = createLiveApp()
  server.listen(process.env.PORT ?? 3000)
  process.once('SIGTERM', close)
}
