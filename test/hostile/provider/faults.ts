import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** One answer that is to go wrong. */
export interface Exchange {
  readonly res: ServerResponse
  /** What an honest provider would send. */
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly trapUrl: string
  /** Counts bytes that the client let in. */
  flooded(bytes: number): void
}

/** A way for an answer to fail on the wire. */
export type Fault = (exchange: Exchange) => void

/** The wire's own bytes, where `node:http` would not write such an answer. */
export function raw(...lines: readonly string[]): Fault {
  return ({ res }) => res.socket?.end(`${lines.join('\r\n')}`)
}

/** Neither head nor body ever comes. */
export const hang: Fault = () => {}

export const hangInBody: Fault = ({ res, body, headers }) => {
  res.writeHead(200, { ...headers, 'content-length': body.length })
  res.write(body.subarray(0, body.length / 2))
}

/** One byte now and then, so that the socket is never idle. */
export const drip: Fault = ({ res, body, headers }) => {
  let sent = 0
  res.writeHead(200, headers)
  const timer = setInterval(() => res.write(body.subarray(sent, ++sent)), 50)
  res.once('close', () => clearInterval(timer))
}

/** The same before the head is complete. */
export const dripHead: Fault = ({ res }) => {
  const { socket } = res
  socket?.write('HTTP/1.1 200 OK\r\n')
  const timer = setInterval(() => socket?.write('x-drip: a\r\n'), 200)
  res.once('close', () => clearInterval(timer))
}

export const reset: Fault = ({ res }) => res.socket?.resetAndDestroy()

export const closed: Fault = ({ res }) => res.socket?.end()

/** Goes away in the middle of a body whose length it told. */
export const resetInBody: Fault = (exchange) => {
  cutOff(exchange, () => exchange.res.socket?.resetAndDestroy())
}

export const closedInBody: Fault = (exchange) => {
  cutOff(exchange, () => exchange.res.socket?.end())
}

export const closedInChunk: Fault = ({ res, body }) => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked'
  res.socket?.end(`${head}\r\n\r\n${body.length.toString(16)}\r\n${body.subarray(0, 20)}`)
}

function cutOff({ res, body, headers }: Exchange, leave: () => void): void {
  res.writeHead(200, { ...headers, 'content-length': body.length })
  res.write(body.subarray(0, body.length / 2), leave)
}

/** Says a length that is not the body's. */
export function contentLength(length: (honest: number) => number | string): Fault {
  return ({ res, body }) => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close`
    res.socket?.end(`${head}\r\ncontent-length: ${length(body.length)}\r\n\r\n${body}`)
  }
}

const mebibyte = 1024 * 1024

/** A body of valid JSON that is much too large, announced or not. */
export function flood(bytes: number, { isAnnounced }: { readonly isAnnounced: boolean }): Fault {
  return ({ res, headers, flooded }) => {
    const length = isAnnounced ? { 'content-length': bytes } : {}
    res.writeHead(200, { ...headers, ...length })
    Readable.from(chunks(bytes, flooded)).pipe(res)
  }
}

export const huge = flood(64 * mebibyte, { isAnnounced: true })
export const endless = flood(Number.POSITIVE_INFINITY, { isAnnounced: false })

/** One chunk a turn of the event loop; otherwise the sockets' own buffers would take it all. */
async function* chunks(bytes: number, flooded: (bytes: number) => void): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(16 * 1024, ' ')
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    flooded(chunk.length)
    yield chunk
    await setImmediate()
  }
}

/** Small on the wire, 64 MiB when it is unpacked, though nobody asked for gzip. */
export const gzipBomb: Fault = ({ res, headers }) => {
  const body = gzipSync(Buffer.alloc(64 * mebibyte, ' '))
  res.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(body)
}

/** Sends the client, with whatever it carries, to the trap. */
export function redirect(status: 301 | 302 | 303 | 307 | 308): Fault {
  return ({ res, trapUrl }) => res.writeHead(status, { location: `${trapUrl}/trap` }).end()
}

/** Headers past what a client should keep. */
export const headerBomb: Fault = ({ res, body, headers }) => {
  const bombs = Array.from({ length: 64 }, (_, index) => [`x-bomb-${index}`, 'x'.repeat(1024)])
  res.writeHead(200, { ...headers, ...Object.fromEntries(bombs) }).end(body)
}
