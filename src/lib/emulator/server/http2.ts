import type { Server } from 'node:http'
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/** HTTP/2 connections of an HTTP/1.1 server. */
export interface Http2Connections {
  /** Closes all of them. The server's `closeAllConnections` does not include them. */
  close(): void
}

/**
 * Adds HTTP/2 to the port of an HTTP/1.1 server. Scalekit's own SDK calls the management API over
 * gRPC. Without TLS, such a connection begins with HTTP/2 immediately ("prior knowledge"). An
 * HTTP/1.1 server closes the connection, and the SDK then ends its process. A server with TLS has
 * to offer `h2` in its `ALPNProtocols`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#name-starting-http-2-with-prior-
 */
export function answerHttp2(server: Server): Http2Connections {
  const http2 = createServer().on('stream', answer)
  const sockets = new Set<Socket>()
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection'
  const [serveHttp1] = server.listeners(event)
  server.removeAllListeners(event)
  // Until the protocol is known, the connection belongs to neither server.
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

/** No HTTP/1.1 method begins like this. */
const preface = 'PRI'

/**
 * Decides whether a connection uses HTTP/2, as soon as enough bytes were read. They are put back.
 */
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
  // HTTP servers keep a connection open that the client has half closed.
  const end = () => socket.end()
  socket.on('readable', readOn).on('end', end).on('error', ignore)
}

/** The socket closes after an error, which needs no further handling. */
function ignore(): void {}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', ignore).resume()
  const { ':path': path = '', 'content-type': type = '' } = headers
  if (type.startsWith('application/grpc')) {
    // "Trailers-only": the response is a single header block.
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
