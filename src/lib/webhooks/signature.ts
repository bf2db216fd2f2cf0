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

/** How a signature is verified. */
export interface VerifyOptions {
  /** How far the sender's clock and ours may be apart, in seconds, either way. Default: 300. */
  readonly toleranceSeconds?: number
  /** Default: `Date.now`. */
  readonly clock?: Clock
}

/** What is signed. */
export interface Message {
  /** The same for every attempt to deliver the same event: letters, digits, `_` and `-`. */
  readonly id: string
  /** When this attempt is made, in seconds since the epoch. Default: now. */
  readonly timestamp?: number
  /** The body exactly as it will be sent. */
  readonly body: RawBody
  /** The endpoint's secret; of several, each signs. */
  readonly secret: Secrets
}

const defaultToleranceSeconds = 300

/**
 * Makes the headers of a webhook as Scalekit does, for tests and for tools.
 *
 * @throws {@link ConfigError} for a secret that is none
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signWebhook(message: Message): Record<string, string> {
  return sign(message, webhookScheme, 'signWebhook()')
}

/** Makes the headers of an interceptor's call as Scalekit does, for tests and for tools. */
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
  // What no receiver would accept is not sent.
  signatureHeaders(headers, scheme)
  return headers
}

/** Says what cannot be signed, before the checks of a receiver speak of a request. */
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
 * Checks that these bytes were signed with one of the keys, and lately. Every signature is tried
 * with every key, because the sender signs with the old and the new one while a secret rotates.
 *
 * @returns the id of the delivery, the same for every attempt
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
  // This way round, what is not a number is refused.
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

/** Entries of other versions or of no form are not ours to judge. */
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
