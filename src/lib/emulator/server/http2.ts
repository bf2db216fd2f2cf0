import type { Server } from 'node:http'
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/** HTTP/2 connections to a server of HTTP/1.1. */
export interface Http2Connections {
  /** Drops all of them. `closeAllConnections` of the server does not know them. */
  close(): void
}

/**
 * Has HTTP/2 answered on the port of a server of HTTP/1.1. Scalekit's own SDK calls the management
 * API by gRPC. Without TLS, that begins with HTTP/2 at once ("prior knowledge"); a server of
 * HTTP/1.1 breaks the connection off, and the SDK ends its process. A server with TLS has to offer
 * `h2` among its `ALPNProtocols`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#name-starting-http-2-with-prior-
 */
export function answerHttp2(server: Server): Http2Connections {
  const http2 = createServer().on('stream', answer)
  const sockets = new Set<Socket>()
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection'
  const [serveHttp1] = server.listeners(event)
  server.removeAllListeners(event)
  // Until it is known which server a connection is for, none of them knows it.
  server.prependListener('connection', (socket: Socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)))
  })
  server.on(event, (socket: Socket) => {
    beginningOf(socket, (isHttp2) => {
      if (isHttp2) http2.emit('connection', socket)
      else serveHttp1!.call(server, socket)
    })
  })
  return {
    close: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** No method of HTTP/1.1 begins like this. */
const preface = 'PRI'

/** Says whether HTTP/2 is spoken, as soon as enough was read; what was read is put back. */
function beginningOf(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let read = Buffer.alloc(0)
  function readOn(): void {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    read = Buffer.concat([read, chunk])
    const text = read.toString('latin1', 0, preface.length)
    if (text.length < preface.length && preface.startsWith(text)) return
    socket.off('readable', readOn).off('end', end).off('error', ignore)
    socket.unshift(read)
    decide(text === preface)
  }
  // Servers of HTTP keep a connection open that the other side has half closed.
  const end = () => socket.end()
  socket.on('readable', readOn).on('end', end).on('error', ignore)
}

/** The socket closes after an error, which is all there is to do about it. */
function ignore(): void {}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', ignore).resume()
  const { ':path': path = '', 'content-type': type = '' } = headers
  if (type.startsWith('application/grpc')) {
    // "Trailers-only": everything is in the one header block.
    stream.respond(
      { ':status': 200, 'content-type': type, ...grpcStatus(unimplemented, noGrpc(path)) },
      { endStream: true },
    )
    return
  }
  stream.respond({ ':status': 505, 'content-type': 'text/plain; charset=utf-8' })
  stream.end('The emulator answers HTTP/2 only to say so. Send this request by HTTP/1.1.\n')
}

/** @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const unimplemented = 12

function noGrpc(path: string): string {
  return `The emulator does not speak gRPC, so ${path} is not answered: call the REST API below /api/v1 by HTTP/1.1, as ScalekitClient of express-scalekit does`
}

/** @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses */
function grpcStatus(code: number, message: string) {
  return {
    'grpc-status': String(code),
    'grpc-message': message.replace(/[^ -~]|%/g, encodeURIComponent),
  }
}
