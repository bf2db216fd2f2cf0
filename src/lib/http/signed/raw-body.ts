import type { IncomingMessage, ServerResponse } from 'node:http'
import { WebhookError } from '../../ground/errors.ts'
import { startTimeLimit } from '../../ground/time-limit.ts'
import { maxWaitingBytes, shareOf } from './body-budget.ts'
import { tapOf } from './body-tap.ts'

/** The maximum time for a body to arrive, in milliseconds. Scalekit does not wait longer either. */
export const bodyTimeoutMs = 10_000

/** The maximum size of a body, and the maximum time for it to arrive. */
export interface BodyLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/**
 * Returns the body of a request byte for byte, whatever middleware is mounted in front of the kit.
 *
 * @throws {@link WebhookError} `webhook_too_large`, `webhook_too_slow`, `webhook_overloaded`,
 *   `webhook_body_invalid` or `webhook_body_consumed`
 */
export async function rawBody(req: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  if (Number(req.headers['content-length']) > limits.maxBytes) throw tooLarge(limits)
  if (isUntouched(req)) return readBody(req, limits)
  const kept = (await tappedBody(req, limits)) ?? keptByOthers(req)
  if (!kept) throw consumed()
  if (kept.length > limits.maxBytes) throw tooLarge(limits)
  return kept
}

/**
 * Closes the connection after the response, so that the server does not wait for the rest of a
 * refused body.
 */
export function closeAfterAnswer(req: IncomingMessage, res: ServerResponse): void {
  // HTTP/2 has no `Connection` header.
  if (req.httpVersionMajor < 2) res.setHeader('Connection', 'close')
}

/** Whether the body was not read, listened to or paused, and no encoding was set. */
export function isUntouched(req: IncomingMessage): boolean {
  const { readableDidRead, destroyed, readableFlowing, readableEncoding } = req
  return !readableDidRead && !destroyed && readableFlowing === null && readableEncoding === null
}

/** Returns the copy of the body. Another reader may still be reading, so it waits for the end. */
async function tappedBody(req: IncomingMessage, limits: BodyLimits): Promise<Buffer | undefined> {
  const tap = tapOf(req)
  if (!tap) return undefined
  if (!req.readableEnded && !req.destroyed) {
    await arrival(req, limits, () => {
      if (!tap.isOverfull()) return undefined
      return tap.isRefused() ? overloaded() : tooLarge(limits)
    })
  }
  if (tap.isOverfull()) throw tap.isRefused() ? overloaded() : tooLarge(limits)
  return tap.bytes()
}

/** Returns the bytes that a body parser of the application or the hosting platform kept. */
function keptByOthers(req: IncomingMessage): Buffer | undefined {
  const { rawBody, body } = req as { readonly rawBody?: unknown; readonly body?: unknown }
  const kept = [rawBody, body].find((value) => value instanceof Uint8Array)
  return kept && Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength)
}

async function readBody(req: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = []
  const mayKeep = budgetOf(req)
  let room = limits.maxBytes
  await arrival(req, limits, (chunk) => {
    room -= chunk.length
    if (room < 0) return tooLarge(limits)
    if (!mayKeep(chunk.length)) return overloaded()
    chunks.push(chunk)
    return undefined
  })
  return Buffer.concat(chunks)
}

/**
 * Returns the function that counts the bytes of a body. With a tap, they are already counted: it
 * keeps the same bytes.
 */
function budgetOf(req: IncomingMessage): (bytes: number) => boolean {
  const tap = tapOf(req)
  return tap ? () => !tap.isRefused() : shareOf(req).take
}

/**
 * Waits for the end of a body. `take` receives each chunk, and returns an error if it must be
 * refused.
 */
function arrival(
  req: IncomingMessage,
  limits: BodyLimits,
  take: (chunk: Buffer) => WebhookError | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      stopTimer()
      // The rest of the body is read and ignored.
      req.off('data', onData).resume()
      reject(error)
    }
    const onData = (chunk: Buffer) => {
      const refused = take(chunk)
      if (refused) fail(refused)
    }
    const stopTimer = startTimeLimit(limits.timeoutMs, () => fail(tooSlow(limits)))
    req.once('end', () => {
      stopTimer()
      resolve()
    })
    req.once('error', (cause) => fail(brokeOff(cause)))
    req.once('close', () => fail(brokeOff()))
    req.on('data', onData).resume()
  })
}

function tooLarge({ maxBytes }: BodyLimits): WebhookError {
  return new WebhookError('webhook_too_large', `The body has more than ${maxBytes} bytes`)
}

/** Bodies of attackers must not fill the memory. Scalekit sends its deliveries again. */
function overloaded(): WebhookError {
  return new WebhookError(
    'webhook_overloaded',
    `The bodies that wait for their signature exceed ${maxWaitingBytes} bytes together`,
  )
}

function tooSlow({ timeoutMs }: BodyLimits): WebhookError {
  return new WebhookError('webhook_too_slow', `The body did not arrive within ${timeoutMs} ms`)
}

function brokeOff(cause?: Error): WebhookError {
  return new WebhookError(
    'webhook_body_invalid',
    'The request ended before its body was complete',
    { cause },
  )
}

function consumed(): WebhookError {
  return new WebhookError(
    'webhook_body_consumed',
    'Another middleware read the body first and did not keep its bytes, so the signature cannot be verified',
    {
      hint: 'Mount scalekitAuth() above body parsers, or auth.captureRawBody above them all, or give the parser `verify: (req, _res, bytes) => { req.rawBody = bytes }`.',
    },
  )
}
