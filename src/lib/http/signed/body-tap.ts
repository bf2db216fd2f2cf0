import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { isFor, type Middleware } from '../request/middleware.ts'
import { shareOf } from './body-budget.ts'

/**
 * A signature is about the bytes that were sent, and a body parser that ran first has taken them.
 * So a copy is kept of what arrives for the few requests that are signed.
 */
export interface BodyTap {
  /** Everything that arrived; `undefined` before the end, or when it was more than allowed. */
  bytes(): Buffer | undefined
  /** Whether more arrived than is allowed. */
  isOverfull(): boolean
  /** Whether that is so because too many bodies wait together. */
  isRefused(): boolean
}

/** Where signed requests are expected, and how much of one may be kept. */
export interface Place {
  readonly path: string
  readonly maxBytes: number
}

const channel = 'http.server.request.start'
const tapped = new Set<Place>()
const taps = new WeakMap<IncomingMessage, BodyTap>()

/** The copy that is kept of a request's body, if one is. */
export function tapOf(req: IncomingMessage): BodyTap | undefined {
  return taps.get(req)
}

/**
 * Keeps what arrives at these places, in every HTTP/1 server of the process, before any middleware.
 *
 * @returns a function that ends it
 */
export function tapBodies(places: readonly Place[]): () => void {
  if (tapped.size === 0) subscribe(channel, tapSigned)
  for (const place of places) tapped.add(place)
  return function stop() {
    for (const place of places) tapped.delete(place)
    if (tapped.size === 0) unsubscribe(channel, tapSigned)
  }
}

/** The same for servers that tell nobody when a request starts, as HTTP/2's. */
export function captureRawBody(places: readonly Place[]): Middleware {
  return function scalekitCaptureRawBody(req, _res, next) {
    tapAt(places, req)
    next()
  }
}

function tapSigned(message: unknown): void {
  const { request } = message as { readonly request: IncomingMessage }
  // Asked first, as this is on the way of every request.
  if (request.method === 'POST') tapAt([...tapped], request)
}

/** Of several instances at one place, the one that takes most is the measure. */
function tapAt(places: readonly Place[], req: IncomingMessage): void {
  if (!isSigned(req)) return
  const here = places.filter((place) => isFor(req, place.path))
  if (here.length > 0) tapBody(req, Math.max(...here.map(({ maxBytes }) => maxBytes)))
}

function isSigned({ method, headers }: IncomingMessage): boolean {
  if (method !== 'POST') return false
  return headers['webhook-id'] !== undefined || headers['interceptor-id'] !== undefined
}

/** Keeps a copy of what arrives from now on, up to so many bytes. */
function tapBody(req: IncomingMessage, maxBytes: number): void {
  // Of what came before, nothing could be kept: half a copy would look like a wrong signature.
  if (taps.has(req) || req.readableDidRead || req.readableLength > 0) return
  const { push } = req
  const chunks: Uint8Array[] = []
  let room = maxBytes
  const share = shareOf(req)
  let isComplete = false
  let isRefused = false
  req.push = function pushAndKeep(chunk: unknown, encoding?: BufferEncoding) {
    if (chunk === null) isComplete = true
    // Deno and Bun push plain bytes.
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
