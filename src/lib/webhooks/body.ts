import { isUint8Array } from 'node:util/types'
import { WebhookError } from '../ground/errors.ts'
import type { Json } from '../ground/types.ts'

/** The body of a request as received: its bytes, or a string that decodes exactly those bytes. */
export type RawBody = Uint8Array | string

/**
 * The character that a lenient decoder inserts for invalid UTF-8. A valid body may contain it as
 * well.
 */
const replacement = '\ufffd'
/** Distinguishes the two cases. It keeps a byte-order mark, which was signed but is not JSON. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @throws {@link WebhookError} `webhook_body_consumed` for a value that is no longer the original
 *   body
 */
export function bytesOf(rawBody: RawBody): Uint8Array {
  // `Buffer.isBuffer` and `instanceof` walk the prototype chain, which takes 1 % of the whole
  // verification.
  if (isUint8Array(rawBody)) return rawBody
  if (typeof rawBody === 'string') return Buffer.from(rawBody)
  throw new WebhookError('webhook_body_consumed', 'The body is not the bytes that were signed', {
    hint: 'Pass the raw body, as express.raw({ type: "*/*" }) gives it: a parsed body never matches.',
  })
}

/**
 * Parses a verified body.
 *
 * @throws {@link WebhookError} `webhook_body_invalid`
 */
export function parseBody(body: Uint8Array): Json {
  const value = parseJson(textOf(body))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  throw new WebhookError('webhook_body_invalid', 'The body is not a JSON object')
}

/** Decodes with a lenient decoder first, which saves 1 % of the whole verification. */
function textOf(body: Uint8Array): string {
  const text = asBuffer(body).toString()
  return text.includes(replacement) ? strictTextOf(body) : text
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (bytes.constructor === Buffer) return bytes as Buffer
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function strictTextOf(body: Uint8Array): string {
  try {
    return strictUtf8.decode(body)
  } catch (cause) {
    throw new WebhookError('webhook_body_invalid', 'The body is not UTF-8', { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return mayNamePrototype(text) ? JSON.parse(text, withoutPrototype) : JSON.parse(text)
  } catch (cause) {
    throw new WebhookError('webhook_body_invalid', 'The body is not JSON', { cause })
  }
}

/**
 * Whether a property may be called `__proto__`, in letters or in escapes. This check takes a
 * fiftieth of the time of a reviver. `p` is rarer in such bodies than `_`.
 */
function mayNamePrototype(text: string): boolean {
  return text.includes('proto__') || text.includes('\\u')
}

/**
 * A JSON reviver that drops `__proto__`. As an own property it is harmless, until the application
 * copies the object: that sets a prototype.
 */
function withoutPrototype(name: string, value: unknown): unknown {
  return name === '__proto__' ? undefined : value
}
