import { createHmac, type KeyObject } from 'node:crypto'
import { isUint8Array } from 'node:util/types'
import { isSameShortText } from '../ground/bytes.ts'
import type { Clock } from '../ground/clock.ts'
import { ConfigError, WebhookError } from '../ground/errors.ts'
import { answerAtOnce } from '../ground/hooks.ts'
import { bytesOf, type RawBody } from './body.ts'
import { isDeliveryId, type RequestHeaders, signatureHeaders } from './headers.ts'
import { interceptorScheme, type Scheme, webhookScheme } from './scheme.ts'
import type { Secrets } from './signing-keys.ts'

/** Options for verifying a signature. */
export interface VerifyOptions {
  /**
   * Maximum difference between the sender's clock and this one, in seconds, in either direction.
   * Default: 300.
   */
  readonly toleranceSeconds?: number
  /** Returns the current time in milliseconds since the epoch. Default: `Date.now`. */
  readonly clock?: Clock
}

/** A message to sign. */
export interface Message {
  /** Must be the same for every attempt to deliver an event. Letters, digits, `_` and `-`. */
  readonly id: string
  /** The time of this attempt, in seconds since the epoch. Default: now. */
  readonly timestamp?: number
  /** The body exactly as it will be sent. */
  readonly body: RawBody
  /** The endpoint's secret. With several, the message is signed with each. */
  readonly secret: Secrets
}

const defaultToleranceSeconds = 300

/**
 * Creates the headers of a webhook as Scalekit does, for tests and tools.
 *
 * @param message The id, the body and the secret; `timestamp` Default: now.
 * @returns the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`
 * @throws {@link ConfigError} `config_invalid` for a malformed secret; {@link WebhookError}
 *   `webhook_headers_invalid` for a malformed id or timestamp, `webhook_body_consumed` for a body
 *   that is neither a string nor bytes
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @example
 * const body = JSON.stringify(event)
 * const headers = signWebhook({ id: 'msg_1', body, secret })
 * await fetch(url, { method: 'POST', headers, body })
 */
export function signWebhook(message: Message): Record<string, string> {
  return sign(message, webhookScheme, 'signWebhook()')
}

/**
 * Creates the headers of an interceptor's request as Scalekit does, for tests and tools.
 *
 * @param message The id, the body and the secret; `timestamp` Default: now.
 * @returns the headers `interceptor-id`, `interceptor-timestamp` and `interceptor-signature`
 * @throws as {@link signWebhook}
 */
export function signInterceptor(message: Message): Record<string, string> {
  return sign(message, interceptorScheme, 'signInterceptor()')
}

function sign(message: Message, scheme: Scheme, caller: string): Record<string, string> {
  const { id, timestamp = Math.floor(Date.now() / 1000) } = message
  assertSignable(message, timestamp, caller)
  const body = bytesOf(message.body)
  const headers = {
    [scheme.id]: id,
    [scheme.timestamp]: String(timestamp),
    [scheme.signature]: keysFor(message, scheme, caller)
      .map((key) => `v1,${signatureOf(`${id}.${timestamp}.`, body, key)}`)
      .join(' '),
  }
  // Refuses headers that no receiver would accept.
  signatureHeaders(headers, scheme)
  return headers
}

/**
 * Refuses an id, a timestamp or a body that cannot be signed. The checks of a receiver would speak
 * of a request.
 */
function assertSignable({ id, body }: Message, timestamp: number, caller: string): void {
  if (!isDeliveryId(id)) {
    const problem = `${caller}: \`id\` must be a string of 1 to 256 letters, digits, _ and -`
    throw new WebhookError('webhook_headers_invalid', problem)
  }
  if (!/^\d{10}$/.test(String(timestamp))) {
    const problem = `${caller}: \`timestamp\` must be in whole seconds since the epoch, not ${timestamp}`
    throw new WebhookError('webhook_headers_invalid', problem)
  }
  if (typeof body !== 'string' && !isUint8Array(body)) {
    const problem = `${caller}: \`body\` must be a string or a Buffer, not ${kindOf(body)}`
    throw new WebhookError('webhook_body_consumed', problem, {
      hint: 'Sign the body as it will be sent, such as JSON.stringify(event).',
    })
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function keysFor({ secret }: Message, scheme: Scheme, caller: string): readonly KeyObject[] {
  try {
    return scheme.keysOf(secret)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(error.code, `${caller}: ${error.problems.join('; ')}`)
  }
}

/**
 * Checks that these bytes were recently signed with one of the keys. Every signature is compared
 * with every key, because the sender signs with the old and the new key during a rotation.
 *
 * @returns the id of the delivery, which is the same for every attempt
 * @throws {@link WebhookError} `webhook_headers_invalid`, `webhook_timestamp_invalid` or
 *   `webhook_signature_invalid`
 */
export function verifySignature(
  body: Uint8Array,
  headers: RequestHeaders,
  keys: readonly KeyObject[],
  scheme: Scheme,
  options: VerifyOptions = {},
): string {
  const { id, timestamp, seconds, signatures } = signatureHeaders(headers, scheme)
  assertRecent(seconds, options)
  if (!isSigned(`${id}.${timestamp}.`, body, keys, signatures)) {
    throw new WebhookError(
      'webhook_signature_invalid',
      'No signature of the request matches the secret',
      {
        hint: 'Check that the secret belongs to this endpoint, and that the body is exactly as received.',
      },
    )
  }
  return id
}

function assertRecent(
  seconds: number,
  { toleranceSeconds = defaultToleranceSeconds, clock = Date.now }: VerifyOptions,
): void {
  const age = answerAtOnce(clock) / 1000 - seconds
  // Written this way round, the comparison refuses NaN.
  if (Math.abs(age) <= toleranceSeconds) return
  const apart = Math.abs(Math.round(age))
  const side = age < 0 ? 'future' : 'past'
  throw new WebhookError(
    'webhook_timestamp_invalid',
    `The timestamp is ${apart} seconds in the ${side}; ${toleranceSeconds} seconds are accepted`,
    {
      hint: `If it was sent just now, this machine’s clock and Scalekit’s differ by about ${apart} seconds: check NTP.`,
    },
  )
}

/** Entries of other versions and malformed entries are ignored. */
function isSigned(
  prefix: string,
  body: Uint8Array,
  keys: readonly KeyObject[],
  entries: readonly string[],
): boolean {
  for (const key of keys) {
    const signature = signatureOf(prefix, body, key)
    for (const entry of entries) {
      if (entry.startsWith('v1,') && isSameShortText(signature, entry, 'v1,'.length)) return true
    }
  }
  return false
}

function signatureOf(prefix: string, body: Uint8Array, key: KeyObject): string {
  return createHmac('sha256', key).update(prefix).update(body).digest('base64')
}
