import type { IncomingMessage } from 'node:http'
import { WebhookError } from '../errors.ts'
import { tapOf } from './body-tap.ts'

/** How long a body may take to arrive, in milliseconds: Scalekit does not wait longer either. */
export const bodyTimeoutMs = 10_000

/** How much is read, and how long it may take. */
export interface BodyLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/**
 * The body of a request, byte for byte, whatever is mounted in front of the kit.
 *
 * @throws {@link WebhookError} `webhook_too_large`, `webhook_too_slow` or `webhook_body_consumed`
 */
export async function rawBody(req: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  if (Number(req.headers['content-length']) > limits.maxBytes) throw tooLarge(limits)
  if (isUntouched(req)) return readBody(req, limits)
  const kept = tapOf(req)?.bytes() ?? keptByOthers(req)
  if (!kept) throw consumed()
  if (kept.length > limits.maxBytes) throw tooLarge(limits)
  return kept
}

function isUntouched(req: IncomingMessage): boolean {
  return !req.readableDidRead && !req.destroyed && req.readableFlowing === null
}

/** What a parser of the application, or the platform it runs on, kept for such as us. */
function keptByOthers(req: IncomingMessage): Buffer | undefined {
  const { rawBody, body } = req as { readonly rawBody?: unknown; readonly body?: unknown }
  return [rawBody, body].find((value) => Buffer.isBuffer(value))
}

function readBody(req: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const fail = (error: Error) => {
      clearTimeout(timer)
      // Nobody listens from here on, and what still comes is not kept.
      req.removeAllListeners('data').resume()
      reject(error)
    }
    const timer = setTimeout(() => fail(tooSlow(limits)), limits.timeoutMs)
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > limits.maxBytes) fail(tooLarge(limits))
      else chunks.push(chunk)
    })
    req.once('end', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks))
    })
    req.once('error', fail)
    req.once('close', () => fail(new WebhookError('webhook_body_invalid', 'The body broke off')))
  })
}

function tooLarge({ maxBytes }: BodyLimits): WebhookError {
  return new WebhookError('webhook_too_large', `The body has more than ${maxBytes} bytes`)
}

function tooSlow({ timeoutMs }: BodyLimits): WebhookError {
  return new WebhookError('webhook_too_slow', `The body did not come within ${timeoutMs} ms`)
}

function consumed(): WebhookError {
  return new WebhookError(
    'webhook_body_consumed',
    'Something read the body first and kept no bytes, so its signature cannot be verified',
    {
      hint: 'Mount scalekitAuth() above body parsers, or auth.captureRawBody above them all, or give the parser `verify: (req, _res, bytes) => { req.rawBody = bytes }`.',
    },
  )
}
