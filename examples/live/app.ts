import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type Request, type Response } from 'express'
import { type ScalekitAuth, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'
import { whenOver } from './over.ts'
import { acceptSocketIo } from './socket-io.ts'
import { acceptSockets } from './sockets.ts'

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
      await io.close()
      // Ends the event streams, and every other signal.
      await auth.close()
    },
  }
}

/** An event stream, which ends with the session. */
function streamNews(
  { scalekit }: Request & { readonly scalekit: { readonly ended: AbortSignal } },
  res: Response,
): void {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const send = () => res.write(`data: ${new Date().toISOString()}\n\n`)
  send()
  const timer = setInterval(send, 10_000)
  res.on('close', () => clearInterval(timer))
  whenOver(scalekit.ended, () => res.end('event: over\ndata:\n\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { server, close } = createLiveApp()
  server.listen(process.env.PORT ?? 3000)
  process.once('SIGTERM', close)
}
