import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { isFor, type Middleware } from '../request/middleware.ts'
import { shareOf } from './body-budget.ts'

/**
 * A copy of the body of a signed request. The signature covers the bytes that were sent, and a body
 * parser in front may have consumed them.
 */
export interface BodyTap {
  /** The whole body. `undefined` before its end, or if it exceeded the limit. */
  bytes(): Buffer | undefined
  /** Whether the body exceeded a limit. */
  isOverfull(): boolean
  /** Whether that was the limit for all waiting bodies together. */
  isRefused(): boolean
}

/** The path of a route with signed requests, and the maximum size of a body. */
export interface Place {
  readonly path: string
  readonly maxBytes: number
}

const channel = 'http.server.request.start'
const tapped = new Set<Place>()
const taps = new WeakMap<IncomingMessage, BodyTap>()

/** Returns the copy of a request's body, if there is one. */
export function tapOf(req: IncomingMessage): BodyTap | undefined {
  return taps.get(req)
}

/**
 * Copies the bodies that arrive at these paths, in every HTTP/1 server of the process, before any
 * middleware.
 *
 * @returns a function that stops it
 */
export function tapBodies(places: readonly Place[]): () => void {
  if (tapped.size === 0) subscribe(channel, tapSigned)
  for (const place of places) tapped.add(place)
  return function stop() {
    for (const place of places) tapped.delete(place)
    if (tapped.size === 0) unsubscribe(channel, tapSigned)
  }
}

/**
 * Like {@link tapBodies}, as a middleware, for servers that publish no event when a request starts,
 * such as those of HTTP/2.
 */
export function captureRawBody(places: readonly Place[]): Middleware {
  return function scalekitCaptureRawBody(req, _res, next) {
    tapAt(places, req)
    next()
  }
}

function tapSigned(message: unknown): void {
  const { request } = message as { readonly request: IncomingMessage }
  // Checked first, because this runs for every request.
  if (request.method === 'POST') tapAt([...tapped], request)
}

/** If several instances have the same path, the largest limit applies. */
function tapAt(places: readonly Place[], req: IncomingMessage): void {
  if (!isSigned(req)) return
  const here = places.filter((place) => isFor(req, place.path))
  if (here.length > 0) tapBody(req, Math.max(...here.map(({ maxBytes }) => maxBytes)))
}

function isSigned({ method, headers }: IncomingMessage): boolean {
  if (method !== 'POST') return false
  return headers['webhook-id'] !== undefined || headers['interceptor-id'] !== undefined
}

/** Copies the bytes that arrive from now on, up to `maxBytes`. */
function tapBody(req: IncomingMessage, maxBytes: number): void {
  // Bytes that arrived earlier are lost. With half a copy, the signature would look wrong.
  if (taps.has(req) || req.readableDidRead || req.readableLength > 0) return
  const { push } = req
  const chunks: Uint8Array[] = []
  let room = maxBytes
  const share = shareOf(req)
  let isComplete = false
  let isRefused = false
  req.push = function pushAndKeep(chunk: unknown, encoding?: BufferEncoding) {
    if (chunk === null) isComplete = true
    // Deno and Bun push a Uint8Array that is not a Buffer.
    else if (chunk instanceof Uint8Array) {
      room -= chunk.length
      if (room >= 0 && !isRefused) isRefused = !share.take(chunk.length)
      if (room >= 0 && !isRefused) chunks.push(chunk)
      else chunks.length = 0
    }
    return push.call(req, chunk, encoding)
  }
  taps.set(req, {
    bytes: () => (isComplete && room >= 0 && !isRefused ? Buffer.concat(chunks) : undefined),
    isOverfull: () => room < 0 || isRefused,
    isRefused: () => isRefused,
  })
}
